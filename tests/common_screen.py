"""What a view is to the web client: its fields, and its buttons with when they show."""
import json
from typing import NamedTuple

from lxml import etree

from odoo.tests.form import get_static_context
from odoo.tools.safe_eval import safe_eval

#: Views of several records.
MULTI = ('list', 'kanban')


class Button(NamedTuple):
    """What is pressed, and under what conditions it is there.

    :param str model: whose method it calls
    :param str name: of the method, or id of the action
    :param str type: object or action
    :param context: what it adds to the context, an expression or None
    :param bool above: above a list, for the records that are selected
    :param bool always: also when none is
    :param list levels: (field that holds the records or None, [(attribute, expression)]), from the
        view's own record to those within it
    """

    model: str
    name: str
    type: str
    context: str
    above: bool
    always: bool
    levels: list

    @property
    def key(self):
        """:return: what tells one button from another"""
        return self.model, self.name, self.type, self.context


class _Record:
    """The values of a record as the templates of a kanban see them; what is not there is falsy."""

    def __init__(self, values, wrap=None):
        self._values, self._wrap = values, wrap

    def __getattr__(self, name):
        value = self._values.get(name)
        return _Record({'raw_value': value}) if self._wrap else value


class Screen:
    """One view as a user gets it: what the tree has for the groups of others is not in it.

    :param str kind: form, list, kanban, search
    :param str model: of its records
    :param dict description: of `get_views`
    :param dict models: the fields of the models in it
    """

    def __init__(self, kind, model, description, models):
        self.kind, self.model, self.models = kind, model, models
        self.id = description['id']
        self.arch = etree.fromstring(description['arch'])

    def specification(self, node=None, model=None):
        """:return: what the view shows of a record, as `web_read` is asked for it"""
        spec = {}
        model = model or self.model
        for field in self._fields(self.arch if node is None else node):
            info = self.models[model]['fields'][field.get('name')]
            asked = spec.setdefault(field.get('name'), {})
            if field.get('context'):
                asked['context'] = get_static_context(field.get('context'))
            if info['type'] in ('many2one', 'reference'):
                asked['fields'] = {'display_name': {}}
            elif info['type'] in ('one2many', 'many2many'):
                inner = asked.setdefault('fields', {})
                for shown in field:
                    if shown.tag in MULTI:
                        inner.update(self.specification(shown, info['relation']))
        return spec

    def _fields(self, node):
        """:return: iterator of the fields of a view, without those of the views within it"""
        for child in node.iterchildren(etree.Element):
            if child.tag == 'field':
                yield child
            elif child.tag != 'groupby':
                yield from self._fields(child)

    # === BUTTONS === #

    def buttons(self):
        """:return: iterator of Button"""
        for node in self.arch.iter('button', 'a'):
            if node.get('type') in ('object', 'action') and node.get('name'):
                yield self._button(node)

    def _button(self, node):
        levels, conditions, fields = [], [], []
        for step in (node, *node.iterancestors()):
            if step.tag == 'field':
                levels.append((step.get('name'), conditions))
                fields.append(step.get('name'))
                conditions = []
            if step.get('invisible'):
                conditions.append(('invisible', step.get('invisible')))
            # Other conditions of templates are JavaScript, of what they have computed themselves.
            if step.get('t-if', '').startswith(('record.', 'dashboard.')):
                conditions.append(('t-if', step.get('t-if')))
        levels.append((None, conditions))
        model = self.model
        for name in reversed(fields):
            model = self.models[model]['fields'][name]['relation']
        return Button(
            model, node.get('name'), node.get('type'), node.get('context'),
            above=self.kind == 'list' and node.getparent().tag == 'header',
            always=node.get('display') == 'always', levels=levels[::-1])

    def shown(self, button, values):
        """Find the records on which a button is there.

        :param Button button: of this view
        :param dict values: of a record of the view, as `web_read` returns them
        :return: values of that record, or of those within it
        :rtype: list(dict)
        """
        rows = [{**values, 'parent': {}}]
        for field, conditions in button.levels:
            if field:
                rows = [{**inner, 'parent': _plain(row)} for row in rows for inner in row[field]]
            rows = [row for row in rows if all(
                self._holds(attribute, expression, row) for attribute, expression in conditions)]
        return rows

    def _holds(self, attribute, expression, values):
        if attribute == 'invisible':
            names = {**_plain(values), 'parent': _Record(values['parent']), 'context': {}}
            return not safe_eval(expression, names)
        return bool(safe_eval(expression, {
            'record': _Record(values, wrap=True),
            'dashboard': _Record(json.loads(values.get('kanban_dashboard') or '{}'))}))


def _plain(values):
    """:return: values as expressions see them: ids in place of records"""
    return {name: value['id'] if isinstance(value, dict) and 'id' in value
            else [row['id'] for row in value]
            if isinstance(value, list) and value and isinstance(value[0], dict) and 'id' in value[0]
            else value for name, value in values.items()}
