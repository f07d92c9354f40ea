"""How alike the names of accounts are, as two charts name the same thing differently."""
import re
from functools import lru_cache

#: Words that say nothing of what an account is for.
COMMON = {'a', 'account', 'and', 'asset', 'category', 'cost', 'expense', 'fee', 'for', 'general',
          'good', 'in', 'income', 'less', 'liability', 'of', 'on', 'other', 'payable', 'product',
          'receivable', 'the', 'to'}
#: Words for the same.
SAME = {'revenue': 'income', 'turnover': 'sale', 'wage': 'salary', 'salarie': 'salary',
        'phone': 'telephone', 'heat': 'heating', 'advert': 'advertising'}
#: From where on names are alike enough to be proposed, and to be believed.
ALIKE, LIKELY = 0.5, 0.6


def likeness(name, other):
    """
    :param str name: of an account here
    :param str other: of one in Xero
    :return: from 0 for names without a word in common to 1 for the same ones; one that is the
        other's with more words, such as "Sales category 1" and "Sales", is at least LIKELY
    :rtype: float
    """
    mine, theirs = _words(name), _words(other)
    common = mine & theirs
    if not common:
        return 0
    share = 2 * len(common) / (len(mine) + len(theirs))
    return max(share, LIKELY) if common == theirs else share


def most_alike(name, candidates):
    """
    :param str name: of an account here
    :param recordset candidates: of `xero.account`
    :return: the one with the name that is most alike, none where several are, and how alike
    :rtype: tuple(recordset, float)
    """
    ranked = sorted(((likeness(name, other.name), -index) for index, other
                     in enumerate(candidates)), reverse=True)[:2]
    best = ranked[0][0] if ranked else 0
    if best < ALIKE or len(ranked) > 1 and ranked[1][0] == best:
        return candidates.browse(), 0
    return candidates[-ranked[0][1]], best


@lru_cache(maxsize=4096)
def _words(name):
    """:return: what a name says, in the singular; all of it when that is nothing in particular
    :rtype: set(str)"""
    words = {word[:-1] if len(word) > 3 and word.endswith('s') and word[-2] != 's' else word
             for word in re.findall(r'[^\W_]+', (name or '').casefold())}
    words = {SAME.get(word, word) for word in words}
    return words - COMMON or words
