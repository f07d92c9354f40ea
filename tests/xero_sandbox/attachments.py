"""History notes and attachments of documents and contacts."""
from mimetypes import guess_type
from urllib.parse import quote

from .documents import Writer
from .errors import Refused, bad_request, not_found, validation_failed
from .rules import CREDIT_NOTE, INVOICE
from .seed import ZERO_GUID, guid
from .validate import check

MAX_COUNT = 10
MAX_NOTE = 2500
_FORBIDDEN = set('<>:"/\\|?*\0+')
_KINDS = {"Invoices": INVOICE, "CreditNotes": CREDIT_NOTE}
_OWNERS = "Invoices|CreditNotes|Contacts|Payments|Overpayments|Prepayments|BatchPayments|Items"
_ATTACHED = "Invoices|CreditNotes|Contacts|Accounts"


def _owner(request, collection, reference):
    """:return: (record, its id). :raise ApiError: 404."""
    store = request.organisation.store[collection]
    if collection in _KINDS:
        record = Writer(_KINDS[collection], request.organisation).find(reference)
    else:
        record = store.get(reference)
    if record is None:
        raise not_found()
    return record, record[store.id_field]


def get_history(request, collection, reference):
    """GET .../History."""
    _record, owner = _owner(request, collection, reference)
    return 200, {"HistoryRecords": request.organisation.history.get(owner, [])}


def add_history(request, collection, reference):
    """PUT .../History: a note that can be neither edited nor removed."""
    _record, owner = _owner(request, collection, reference)
    data = request.json()
    check("HistoryRecords", data)
    made = []
    for element in data.get("HistoryRecords") or []:
        details = element.get("Details") or ""
        if not details or len(details) > MAX_NOTE:
            raise validation_failed([{"ValidationErrors": [
                {"Message": f"Details must have 1 to {MAX_NOTE} characters."}]}])
        made.append({"Details": details, "Changes": "Note", "User": "System Generated",
                     "DateUTC": request.organisation.stamp()})
    with request.organisation.lock:
        request.organisation.history.setdefault(owner, []).extend(made)
    return 200, {"HistoryRecords": made}


def put_attachment(request, collection, reference, name):
    """PUT and POST .../Attachments/{FileName}: raw bytes; the same name overwrites."""
    record, owner = _owner(request, collection, reference)
    with request.organisation.transaction():
        files = request.organisation.attachments.setdefault(owner, {})
        try:
            _check(request, record, files, name)
        except Refused as error:
            raise validation_failed([{"AttachmentID": ZERO_GUID, "ValidationErrors": [
                {"Message": text} for text in error.messages]}]) from None
        meta = {"AttachmentID": files[name][0]["AttachmentID"] if name in files else guid(),
                "FileName": name, "ContentLength": len(request.body),
                "Url": f"https://api.xero.com/api.xro/2.0/{collection}/{owner}/Attachments/"
                       f"{quote(name)}",
                "MimeType": guess_type(name)[0] or "application/octet-stream",
                "IncludeOnline": request.query.get("IncludeOnline", "").lower() == "true"}
        files[name] = (meta, request.body)
        if "HasAttachments" in record:
            request.organisation.store[collection].put({**record, "HasAttachments": True})
    return 200, {"Attachments": [meta]}


def _check(request, record, files, name):
    if not request.body:
        raise bad_request("The attachment is empty.")
    if _FORBIDDEN & set(name):
        raise Refused("The file name has characters that are not allowed.")
    if name not in files and len(files) >= MAX_COUNT:
        raise Refused(f"A document can have at most {MAX_COUNT} attachments.")
    if request.query.get("IncludeOnline", "").lower() == "true" and (
            not record.get("Type", "").startswith("ACCREC")):
        raise Refused("IncludeOnline is for sales invoices and sales credit notes only.")


def list_attachments(request, collection, reference):
    """GET .../Attachments."""
    _record, owner = _owner(request, collection, reference)
    files = request.organisation.attachments.get(owner, {})
    return 200, {"Attachments": [meta for meta, _content in files.values()]}


def get_attachment(request, collection, reference, name):
    """GET .../Attachments/{FileName or AttachmentID}: the bytes."""
    _record, owner = _owner(request, collection, reference)
    for meta, content in request.organisation.attachments.get(owner, {}).values():
        if name in (meta["FileName"], meta["AttachmentID"]):
            return 200, content
    raise not_found()


ROUTES = [
    ("GET", f"({_OWNERS})/([^/]+)/History", get_history),
    ("PUT", f"({_OWNERS})/([^/]+)/History", add_history),
    ("GET", f"({_ATTACHED})/([^/]+)/Attachments", list_attachments),
    ("GET", f"({_ATTACHED})/([^/]+)/Attachments/([^/]+)", get_attachment),
    ("PUT", f"({_ATTACHED})/([^/]+)/Attachments/([^/]+)", put_attachment),
    ("POST", f"({_ATTACHED})/([^/]+)/Attachments/([^/]+)", put_attachment),
]
