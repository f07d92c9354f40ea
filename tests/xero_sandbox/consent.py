"""The page on which a person lets an app into organisations: login.xero.com's part."""
from html import escape
from urllib.parse import parse_qsl, urlencode

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; background: #f2f4f6; color: #1f252d; margin: 0; }}
main {{ max-width: 27rem; margin: 8vh auto; background: #fff; border-radius: 8px;
  padding: 2rem 2.25rem; box-shadow: 0 1px 6px rgba(0, 10, 30, .2); }}
.logo {{ width: 3rem; height: 3rem; border-radius: 50%; background: #13b5ea; color: #fff;
  display: grid; place-items: center; font-weight: 700; }}
h1 {{ font-size: 1.3rem; }} fieldset {{ border: 0; padding: 0; margin: 1.25rem 0; }}
legend {{ font-weight: 600; }} label {{ display: block; padding: .35rem 0; }}
ul {{ color: #59626c; font-size: .875rem; padding-left: 1.1rem; }}
button {{ width: 100%; padding: .7rem; border-radius: 4px; border: 1px solid #b0b6bf;
  font: inherit; background: #fff; margin-top: .6rem; cursor: pointer; }}
button.allow {{ background: #0078c8; border-color: #0078c8; color: #fff; font-weight: 600; }}
.error {{ color: #a51d2d; }}
</style></head><body><main><div class="logo">xero</div>{content}
<p><small>This is a sandbox on your own computer. No data leaves it.</small></p>
</main></body></html>"""
_WORDS = {"offline_access": "Stay connected while you are away",
          "openid": "Know who you are", "profile": "See your name", "email": "See your email"}
_AREAS = {"invoices": "invoices, bills and credit notes", "payments": "payments",
          "contacts": "contacts", "settings": "organisation settings", "attachments": "attachments",
          "banktransactions": "bank transactions", "manualjournals": "manual journals"}


def _html(status, title, content):
    page = _PAGE.format(title=escape(title), content=content)
    return status, page.encode(), {"Content-Type": "text/html; charset=utf-8"}


def _refusal(error, detail):
    return _html(400, "Sorry, something went wrong",
                 f"<h1>Sorry, something went wrong</h1><p class='error'>Error: {escape(error)}"
                 f"</p><p>{escape(detail)}</p>")


def _meaning(scope):
    words = scope.split(".")
    if scope in _WORDS:
        return _WORDS[scope]
    area = _AREAS.get(words[1], words[1])
    if "reports" in words:
        return f"View reports ({words[2]})"
    return f"View your {area}" if words[-1] == "read" else f"View and manage your {area}"


def _check(identity, query):
    """:return: (app, scopes, None), or (None, None, refusal page)."""
    app = identity.apps.get(query.get("client_id"))
    if app is None or app.custom_connection:
        return None, None, _refusal("unauthorized_client", "Unknown client or client not enabled")
    if query.get("redirect_uri") not in app.redirect_uris:
        return None, None, _refusal("unauthorized_client", "Invalid redirect_uri")
    if query.get("response_type") != "code":
        return None, None, _refusal("unsupported_response_type", "response_type must be code")
    scopes = frozenset(query.get("scope", "").split())
    if not scopes or not scopes <= app.scopes:
        return None, None, _refusal("invalid_scope", "Invalid scope for client")
    challenge = query.get("code_challenge")
    if (app.pkce and not challenge) or (challenge and query.get("code_challenge_method") != "S256"):
        return None, None, _refusal("invalid_request", "code_challenge with S256 is required")
    return app, scopes, None


def authorize(identity, request):
    """GET shows the page; POST is a button on it: back to the app with a code or an error.

    :return: (status, bytes, headers)
    """
    posted = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    query = request.query if request.method == "GET" else posted
    app, scopes, refusal = _check(identity, query)
    if refusal:
        return refusal
    if request.method == "GET":
        return _page(identity, app, scopes, query, "")
    if query.get("decision") == "deny":
        return _back(query, {"error": "access_denied", "error_description":
                             "TenantConsent status DENIED"})
    tenants = [value for key, value in parse_qsl(request.body.decode()) if key == "tenant"]
    known = {organisation.tenant_id for organisation in identity.sandbox.organisations}
    if not tenants or not set(tenants) <= known:
        return _page(identity, app, scopes, query, "Choose at least one organisation.")
    user = identity.user(query.get("user"))
    event, granted = identity.consent(app, user, scopes, tenants)
    code = identity.new_code(app, user, granted, event, query["redirect_uri"],
                             query.get("code_challenge"))
    return _back(query, {"code": code, "scope": " ".join(sorted(granted))})


def _back(query, values):
    if query.get("state"):
        values["state"] = query["state"]
    joint = "&" if "?" in query["redirect_uri"] else "?"
    return 302, b"", {"Location": query["redirect_uri"] + joint + urlencode(values)}


def _page(identity, app, scopes, query, error):
    kept = ("client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge",
            "code_challenge_method")
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(query[name])}">'
                     for name in kept if name in query)
    organisations = "".join(
        f'<label><input type="checkbox" name="tenant" value="{org.tenant_id}"'
        f'{" checked" if index == 0 else ""}> {escape(org.name)}</label>'
        for index, org in enumerate(identity.sandbox.organisations))
    users = "".join(f'<option value="{user.user_id}">{escape(user.name)}</option>'
                    for user in identity.users)
    chooser = f'<p>Signed in as <select name="user">{users}</select></p>'
    meanings = "".join(f"<li>{escape(text)}</li>" for text in sorted({_meaning(s) for s in scopes}))
    return _html(200, f"{app.name} wants access", (
        f"<h1>{escape(app.name)} wants access to:</h1>"
        f'<p class="error" role="alert">{escape(error)}</p>'
        f'<form method="post" action="/identity/connect/authorize">{hidden}{chooser}'
        f"<fieldset><legend>Organisations</legend>{organisations}</fieldset><ul>{meanings}</ul>"
        '<button class="allow" name="decision" value="allow">Allow access</button>'
        '<button name="decision" value="deny">Cancel</button></form>'))
