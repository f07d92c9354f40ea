"""Documents that Xero refused for what their lines refer to: an account, a tax rate, an item."""
from odoo import models
from odoo.tools.translate import LazyTranslate

from ....xero.errors import XeroRejected
from ...connection.xero_budget import DAY_RESERVE
from ...core.words import say

_lt = LazyTranslate(__name__)

#: Codes of refusals that may be due to what has changed in Xero since its lists were fetched.
REFERENCE_CODES = ('unmapped_account', 'unmapped_tax', 'unmapped_item', 'unmapped_tracking')


class XeroPushDocument(models.AbstractModel):
    _inherit = 'xero.push.document'

    def _handle_rejections(self, connection, rejections):
        """Where Xero does not know what a line refers to, fetch its lists and try the document
        once more: it goes out with the new code, or the preflight says what is archived."""
        # EXTENDS 'account_xero'
        doubtful = connection._commit_with_retry(self._get_doubtful, connection, rejections)
        if doubtful and connection._commit_with_retry(
                self.env['xero.reference.data']._try_refresh, connection):
            connection._commit_with_retry(self._queue_again, connection, doubtful)
            rejections = [each for each in rejections if each not in doubtful]
        return super()._handle_rejections(connection, rejections)

    def _get_doubtful(self, connection, rejections):
        """:return: the rejections after which a document is tried once more
        :rtype: list(Rejection)"""
        named = [each for each in rejections if each.code in REFERENCE_CODES]
        if not named or self.env['xero.budget']._get_left_today(connection) <= DAY_RESERVE:
            return []
        # An attempt stands for one that was made with new lists, or whose answer was lost.
        new = {move.id: move.xero_revision for move in self.env['account.move'].search([
            ('id', 'in', [each.item['id'] for each in named]), ('xero_state', '=', 'pending'),
            ('xero_attempts', '=', 0)]) if not _tracked_products(move)}
        return [each for each in named if new.get(each.item['id']) == each.item['revision']]

    def _queue_again(self, connection, rejections):
        """Have documents sent once more, in this run. What Xero said is logged."""
        by_words = {}
        for each in rejections:
            words = say(self._words(each), 'en_US')
            by_words.setdefault((each.code, words), []).append(each.item['id'])
        for (code, words), ids in by_words.items():
            moves = self.env['account.move'].browse(ids)
            moves._xero_store([
                (move, {'xero_revision': move._xero_queue_values()['xero_revision'],
                        'xero_attempts': 1}) for move in moves], XeroRejected(words, code=code))

    def _fail(self, connection, rejections):
        # EXTENDS 'account_xero': what Xero says of its stock names no product
        products = {each.item['id']: product for each in rejections
                    if each.code == 'unmapped_item' and (product := _tracked_products(
                        self.env['account.move'].browse(each.item['id']).exists())[:1])}
        result = super()._fail(connection, [
            each._replace(messages=[self._explain_stock(products[each.item['id']]), *each.messages])
            if each.item['id'] in products else each for each in rejections])
        moves = self.env['account.move'].browse(products)
        moves._xero_store([
            (move, {'xero_error_target': f'product.product,{products[move.id].id}'})
            for move in moves if move.xero_state == 'failed'])
        return result

    def _explain_stock(self, product):
        """:return: what can be done about it that Xero keeps the stock of a product's item
        a lazy text"""
        return _lt(
            "Product %(product)s is mapped to item %(item)s, whose stock Xero keeps. Correct the "
            "stock there; or take the item off the product, and its lines are sent with their "
            "account alone.", product=product.display_name, item=product.xero_item_id.code)


def _tracked_products(move):
    """:return: the `product.product` on a document's lines whose items Xero keeps the stock of"""
    return move.invoice_line_ids.product_id.filtered('xero_item_id.is_tracked')
