"""Records of one kind in one organisation, with unique indexes and undo."""

# Xero: the types whose numbers are unique and given when missing, with the prefix in use here.
NUMBERED = {"ACCREC": "INV-", "ACCRECCREDIT": "CN-"}


def fold(text):
    """:return: text as Xero compares it, case aside; None for none."""
    return text.casefold() if text else None


class Store:
    """Dict records by id. Changes go through :meth:`put`, so that they can be undone.

    :param organisation: owner; supplies the clock's stamp and the journal.
    :param str name: collection name, e.g. ``Invoices``.
    :param str id_field: e.g. ``InvoiceID``.
    :param keys: index name -> function(record) giving a hashable key, or None for no entry.
    """

    def __init__(self, organisation, name, id_field, /, **keys):
        self.organisation = organisation
        self.name = name
        self.id_field = id_field
        self._records = {}
        self._keys = keys
        self._index = {key: {} for key in keys}
        self._entry = {key: {} for key in keys}

    def __len__(self):
        return len(self._records)

    def values(self):
        """:return: list of the live records in order of creation."""
        return list(self._records.values())

    def get(self, record_id):
        """:return: the record or None. :param str record_id: GUID in any case."""
        return self._records.get(str(record_id or "").lower())

    def find(self, index, key):
        """:return: the record that holds ``key`` in ``index``, or None."""
        return self._records.get(self._index[index].get(key))

    def put(self, record, touch=True):
        """Save a record: new, or over the one with its id (in place, so references stay valid).

        :param dict record: complete record.
        :param bool touch: move UpdatedDateUTC.
        :return: the live record.
        """
        record_id = str(record[self.id_field]).lower()
        live = self._records.get(record_id)
        self.organisation.journal.append(
            (self, record_id, dict(live) if live else None, touch))
        record = dict(record)
        if touch:
            record["UpdatedDateUTC"] = self.organisation.stamp()
        if live is None:
            live = self._records[record_id] = record
        else:
            live.clear()
            live.update(record)
        self._reindex(record_id, live)
        return live

    def restore(self, record_id, before):
        """Undo one :meth:`put`. :param before: the record as it was, or None if it was new."""
        if before is None:
            self._records.pop(record_id)
        else:
            live = self._records[record_id]
            live.clear()
            live.update(before)
        self._reindex(record_id, before)

    def _reindex(self, record_id, record):
        for name, key_of in self._keys.items():
            index, entry = self._index[name], self._entry[name]
            key = key_of(record) if record else None
            before = entry.pop(record_id, None)
            if before is not None and index.get(before) == record_id:
                del index[before]
            if key is not None:
                index[key] = record_id
                entry[record_id] = key
