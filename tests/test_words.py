"""What a run writes for people is made of lazy texts: no part of one is in the run's language."""
import ast
from pathlib import Path

from .unit import BaseCase

MODELS = Path(__file__).parents[1] / 'models'
#: What keeps or makes lazy texts; called with a text in one language, it is that for everybody.
KEEPING = {
    '_lt', 'joined', 'Problem', 'Problem.at', 'ImportBlocker', '_xero_fail', '_xero_failure',
    '_add_event', '_add_pulls', '_add_records', '_add_deliveries', '_note',
    'write_words', 'store_words',
}
#: What makes a text, an amount or a date of one language.
FROZEN = {'_', 'format_date', 'format_datetime', 'formatLang', 'format_amount', 'in_currency',
          'name_in_xero', 'error_text', 'in_words', 'format'}
#: What makes texts of others.
JOINING = {'join', 'filter', 'list', 'map', 'str', 'sorted', 'strip', 'tuple', 'zip'}


def _name(call):
    """:return: the name of what is called; `Problem.at` and the like with the class"""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    if not isinstance(function, ast.Attribute):
        return ''
    if isinstance(function.value, ast.Name) and function.value.id == 'Problem':
        return f'Problem.{function.attr}'
    return function.attr


def _calls(node):
    return [each for each in ast.walk(node) if isinstance(each, ast.Call)]


def _frozen(node):
    """:return: whether an expression is a text of one language, or has one in it"""
    if isinstance(node, ast.Call):
        name = _name(node)
        if name in FROZEN and not (     # 'x'.format is no amount
                isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Constant)):
            return True
        if name not in KEEPING | JOINING:
            return False
    return any(map(_frozen, ast.iter_child_nodes(node)))


def faults_of(source):
    """:return: lines of a Python source in which a text of one language is kept for all
    :rtype: list(int)"""
    faults = set()
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = {
            target.id for each in ast.walk(function)
            if isinstance(each, ast.Assign) and _frozen(each.value)
            for target in each.targets if isinstance(target, ast.Name)}
        for call in _calls(function):
            if _name(call) not in KEEPING:
                continue
            for part in (*call.args, *(keyword.value for keyword in call.keywords)):
                if _frozen(part) or any(isinstance(each, ast.Name) and each.id in names
                                        for each in ast.walk(part)):
                    faults.add(call.lineno)
        faults |= {each.lineno for each in ast.walk(function)       # differences
                   if isinstance(each, ast.Yield) and each.value and _frozen(each.value)}
    return sorted(faults)


class TestWords(BaseCase):

    def test_what_is_kept_is_lazy(self):
        faults = [f'{path.relative_to(MODELS)}:{line}' for path in sorted(MODELS.rglob('*.py'))
                  for line in faults_of(path.read_text(encoding='utf-8'))]
        self.assertEqual(faults, [], "kept in the language of the run")

    def test_it_is_found(self):
        for line in (
                "Problem('code', self.env._('No.'))",
                "Problem.at(record, 'code', env._('No.'))",
                "words = self.env._('No.')\n    record._xero_fail([Problem('code', words)])",
                "self.env['xero.log']._add_event(connection, self.env._('Done.'))",
                "_lt('Of %s', format_date(self.env, date))",
                "_lt('It is %s', move.currency_id.format(1))"):
            with self.subTest(line):
                self.assertTrue(faults_of(f"def f(self):\n    {line}\n"))
        for line in ("Problem('code', _lt('Of %s', lazy_date(self.env, date)))",
                     "raise UserError(self.env._('No.'))"):
            with self.subTest(line):
                self.assertFalse(faults_of(f"def f(self):\n    {line}\n"))
