"""Actions that open what belongs to a company, in that company."""
import ast


def in_company(action, company):
    """Let a company be the current one on the pages of an action, whichever are ticked.

    What depends on the company, as a mapping does, is shown and saved for the current one; that of
    another company's record is an empty field which nobody can fill.

    :param dict action: of the type `ir.actions.act_window`
    :param recordset company: `res.company`; empty to leave it at those that are ticked, as it is
        where the user may not work in it
    :return: the action with its context
    :rtype: dict
    """
    context = action.get('context') or {}
    if isinstance(context, str):
        context = ast.literal_eval(context)
    mine = company[:1].filtered(lambda one: one.id in one.env.user._get_company_ids())
    companies = mine | company.env.companies
    return {**action, 'context': {**context, 'allowed_company_ids': companies.ids}}


def open_record(record, company):
    """
    :param recordset record: of any model
    :param recordset company: `res.company` of the document on whose account it is opened
    :return: action that opens its form
    :rtype: dict
    """
    return in_company({
        'type': 'ir.actions.act_window', 'res_model': record._name, 'res_id': record.id,
        'view_mode': 'form', 'views': [(False, 'form')]}, company)
