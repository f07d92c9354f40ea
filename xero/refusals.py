"""What Xero's refusals are about, by their words.

Xero's validation texts are not a documented contract and vary in wording, so the patterns look for
what a text is about, and for what is said of it. The order is the priority when a document has
several messages, and it keeps the specific ahead of the general ("archived contacts cannot be
edited" is a contact's).
"""

import re

_NOT_THERE = r"not (be )?(found|recogni[sz]ed)|does ?n[o']t exist|unknown"
# What else a text may say of a contact, which has nothing to do with which one it is.
_DETAILS = r"e-?mail|phone|address|tax|name|country|person|bank|website"

_PATTERNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    # Xero's own fault, even where it calls it a validation error.
    ("transient", (r"\ban (unexpected )?error occurred in xero\b", r"temporarily unavailable")),
    ("allocation_exceeds", (r"allocat.*\b(paid off|(greater|more) than|exceed)",)),
    (
        "allocation_unsuitable",
        (r"allocat.*\b(invoice type|(same|different|another) (contact|currency))",),
    ),
    (
        "contact_archived",
        (
            r"archived contact|contact\b.*\b((un-?)?archived|merged|gdpr)\b",
            r"\barchived\b.{0,30}\bcontacts\b",
        ),
    ),
    (
        "contact_collision",
        (
            r"contact name\b.*\b(unique|already|another)\b",
            r"\b(another|other) contact (already )?(has|uses|with)\b",
            r"existing contact with (that |this |the same )?name",
            r"already (assigned|linked|used|taken)\b.*\bcontact\b|(duplicate|multiple) contacts?",
            r"\bcontact with (this|that|the same) \w+.*\bexists\b",
            r"contact (account )?(number|code)\b.*\b(already|unique)\b",
            r"\baccount ?number\b.*\b(already|unique)\b",
        ),
    ),
    (
        "contact_missing",
        (
            r"elements to identify the contact|invalid contact|\bno (active )?contact\b",
            rf"\bcontact ?(id)?\b((?!{_DETAILS}).)*\b({_NOT_THERE}|not (a )?valid)\b",
            r"contact ?(id)?( field)?( is| was)? (required|mandatory|invalid|missing|must be)\b",
            r"contact name\b.*\b(empty|required|mandatory)\b",
        ),
    ),
    (
        "currency_not_enabled",
        (
            r"not subscribed to\b.*\bcurrenc|multi-?\s?currency",
            r"currency( code)?\b(?! ?rate).*\b(not (enabled|subscribed|valid|found|active|support"
            r"|available|in use|set up)|invalid|does ?n[o']t exist|must be (added|enabled))",
        ),
    ),
    (
        "period_locked",
        (
            r"lock(ed)? ?date|\b(is|are|been|a) locked\b|period\b.*\block|locked period",
            r"\bclosed (period|year)|(books|period|year)\b.{0,30}\bclosed\b",
        ),
    ),
    (
        "plan_limit",
        (
            r"limit of (\d+ )?(invoices|bills|documents)|limit\b.*\bcan approve",
            r"(invoice|bill|approval) limit\b|\b(subscription|pricing) plan\b|\byour plan\b",
            r"subscription\b.*\b(expired|ended|cancelled|inactive|not active)|trial\b.*\bexpired",
            r"\bpermissions?\b|not (permitted|authori[sz]ed|allowed) to\b|\buser('s)? role\b",
            r"\b(adviser|advisor|standard|reporting|sufficient|required) (role|privileges?)\b",
        ),
    ),
    (
        "number_taken",
        (
            r"\b(invoice|bill|credit ?note|document)\s*(#|no\b\.?|num(ber)?)?.{0,80}\b"
            r"(must be unique|not unique|(is )?already (exists?|been used|used|taken|in use"
            r"|assigned))",
            r"duplicate (invoice|bill|credit ?note|document) ?(#|num)",
        ),
    ),
    ("unmapped_tracking", (r"tracking",)),
    # Without a valid account Xero finds no tax rate valid either, and says both.
    ("unmapped_account", (r"\baccount must be valid\b",)),
    ("unmapped_tax", (r"tax ?type|\btax (rate|code)s?\b",)),
    (
        "unmapped_item",
        (
            r"\bitem ?code\b.*\b(not|invalid|archived|required|mandatory|must)\b",
            r"\b(item|product)\b(?! ?id).*\b(not (be )?found|does ?n[o']t exist"
            r"|not a valid item|cannot be (used|sold|purchased)|not (sold|purchased|for sale))",
            r"\bitems? available to sell|quantity (on hand|available)|\btracked (inventory|item)",
            r"\b(insufficient|not enough|out of|in) (stock|inventory|quantity)\b",
        ),
    ),
    (
        "unmapped_account",
        (
            r"account ?(code|id|type)?\b.*\b(not (a )?(valid|recogni[sz]ed|found|active|be found"
            r"|match)|removed|does ?n[o']t (exist|match)|required|mandatory|must be (specified"
            r"|provided|valid|a bank)|archived|deleted|cannot be (used|applied)|invalid)\b",
            r"invalid (bank )?account|valid (bank ?)?account|known bank account",
            r"specify an? (bank )?account|enable payments to|\bsystem account\b",
        ),
    ),
    (
        "total_mismatch",
        (r"\b(sub-?)?(totals?|line ?amounts?)\b.*\b(does ?n[o']t|do not|must) (match|equal|add)",),
    ),
    (
        "document_not_editable",
        (
            r"not (of|in) (a )?valid (status|state)\b(?! for creation)",
            r"(cannot|can ?not|can't|may not) (currently )?be (edited|modified|updated|changed"
            r"|voided|deleted|removed)",
            r"(cannot|can't|unable to) (edit|modify|update|change|void|delete)\b",
            r"status \S+ cannot be applied|payments? or (a )?credit notes? (is |are )?allocated",
            r"only be made against|\breconciled\b",
            r"\b(invoice|bill|credit ?note|document|payment)\b.{0,40}\b(has|have|is|was)( been)?"
            r"( already)?( been)?( fully)? (voided|deleted|paid)\b",
        ),
    ),
)

#: (code of the error catalogue, pattern), in the order in which they are tried.
RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE | re.DOTALL))
    for code, parts in _PATTERNS
)
