"""Which partner is which contact: evidence that both sides share, weighed, without guessing.

Both sides are looked up by normalised keys; nothing is compared with everything else, so that ten
thousand of each take a second or two.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from stdnum import get_cc_module
from stdnum.iso7064 import mod_97_10

#: What a piece of evidence weighs, out of 100. Only our own contact code is proof by itself; two
#: others that agree make a pair certain.
WEIGHTS = {"number": 100, "tax": 60, "bank": 50, "email": 45, "name": 40}
CERTAIN = 80
#: Two different tax numbers speak against a pair.
OTHER_TAX = "other_tax"
PENALTY = 30
#: A key that more of one side have is no evidence, such as the mailbox of an accountant.
SHARED = 5
#: Partner, contact, and what speaks for them.
_Pair = tuple[Hashable, Hashable, tuple[str, ...]]

_LEGAL_FORMS = frozenset(
    "ltd limited plc llp llc lp inc incorporated corp corporation co company pty proprietary pte"
    " gmbh mbh ag ug kg ohg ek ev sa sarl sas sasu srl spa snc bv nv vof ab as asa aps oy oyj sl"
    " slu lda ltda sro doo kft zrt bhd sdn pvt private".split()
)
#: Letters that are no letter with an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
_DROPPED = re.compile(r"[.'’`´]")
_TAX_WORDS = re.compile(r"^(VAT|GST|ABN|TIN|EIN|TAX|REG|NO|NUMBER)+(?=[A-Z]{0,3}\d)")
_TAX = re.compile(r"([A-Z]{2})?([A-Z0-9]*\d[A-Z0-9]*)")


def name_key(name: str | None) -> str:
    """Return a name as it is compared: without case, accents, punctuation and legal form.

    :param str name: of a company or person
    :rtype: str
    """
    text = unicodedata.normalize("NFKD", (name or "").casefold().translate(_LETTERS))
    text = _DROPPED.sub("", text).replace("&", " and ").replace("+", " and ")
    text = "".join(char for char in text if not unicodedata.combining(char))
    words = "".join(char if char.isalnum() else " " for char in text).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words.pop(0)
    return " ".join(words)


def email_key(email: str | None) -> str:
    """:return: an e-mail address as it is compared, '' for what is none"""
    text = (email or "").strip().casefold()
    return text if "@" in text else ""


def tax_key(number: str | None) -> tuple[str, str]:
    """Return country prefix and number of a tax number, each '' when missing.

    :param str number: as entered, such as 'GB 123 4567 89' or 'ABN 51 824 753 556'
    :rtype: tuple(str, str)
    """
    text = "".join(char for char in (number or "").upper() if char.isalnum())
    match = _TAX.fullmatch(_TAX_WORDS.sub("", text))
    # Anything shorter is 'N/A 0' or an internal note.
    if not match or len(match[2]) < 5:
        return "", ""
    country, digits = match[1] or "", match[2]
    kind = _vat_kind(country)
    # The country's own rules, such as the zero that old Belgian numbers go without.
    if kind and kind.is_valid(digits):
        digits = kind.compact(digits).removeprefix(country)
    return country, digits


@cache
def _vat_kind(country: str) -> Any:
    """:return: stdnum's module of the tax numbers that begin with these letters, None without"""
    return get_cc_module("gr" if country == "EL" else country, "vat") if country else None


def bank_keys(number: str | None) -> frozenset[str]:
    """:return: frozenset of the ways in which a bank account number may be written"""
    text = "".join(char for char in (number or "").upper() if char.isalnum())
    if len(text) < 6:
        return frozenset()
    # A British IBAN ends with the sort code and the account number, which Xero shows alone.
    # (stdnum.iban reads a file of its package, which the import hook of Odoo 19 does not let it.)
    british = text.startswith("GB") and len(text) == 22 and mod_97_10.is_valid(text[4:] + text[:4])
    return frozenset((text, text[-14:])) if british else frozenset((text,))


@dataclass(slots=True)
class Party:
    """A partner or a contact, by what may be told of it; `key` is the caller's.

    `blocked` says why it cannot be proposed; it is named then instead of being passed over.
    """

    key: Hashable
    number: str = ""
    name: str = ""
    other_name: str = ""
    email: str = ""
    tax_number: str = ""
    bank: tuple[str, ...] = ()
    blocked: str = ""
    tax: tuple[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.tax = tax_key(self.tax_number)

    def keys(self) -> set[tuple[str, str]]:
        """Return what it can be looked up by.

        :rtype: set(tuple(str, str))
        """
        found = {("number", self.number.casefold()), ("tax", self.tax[1])}
        found |= {("email", email_key(self.email)), ("name", name_key(self.name))}
        found |= {("name", name_key(self.other_name))}
        found |= {("bank", key) for number in self.bank for key in bank_keys(number)}
        return {key for key in found if key[1]}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is said of one partner.

    `contact` is the key of the contact that it seems to be, None when it is not clear; `evidence`
    names what speaks for it (WEIGHTS, and OTHER_TAX against it) and `score` weighs it. `rivals`
    are keys of contacts that fit as well, `claimants` those of partners that the contact fits as
    well. `blocked` is the key of a contact that fits but cannot be used.
    """

    partner: Hashable
    contact: Hashable | None = None
    score: int = 0
    evidence: tuple[str, ...] = ()
    rivals: tuple[Hashable, ...] = ()
    claimants: tuple[Hashable, ...] = ()
    blocked: Hashable | None = None

    @property
    def certain(self) -> bool:
        return self.contact is not None and self.score >= CERTAIN


def propose(partners: Iterable[Party], contacts: Iterable[Party]) -> list[Proposal]:
    """Find the contact that each partner seems to be.

    :param partners: iterable of Party
    :param contacts: iterable of Party
    :return: list of Proposal, one a partner, in their order
    """
    mine = {party.key: party for party in partners}
    theirs = {party.key: party for party in contacts}
    levels: dict[int, list[_Pair]] = defaultdict(list)
    blocked: dict[Hashable, tuple[int, Hashable]] = {}
    for (partner, contact), kinds in _shared(mine, theirs).items():
        score, evidence = _weigh(mine[partner], theirs[contact], kinds)
        if not score:
            continue
        if theirs[contact].blocked:
            if score > blocked.get(partner, (0, None))[0]:
                blocked[partner] = score, contact
            continue
        levels[score].append((partner, contact, evidence))
    found: dict[Hashable, Proposal] = {}
    taken: set[Hashable] = set()
    for score in sorted(levels, reverse=True):
        _settle_level(score, levels[score], found, taken)
    return [found.get(key) or Proposal(key, blocked=blocked.get(key, (0, None))[1]) for key in mine]


def _shared(
    partners: dict[Hashable, Party], contacts: dict[Hashable, Party]
) -> dict[tuple[Hashable, Hashable], set[str]]:
    """Return {(partner, contact): kinds of evidence} of all that share a key."""
    mine, theirs = _index(partners), _index(contacts)
    pairs = defaultdict(set)
    for key in mine.keys() & theirs.keys():
        if max(len(mine[key]), len(theirs[key])) <= SHARED:
            for partner in mine[key]:
                for contact in theirs[key]:
                    pairs[partner, contact].add(key[0])
    return pairs


def _index(parties: dict[Hashable, Party]) -> dict[tuple[str, str], list[Hashable]]:
    index = defaultdict(list)
    for party in parties.values():
        for key in party.keys():
            index[key].append(party.key)
    return index


def _weigh(partner: Party, contact: Party, kinds: set[str]) -> tuple[int, tuple[str, ...]]:
    """Return score and evidence of a pair."""
    kinds = set(kinds)
    mine, theirs = partner.tax, contact.tax
    if "tax" in kinds and mine[0] and theirs[0] and mine[0] != theirs[0]:
        kinds.remove("tax")  # the same number in two countries
    score = sum(WEIGHTS[kind] for kind in kinds)
    if kinds and "number" not in kinds and mine[1] and theirs[1] and "tax" not in kinds:
        kinds.add(OTHER_TAX)
        score -= PENALTY
    ceiling = 100 if "number" in kinds else 99
    order = (*WEIGHTS, OTHER_TAX)
    return min(max(score, 0), ceiling), tuple(kind for kind in order if kind in kinds)


def _settle_level(
    score: int, pairs: list[_Pair], found: dict[Hashable, Proposal], taken: set[Hashable]
) -> None:
    """Propose what is clear among pairs of one score; the best ones have been settled before.

    :param dict found: {partner: Proposal}, is added to
    :param set taken: contacts that are proposed, or that several claim; is added to
    """
    free = [pair for pair in pairs if pair[0] not in found and pair[1] not in taken]
    fitting, claimed = defaultdict(list), defaultdict(list)
    for partner, contact, _evidence in free:
        fitting[partner].append(contact)
        claimed[contact].append(partner)
    for partner, contact, evidence in free:
        rivals = [other for other in fitting[partner] if other != contact]
        claimants = [other for other in claimed[contact] if other != partner]
        taken.add(contact)
        if not rivals and not claimants:
            found[partner] = Proposal(partner, contact, score, evidence)
        elif partner not in found:
            found[partner] = Proposal(
                partner, None, score, evidence, tuple(fitting[partner]), tuple(claimants)
            )
        else:
            before = found[partner]
            found[partner] = Proposal(
                partner,
                None,
                score,
                before.evidence,
                before.rivals,
                tuple(dict.fromkeys((*before.claimants, *claimants))),
            )
