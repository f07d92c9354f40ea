"""Where Xero is called: system parameter, and Xero's own address when that is not set."""

API_URL = ('account_xero.api_url', 'https://api.xero.com')
IDENTITY_URL = ('account_xero.identity_url', 'https://identity.xero.com')
LOGIN_URL = ('account_xero.login_url', 'https://login.xero.com')


def address(env, which):
    """
    :param Environment env: of anybody
    :param tuple which: one of the above
    :return: the address to call
    :rtype: str
    """
    parameter, default = which
    return env['ir.config_parameter'].sudo().get_param(parameter) or default
