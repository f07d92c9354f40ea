from odoo import fields, models
from odoo.exceptions import UserError


class XeroFirstSyncWizard(models.TransientModel):
    """Choose what the first synchronisation brings here."""

    _name = 'xero.first.sync.wizard'
    _description = "First Synchronisation"

    connection_id = fields.Many2one('xero.connection', required=True, ondelete='cascade')
    import_policy = fields.Selection(
        [('list', "List only"), ('draft', "Import as draft"), ('post', "Import and post")],
        string="What Happens to Them", required=True, default='post',
        help="Also what happens from now on to documents made in Xero.")
    scope = fields.Selection(
        [('open', "Open ones"), ('all', "All of them")], string="Documents", required=True,
        default='open')
    date_from = fields.Date("Dated From", help="Empty: whatever their date is.")
    with_sales = fields.Boolean("Customer invoices", default=True)
    with_bills = fields.Boolean("Vendor bills", default=True)
    with_credit_notes = fields.Boolean("Credit notes of both", default=True)

    def action_start(self):
        """Start; the pull does it in the background.

        :return: a notification
        :raise UserError: there is no organisation, or one is under way
        """
        self.ensure_one()
        connection = self.connection_id
        connection.check_access('write')
        if connection.state != 'connected':
            raise UserError(self.env._("Connect to Xero first."))
        connection_sudo = connection.sudo()
        if self.env['xero.first.sync'].sudo()._running(connection):
            raise UserError(self.env._(
                "A first synchronisation is under way. Wait for it, or stop it."))
        if not (self.with_sales or self.with_bills or self.with_credit_notes):
            raise UserError(self.env._("Choose which documents are to be brought here."))
        connection.write({'import_policy': self.import_policy, 'import_from': self.date_from})
        newest = self.env['account.move'].sudo().search([], order='id desc', limit=1)
        run_sudo = self.env['xero.first.sync'].sudo().create({
            'connection_id': connection.id, 'last_move_id': newest.id,
            **{name: self[name] for name in (
                'scope', 'date_from', 'with_sales', 'with_bills', 'with_credit_notes')}})
        run_sudo._log(self.env._("First synchronisation started."))
        self.env['xero.pull.contact'].sudo()._request(connection_sudo)
        return connection_sudo._notify('success', self.env._("Started"), self.env._(
            "It goes on in the background, also after an interruption. The connection shows how "
            "far it is."))
