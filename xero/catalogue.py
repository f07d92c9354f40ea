"""What an accountant reads about each code of an error."""

from typing import NamedTuple


def _lt(text: str) -> str:
    """Mark `text` for translation export; it is translated where it is shown.

    :param str text: English source text
    :return: the same text
    """
    return text


class ErrorText(NamedTuple):
    """What a person reads about an error code.

    `where` names the place to fix it: 'connection', 'contact', 'account_mapping', 'tax_mapping',
    'item_mapping', 'tracking_mapping', 'document', 'log' or 'xero'.
    """

    title: str
    cause: str
    fix: str
    where: str


CATALOGUE: dict[str, ErrorText] = {
    "connection_inactive": ErrorText(
        _lt("Not connected to Xero"),
        _lt(
            "The connection is paused or was ended, or the permission that Xero gave to Odoo has "
            "expired or is not complete."
        ),
        _lt(
            "Open the Xero connection and press Connect to Xero, Reconnect or Resume, whichever is "
            "there."
        ),
        "connection",
    ),
    "app_revoked": ErrorText(
        _lt("Xero no longer accepts this connection"),
        _lt(
            "Somebody disconnected Odoo in Xero, the Xero user lost access to the organisation, "
            "or the organisation was removed."
        ),
        _lt("Ask an adviser of the Xero organisation to press Reconnect on the Xero connection."),
        "connection",
    ),
    "scope_missing": ErrorText(
        _lt("A permission is missing in Xero"),
        _lt(
            "The sign-in to Xero does not cover all that Odoo has to read or write, for instance "
            "because it is older than a permission that Odoo asks for now."
        ),
        _lt(
            "Press Reconnect on the Xero connection, and allow all that Xero's page lists. For a "
            "custom connection, tick the scopes of the app in the Xero developer portal first."
        ),
        "connection",
    ),
    "role_missing": ErrorText(
        _lt("The Xero user's role does not allow this"),
        _lt("The user who connected Odoo to Xero has no role there that covers it."),
        _lt(
            "Give that user a role in Xero that does, such as Standard or Adviser, or have "
            "somebody who has one press Sign in again on the Xero connection; then press Test."
        ),
        "connection",
    ),
    "contact_missing": ErrorText(
        _lt("The contact is not in Xero"),
        _lt("Xero does not know the contact of this document, or no contact is set."),
        _lt("Sync the contact first, or link it to a Xero contact, then try again."),
        "contact",
    ),
    "contact_collision": ErrorText(
        _lt("Another Xero contact already has this name or number"),
        _lt("Contact names and contact codes are unique in Xero, and this one is taken."),
        _lt("Link the partner to the right Xero contact, or change its name, then try again."),
        "contact",
    ),
    "contact_archived": ErrorText(
        _lt("The contact is archived in Xero"),
        _lt("Xero takes no new documents for an archived contact."),
        _lt("Restore the contact in Xero, or link the partner to another one, then try again."),
        "contact",
    ),
    "contact_merged": ErrorText(
        _lt("The contact was merged into another one in Xero"),
        _lt("Another partner here is linked to the contact that is left of both."),
        _lt("Merge the two partners here, under Contacts; the documents go on by themselves then."),
        "contact",
    ),
    "contact_refused": ErrorText(
        _lt("Xero cannot take the contact as it is"),
        _lt("Xero found something in the contact, not in the document, that it does not accept."),
        _lt("Correct the partner; its documents go on by themselves then."),
        "contact",
    ),
    "unmapped_account": ErrorText(
        _lt("An account has no usable Xero account"),
        _lt("A line's account is not mapped, or Xero does not accept the mapped account there."),
        _lt("Choose an active Xero account for it under Mapping > Accounts, then try again."),
        "account_mapping",
    ),
    "unmapped_tax": ErrorText(
        _lt("A tax has no usable Xero tax rate"),
        _lt(
            "A line's tax is not mapped, or Xero does not allow the mapped tax rate with the "
            "line's account."
        ),
        _lt("Choose a Xero tax rate that fits the account under Mapping > Taxes, then try again."),
        "tax_mapping",
    ),
    "unmapped_item": ErrorText(
        _lt("A product has no usable Xero item"),
        _lt("A line's product is not mapped, or Xero does not know the mapped item."),
        _lt("Choose a Xero item for the product under Mapping > Products, then try again."),
        "item_mapping",
    ),
    "unmapped_tracking": ErrorText(
        _lt("An analytic account has no usable Xero tracking option"),
        _lt("A line's analytic account is not mapped, or Xero does not know the tracking option."),
        _lt("Choose an active tracking option under Mapping > Analytic Accounts, then try again."),
        "tracking_mapping",
    ),
    "currency_not_enabled": ErrorText(
        _lt("The currency is not enabled in Xero"),
        _lt("The Xero organisation does not use the currency of this document."),
        _lt("Add the currency in Xero (this may need another Xero plan), then try again."),
        "xero",
    ),
    "amount_not_final": ErrorText(
        _lt("An amount is not final yet"),
        _lt("The document holds an amount still to be confirmed, such as a delivery price."),
        _lt("Confirm the amount on the document, then try again."),
        "document",
    ),
    "number_taken": ErrorText(
        _lt("The document number is already used in Xero"),
        _lt("Another Xero document has this number, so Xero refuses a second one."),
        _lt("Give one of the two another number, here or in Xero, then try again."),
        "document",
    ),
    "number_voided": ErrorText(
        _lt("A voided document in Xero keeps this number"),
        _lt("Xero gives the number of a voided or deleted document to no other one."),
        _lt("Reset the document to draft, give it another number and confirm it."),
        "document",
    ),
    "voided_in_xero": ErrorText(
        _lt("The document is void in Xero"),
        _lt("It was voided or deleted in Xero, and nobody can take that back there."),
        _lt("Cancel it here, too. If it is to count, duplicate it first: the copy is sent."),
        "document",
    ),
    "maybe_in_xero": ErrorText(
        _lt("It may be in Xero already"),
        _lt(
            "Xero has a document of this contact under this number, and only a person can tell "
            "whether it is this one."
        ),
        _lt("Link the document to the one in Xero, or send it as another one."),
        "document",
    ),
    "not_in_xero": ErrorText(
        _lt("Xero does not have the document any more"),
        _lt("Xero answers that there is no such document, as after an organisation was reset."),
        _lt("Press Look for it in Xero; or Send anew, if it is gone for good."),
        "document",
    ),
    "period_locked": ErrorText(
        _lt("The period is locked in Xero"),
        _lt("The date of the document is on or before a lock date of the Xero organisation."),
        _lt("Change the lock date in Xero or the date of the document, then try again."),
        "xero",
    ),
    "not_sent": ErrorText(
        _lt("The document has no place in Xero"),
        _lt("It was made in Xero, or it takes back here what was voided there."),
        _lt("Nothing has to be sent. A document made in Xero is changed in Xero."),
        "xero",
    ),
    "document_not_editable": ErrorText(
        _lt("Xero does not allow this change any more"),
        _lt(
            "The Xero document has payments or credit notes applied, or is paid, voided or deleted."
        ),
        _lt("Remove the payments and credits in Xero, or make the change there by hand."),
        "xero",
    ),
    "allocation_exceeds": ErrorText(
        _lt("Xero has less left than is matched here"),
        _lt(
            "The credit note was used or refunded in Xero, or the invoice was paid or credited "
            "there, and the other side is not matched like that here."
        ),
        _lt(
            "Take back in Xero what Odoo does not have, and press Sync now; or take the match back "
            "here, and refund the credit note by a payment or use it for another invoice."
        ),
        "document",
    ),
    "allocation_unsuitable": ErrorText(
        _lt("Xero cannot match this credit note with this invoice"),
        _lt(
            "Xero matches documents of the same contact and the same currency only, customer's "
            "with customer's and vendor's with vendor's."
        ),
        _lt(
            "Give both the same contact and press Sync now; or take the match back here, and "
            "settle each document by a payment."
        ),
        "document",
    ),
    "corrected_in_xero": ErrorText(
        _lt("Somebody has changed this in Xero"),
        _lt("What was changed here would write over what was changed in Xero."),
        _lt("Push Odoo's side, take over from Xero, or change it here to what Xero has."),
        "document",
    ),
    "total_mismatch": ErrorText(
        _lt("The totals in Odoo and Xero differ"),
        _lt("Xero computes another total or tax than Odoo for this document."),
        _lt("Compare both documents, and check the rates under Mapping > Taxes."),
        "document",
    ),
    "taken_back": ErrorText(
        _lt("It was taken back in Xero"),
        _lt("Its total was another one in Xero, so it was voided there, as somebody asked here."),
        _lt("Put the cause right, mostly a rate under Mapping > Taxes, and press Sync now."),
        "tax_mapping",
    ),
    "plan_limit": ErrorText(
        _lt("The Xero plan or user role does not allow this"),
        _lt(
            "The Xero subscription approves only a few invoices and bills each month, or the user "
            "who signed in may not do this."
        ),
        _lt(
            "Send documents as drafts, change the plan or the user's role in Xero, or try again "
            "next month."
        ),
        "xero",
    ),
    "validation_error": ErrorText(
        _lt("Xero cannot take the document as it is"),
        _lt("Xero found something in the document that it does not accept."),
        _lt("Read Xero's message in the log, correct the document, then try again."),
        "log",
    ),
    "rate_limited": ErrorText(
        _lt("Waiting for Xero's call limit"),
        _lt("Xero limits how many calls each organisation may receive per minute and per day."),
        _lt("Nothing to do: the sync goes on by itself when Xero allows it."),
        "log",
    ),
    "transient": ErrorText(
        _lt("Xero could not be reached"),
        _lt("The network or Xero itself had a problem, or Xero's answer was lost."),
        _lt("Wait for the next attempt. If it persists, look at Xero's status page and the log."),
        "log",
    ),
    "payment_unclear": ErrorText(
        _lt("Xero may have this payment already"),
        _lt("Xero has a payment of the same amount and document that Odoo does not have."),
        _lt("If it is this one, give both the same date. If not, try again: it is sent then."),
        "document",
    ),
    "payment_delete_no_match": ErrorText(
        _lt("A payment deleted in Xero was not found in Odoo"),
        _lt("Xero reports a deleted payment that Odoo never received or no longer has."),
        _lt("Check that the payments of the invoice agree on both sides."),
        "log",
    ),
    "order_reinvoiced": ErrorText(
        _lt("The order was invoiced again before the void"),
        _lt("The invoice was voided in Xero while its order already had a newer invoice in Odoo."),
        _lt("Check that the newer invoice is the right one; it was not changed."),
        "document",
    ),
}

# Codes that are about a document's contact.
CONTACT_CODES = tuple(code for code, text in CATALOGUE.items() if text.where == "contact")
