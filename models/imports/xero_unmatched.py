from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ...xero import sums, trial_balance
from ...xero.money import round2
from ..connection.pages import open_in_xero
from ..core.opening import in_company
from ..core.words import joined, say, store_words
from ..documents.showing import status_labels, unnumbered
from .maps import APPROVED

#: What is put right by mapping accounts, by mapping taxes and by a choice: field that names it.
MAPPED = {'xero.account': 'account_ids', 'xero.tax.rate': 'tax_rate_ids',
          'account.move': 'move_ids'}
REASONS = {'xero.account': 'unmapped_account', 'xero.tax.rate': 'unmapped_tax'}


class XeroUnmatched(models.Model):
    """A document of Xero that Odoo does not have, and why."""

    _name = 'xero.unmatched'
    _inherit = ['xero.guard.mixin', 'xero.organisation.mixin', 'xero.waiting.mixin']
    _description = "Unmatched Document of Xero"
    _order = 'date desc, id desc'
    _rec_name = 'number'
    _rec_names_search = ['number', 'contact_name']

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    xero_id = fields.Char("Xero ID", required=True, readonly=True)
    kind = fields.Selection(
        [('ACCREC', "Invoice"), ('ACCPAY', "Bill"), ('ACCRECCREDIT', "Credit Note"),
         ('ACCPAYCREDIT', "Vendor Credit Note")], readonly=True)
    number = fields.Char("Number in Xero", readonly=True)
    contact_id = fields.Char("Xero Contact ID", readonly=True, index='btree_not_null')
    contact_name = fields.Char("Contact", readonly=True)
    date = fields.Date(readonly=True)
    due_date = fields.Date(readonly=True)
    currency_id = fields.Many2one('res.currency', readonly=True)
    currency_code = fields.Char(readonly=True)
    total = fields.Monetary(readonly=True)
    entry_there = fields.Json(
        readonly=True, help="What it is in Xero's ledger, for the comparison of the ledgers.")
    status = fields.Char(readonly=True)
    status_label = fields.Char("Status in Xero", compute='_compute_status_label')
    reason = fields.Selection(
        [
            ('policy', "Not imported by policy"),
            ('contact_missing', "Contact not linked"),
            ('unmapped_account', "Account not mapped"),
            ('unmapped_tax', "Tax rate not mapped"),
            ('currency', "Currency not active"),
            ('total_mismatch', "Total would differ"),
            ('duplicate', "May be here already"),
            ('double', "Twice in Xero"),
            ('lost', "Sent from here, and lost here"),
            ('validation_error', "Refused by Odoo"),
        ], required=True, readonly=True)
    message = fields.Text("What is wrong", readonly=True, translate=True)
    account_ids = fields.Many2many(
        'xero.account', string="Accounts to Map", readonly=True, context={'active_test': False})
    tax_rate_ids = fields.Many2many(
        'xero.tax.rate', string="Tax Rates to Map", readonly=True, context={'active_test': False})
    move_ids = fields.Many2many(
        'account.move', string="May Be", readonly=True,
        help="Documents here that may be the same.")
    state = fields.Selection(
        [('waiting', "Waiting"), ('ignored', "Ignored")],
        default='waiting', required=True, readonly=True)
    released = fields.Boolean(
        readonly=True, index='btree_not_null',
        help="What it waited for may be there now. It is fetched again in a moment.")
    forced = fields.Boolean(
        readonly=True, help="Somebody asked for this document, so the policy does not count.")
    separate = fields.Boolean(
        readonly=True, help="Somebody said that none of the documents here is this one.")

    _xero_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "A document of Xero waits once.")
    #: Each number that is given out is looked up among these.
    _lost_idx = models.Index("(company_id, kind) WHERE reason = 'lost'")

    @api.depends('number', 'contact_name', 'total', 'currency_code', 'currency_id')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for row in self:
            total = formatLang(self.env, row.total, currency_obj=row.currency_id) \
                if row.currency_id else f'{formatLang(self.env, row.total)} {row.currency_code}'
            row.display_name = row.number or unnumbered(row.contact_name, total)

    @api.depends('status')
    def _compute_status_label(self):
        labels = status_labels(self.env)
        for row in self:
            row.status_label = labels.get(row.status, row.status)

    @api.model
    def get_empty_list_help(self, help_message):
        # EXTENDS 'base'
        return super().get_empty_list_help(
            self.env['xero.standing']._empty_help(help_message))

    # === FILLING === #

    @api.model
    def _get_entry(self, document):
        """
        :param documents.Document document: as Xero has it
        :return: {account: amount} of what is open of it, as Xero's ledger has it: which bank
            account paid the rest is not told here; nothing of a draft
        :rtype: dict | bool
        """
        entry = document.status in APPROVED and trial_balance.entry_of(
            sums.of_document(document, {}, {}), document.kind, document.currency_rate)
        if not entry:
            return False
        control = trial_balance.control_of(document.kind)
        if document.total and document.amount_due is not None:
            entry[control] = round2(entry[control] * document.amount_due / document.total)
        return {key: str(amount) for key, amount in entry.items() if amount}

    @api.model
    def _note(self, connection, known, rows):
        """Keep why documents were not imported; one that is known with the same values stays as
        it is.

        :param recordset connection: `xero.connection`
        :param dict known: {identifier: row} of those that wait already
        :param list rows: (documents.Document, list of ImportBlocker, at least one)
        """
        currencies = {c.name: c.id for c in self.env['res.currency'].with_context(
            active_test=False).search([('name', 'in', [d.currency_code for d, _b in rows])])}
        new, texts = [], {}
        for document, blockers in rows:
            values = self._values(document, blockers, currencies)
            words = joined('\n', [blocker.words for blocker in blockers])
            row = known.get(document.xero_id)
            if not row:
                new.append(({**values, 'connection_id': connection.id,
                             'xero_id': document.xero_id}, words))
                continue
            if row.with_context(lang='en_US').message != say(words, 'en_US'):
                texts[row] = words
            changed = {name: value for name, value in values.items()
                       if row._fields[name].convert_to_write(row[name], row) != (value or False)}
            for name in MAPPED.values():
                if set(row[name].ids) == set(values[name][0][2]):
                    changed.pop(name, None)
            if row.released:
                changed['released'] = False
            if changed:
                row.write(changed)
        created = self.create([values for values, _words in new])
        texts.update(zip(created, (words for _values, words in new), strict=True))
        store_words('message', texts)

    @api.model
    def _values(self, document, blockers, currencies):
        """:return: values of a row, but for its key"""
        targets = {model: [b.target.id for b in blockers if b.target and b.target._name == model]
                   for model in MAPPED}
        currency = currencies.get(document.currency_code)
        return {
            'kind': document.kind, 'number': document.number, 'status': document.status,
            'contact_id': document.contact_id, 'contact_name': document.contact_name,
            'date': document.date, 'due_date': document.due_date,
            'currency_id': currency, 'currency_code': document.currency_code,
            'total': self.env['res.currency'].browse(currency).round(float(document.total or 0))
                     if currency else float(document.total or 0),
            'entry_there': self._get_entry(document),
            'reason': blockers[0].reason,
            **{field: [fields.Command.set(targets[model])] for model, field in MAPPED.items()},
        }

    # === RELEASING === #

    def _release(self):
        """Have documents fetched and tried again in a moment."""
        rows = self.sudo().filtered(lambda row: row.state == 'waiting' and not row.released)
        if rows:
            rows.released = True
            rows.connection_id._trigger_cron()

    @api.model
    def _xero_requeue(self, companies, codes, records):
        # EXTENDS 'account_xero': what waited for a contact, a currency or a mapping
        super()._xero_requeue(companies, codes, records)
        if records is None:
            return
        if records._name == 'res.currency':
            domain = [('company_id', 'in', companies.ids), ('reason', '=', 'currency'),
                      ('currency_code', 'in', records.mapped('name'))]
        elif records._name == 'res.partner' and 'contact_missing' in codes:
            domain = self._waits_for_contacts(companies, records.sudo())
        else:
            domain = self._waits_for_mapping(records.sudo())
        if domain:
            self.sudo().search([
                ('state', '=', 'waiting'), ('reason', '!=', 'policy'), *domain])._release()

    @api.model
    def _waits_for_contacts(self, companies, partners):
        """:return: domain of what waited for partners to be linked to contacts, or None"""
        ids = list(filter(None, partners.mapped('xero_contact_id')))
        return [('company_id', 'in', companies.ids), ('contact_id', 'in', ids)] if ids else None

    @api.model
    def _waits_for_mapping(self, records):
        """:param recordset records: of Odoo, which have just been mapped
        :return: domain of what waited for that, or None"""
        targets = records._xero_counterparts() if getattr(
            records, '_xero_target_field', None) else self.browse()
        if targets._name not in MAPPED or not targets:
            return None
        # What is newer in Xero than the lists here could not be named.
        return ['|', (MAPPED[targets._name], 'in', targets.ids),
                '&', ('reason', '=', REASONS[targets._name]), (MAPPED[targets._name], '=', False)]

    # === ACTIONS === #

    def _managed(self):
        """:return: these rows, with all rights, for a user who may manage them"""
        self.check_access('write')
        return self.sudo()

    def action_create_partner(self):
        """Make a partner of each contact, linked to it; the documents that waited are imported.

        :return: a notification
        :raise UserError: none of these waits for a contact
        """
        rows = self._managed()
        made = self.env['res.partner']
        for connection, group in rows.filtered('contact_id').grouped('connection_id').items():
            Contact = self.env['xero.contact'].sudo()
            names = dict(group.mapped(lambda row: (row.contact_id, row.contact_name)))
            contacts = Contact.search([
                ('connection_id', '=', connection.id), ('xero_id', 'in', list(names))])
            # What the document tells is enough; the rest is fetched meanwhile.
            contacts |= Contact.create([
                {'connection_id': connection.id, 'xero_id': xero_id, 'name': names[xero_id]}
                for xero_id in names.keys() - set(contacts.mapped('xero_id'))])
            made |= contacts._create_partners()
            group._release()
        if not made:
            raise UserError(self.env._("These contacts are linked to partners already."))
        return rows.connection_id[:1]._notify('success', self.env._("Created"), self.env._(
            "%s: their documents are imported in a moment.", ', '.join(made.mapped('name'))))

    def action_link_contact(self):
        """:return: action that opens the choice of the partner that a contact is"""
        self._managed()
        if len(self.mapped('contact_id')) != 1:
            raise UserError(self.env._("Choose documents of one contact."))
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Link Contact"),
            'res_model': 'xero.unmatched.link', 'view_mode': 'form', 'target': 'new',
            'context': {'default_unmatched_id': self[:1].id},
        }

    def action_link_document(self):
        """:return: action that asks for the document here that this one is"""
        self.ensure_one()
        self._managed()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Link Document"),
            'res_model': 'xero.unmatched.link', 'view_mode': 'form', 'target': 'new',
            'views': [(self.env.ref(
                'account_xero.xero_unmatched_link_view_form_document').id, 'form')],
            'context': {'default_unmatched_id': self.id},
        }

    def action_import(self):
        """Import these documents though there are some here that look alike.

        :return: a notification
        """
        self._managed().write({'separate': True})
        return self.action_try_again()

    def action_open_mapping(self):
        """:return: action that opens the page on which what is missing is mapped"""
        self.ensure_one()
        self._managed()
        page = 'tax' if self.reason == 'unmapped_tax' else 'account'
        return in_company(self.env['ir.actions.actions']._for_xml_id(
            f'account_xero.action_xero_mapping_{page}'), self.company_id)

    def action_open(self):
        """:return: action that opens the document in Xero, in a new tab"""
        self.ensure_one()
        self.check_access('read')
        row_sudo = self.sudo()
        return open_in_xero(row_sudo.connection_id, row_sudo.kind, row_sudo.xero_id)

    def action_ignore(self):
        """Leave these documents to Xero; they are not tried again by themselves."""
        self._managed().write({'state': 'ignored', 'released': False})

    def action_try_again(self):
        """Fetch these documents and try to import them, also what the policy only lists.

        :return: a notification
        """
        rows = self._managed()
        rows.write({'state': 'waiting', 'forced': True})
        rows._release()
        return rows.connection_id[:1]._notify('success', self.env._("Queued"), self.env._(
            "Documents that are fetched from Xero in a moment: %s", len(rows)))
