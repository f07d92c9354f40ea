"""Which states of documents in Xero say what was paid of them."""

LIVE = ('AUTHORISED', 'PAID')


def live(documents):
    """:return: those of ``documents`` that count in Xero, and whose payments and credits are all
        there are: what Xero lists in part says nothing about the rest"""
    return {move: document for move, document in documents.items()
            if document.status in LIVE and document.is_whole}
