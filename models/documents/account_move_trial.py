"""What goes to Xero as a draft, whatever the connection says: what a month end has made, and the
test drive of one document, under a number of its own, which is deleted there again."""
from odoo import fields, models

#: Added to the number: whether Xero takes one again that it has deleted is not known.
MARK = 'TEST'


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_trial = fields.Boolean(
        copy=False, prefetch='xero', readonly=True, groups='base.group_user',
        help="In Xero it is a draft under a number of its own, until that is deleted there.")

    xero_as_draft = fields.Boolean(
        copy=False, prefetch='xero', readonly=True, groups='base.group_user',
        help="It was made for somebody to look at in Xero, so it goes there as a draft, whatever "
             "the connection says.")

    def _xero_document_number(self):
        # EXTENDS 'account_xero'
        number = super()._xero_document_number()
        return f'{number} {MARK}' if self.xero_trial else number


def first_status(move, connection):
    """
    :param recordset move: one `account.move`
    :param recordset connection: the `xero.connection` of its company
    :return: the status in which it goes to Xero
    :rtype: str
    """
    return 'DRAFT' if move.xero_trial or move.xero_as_draft else connection.push_status


def can_be_tried(move):
    """
    :param recordset move: one `account.move`
    :return: whether it can go on a test drive: Xero has nothing of it, and is about to get nothing
    """
    return move.xero_active and move.state == 'posted' and not move.xero_document_id \
        and move.xero_state != 'pending' and not move.xero_origin and not move.xero_from_void


def ended_values(move):
    """
    :param recordset move: one `account.move`, with all rights, after a test drive
    :return: what it is by that: not in Xero, until somebody sends it
    :rtype: dict
    """
    return {**move._xero_success(), 'xero_state': None, 'xero_trial': False, 'xero_number': None}
