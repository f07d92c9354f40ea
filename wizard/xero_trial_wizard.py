from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.documents.account_move_trial import can_be_tried, ended_values


class XeroTrialWizard(models.TransientModel):
    """Try a connection with one document: in Xero it is a draft, which is looked at and deleted
    there again. Nothing counts there, and nothing is changed here."""

    _name = 'xero.trial.wizard'
    _description = "Test Drive to Xero"

    company_id = fields.Many2one(
        'res.company', required=True, readonly=True, default=lambda self: self.env.company)
    move_id = fields.Many2one(
        'account.move', "Invoice or Bill", check_company=True,
        domain="[('company_id', '=', company_id), ('state', '=', 'posted'), "
               "('move_type', 'in', ('out_invoice', 'out_refund', 'out_receipt', "
               "'in_invoice', 'in_refund', 'in_receipt')), "
               "('xero_document_id', '=', False), ('xero_origin', '=', False)]")
    step = fields.Selection(
        [('choose', "Choose"), ('sending', "On its way"), ('there', "In Xero"),
         ('deleting', "Being deleted"), ('failed', "Not sent"), ('ended', "Deleted again")],
        compute='_compute_step')
    number = fields.Char("Number in Xero", compute='_compute_step')
    message = fields.Text("Why", compute='_compute_step')

    @api.depends('move_id')
    def _compute_step(self):
        for trial in self:
            move_sudo = trial.move_id.sudo()
            trial.number = move_sudo.xero_number if move_sudo.xero_trial else False
            trial.message = move_sudo.xero_error_message if move_sudo.xero_trial else False
            if not move_sudo.xero_trial:
                trial.step = 'ended' if move_sudo.xero_voided_id \
                    and not (move_sudo.xero_document_id or move_sudo.xero_state) else 'choose'
            elif move_sudo.xero_state == 'failed':
                trial.step = 'failed'
            elif not move_sudo.xero_document_id:
                trial.step = 'sending'
            else:
                trial.step = 'deleting' if move_sudo.xero_void else 'there'

    @api.model
    def _action(self, move):
        """
        :param recordset move: `account.move`, the one that is on a test drive or none
        :return: action that opens the dialog
        :rtype: dict
        """
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Test Drive"),
            'res_model': self._name, 'view_mode': 'form', 'views': [(False, 'form')],
            'target': 'new', 'context': {'default_move_id': move.id}}

    # === ACTIONS === #

    def _get_move(self):
        """:return: the document, which the user may send
        :raise UserError: none is chosen"""
        self.ensure_one()
        if not self.move_id:
            raise UserError(self.env._("Choose an invoice or a bill first."))
        self.move_id._xero_check_may_sync()
        return self.move_id

    def action_send(self):
        """Send the document as a draft.

        :return: action that opens the dialog anew
        :raise UserError: Xero has it already, or it is no posted document of a connected company
        """
        move = self._get_move()
        move_sudo = move.sudo()
        if not can_be_tried(move_sudo) or self.env['xero.request'].sudo()._concerns(move_sudo):
            raise UserError(self.env._(
                "%s cannot go on a test drive. Choose a posted document of a connected company "
                "that Xero has nothing of, and that is not on its way there.", move.display_name))
        models.Model.write(move_sudo, {'xero_trial': True})
        move.action_xero_sync_now()
        return self._again()

    def action_look(self):
        """:return: action that opens the dialog anew, as it stands by now"""
        return self._again()

    def action_open(self):
        """:return: action that opens the draft in Xero, in a new tab"""
        return self._get_move().action_xero_open()

    def action_send_for_good(self):
        """Send the document as what it is.

        :return: a notification; Xero is called in the background
        :raise UserError: the draft is not deleted yet
        """
        move = self._get_move()
        if move.xero_trial:
            raise UserError(self.env._("Delete the draft in Xero first."))
        return move.action_xero_sync_now()

    def action_delete(self):
        """Have the draft deleted in Xero, or give it up where it was refused.

        :return: action that opens the dialog anew
        :raise UserError: the document is on no test drive, or Xero has not answered yet
        """
        move = self._get_move()
        move_sudo = move.sudo()
        if not move_sudo.xero_trial:
            raise UserError(self.env._("%s is on no test drive.", move.display_name))
        if move_sudo.xero_document_id:
            models.Model.write(move_sudo, {'xero_void': True})
            move.action_xero_sync_now()
        elif move_sudo.xero_state == 'failed':
            move_sudo._xero_store([(move_sudo, ended_values(move_sudo))])
        else:
            raise UserError(self.env._(
                "%s is on its way to Xero, which has not answered yet. Look again in a moment.",
                move.display_name))
        return self._again()

    def _again(self):
        return self._action(self.move_id)
