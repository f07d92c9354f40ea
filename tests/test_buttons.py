"""Every button of every view, pressed as the web client presses it, by each kind of user."""
from lxml import etree

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_records import EVERYBODY, REFUSAL_LOGGERS, XeroRecordsCommon
from .common_web_client import NOT_ALLOWED, Refused

#: Buttons that a user sees and may not press, as (kind of user, model, button).
REFUSED = {
    # The dialog is offered to nobody who may not change the account.
    ('manage', 'xero.fix.wizard', 'action_save')}
#: Buttons that ask who may; who may do all himself sees none.
ASKING = {'action_ask', 'action_xero_ask'}
#: Outcome of a press that was not refused.
DONE = 'done'


@tagged('post_install', '-at_install')
class TestButtons(XeroRecordsCommon):

    def test_every_button_of_every_view(self):
        for kind in EVERYBODY:
            with self.subTest(kind), self._undone():
                self._press_all(kind)

    def _press_all(self, kind):
        """Press every button that a kind of user sees: on two of the records that show it, and on
        all of them as the user who has every right. Each press is undone.

        Each button has to do its work at least once, and a refusal has to be in words.
        """
        client, user = self._log_in(kind)
        self.kind, self.met, self.pressed = kind, set(), {}
        self.faults, self.outcomes = {}, {}
        with mute_logger(*REFUSAL_LOGGERS):
            for view, keys in self._views():
                self._press_view(client, user, view, keys)
        if kind == 'everything':
            self._check_nothing_is_hidden()
        refused = set()
        for key, outcomes in self.outcomes.items():
            if not outcomes:
                if key[1] not in ASKING or kind == 'synchronise':
                    self._fault(key, "no record shows it")
            elif DONE not in outcomes:
                refused.add((kind, *key[:2]))
                if (kind, *key[:2]) not in REFUSED:
                    self._fault(key, f"always refused: {', '.join(outcomes)}")
        if self.faults:
            self.fail('\n'.join(f"{what}: {fault} {sorted(set(ids))}"
                                for (what, fault), ids in self.faults.items()))
        self.assertEqual(refused, {row for row in REFUSED if row[0] == kind})

    def _check_nothing_is_hidden(self):
        met = {key[1:] for key in self.outcomes}
        for view, keys in self._views():
            for key in keys - met:
                self._fault(view.xml_id, f"nobody sees {key}")

    def _fault(self, what, fault, ids=()):
        self.faults.setdefault((what, str(fault)), []).extend(ids)

    def _views(self):
        """:return: iterator of (view to look at, keys of the module's buttons in it)"""
        by_root = {}
        for view in self._of_module('ir.ui.view').filtered(lambda v: v.type in (
                'form', 'list', 'kanban')):
            keys = {(node.get('name'), node.get('type'), node.get('context'))
                    for node in etree.fromstring(view.arch_db).iter('button', 'a')
                    if node.get('type') in ('object', 'action')}
            root = view
            while root.mode == 'extension':
                root = root.inherit_id
            by_root.setdefault(root, set()).update(keys)
        for root, keys in by_root.items():
            for view in self._with_children(root):
                yield view, keys

    def _with_children(self, view):
        """:return: a view and those that are made from it"""
        children = self.all_rights['ir.ui.view'].search(
            [('inherit_id', '=', view.id)])
        views = view if view.mode == 'primary' else view.browse()
        return views.union(*(self._with_children(child) for child in children))

    def _press_view(self, client, user, view, keys):
        try:
            screen = client.views(view.model, [[view.id, view.type]])[view.type]
        except Refused as refusal:
            if refusal.name != NOT_ALLOWED or self._may_read(view.model, user):
                self._fault(view.xml_id, refusal)
            return
        # Views that are made from others have the same buttons, mostly.
        ours = {str(button): button for button in screen.buttons()
                if button.key[1:] in keys and str(button) not in self.met}
        self.met.update(ours)
        for button in ours.values():
            self.outcomes.setdefault(button.key, {})
        if not ours:
            return
        with self._undone():
            try:
                records = self._records(view.model, user)
                # A dialog is read by itself, what there are many of at once.
                rows = [values for some in (records if records._transient else [records])
                        for values in client.values_of(screen, some.ids)]
            except (Refused, AssertionError) as error:
                self._fault(view.xml_id, error)
                return
            for button in ours.values():
                self._press_button(client, screen, button, rows)

    def _press_button(self, client, screen, button, rows):
        shown = [values for row in rows for values in screen.shown(button, row)]
        if self.kind != 'everything':
            shown = shown[:2]
        selections = [[values] for values in shown]
        if button.above:    # for one, for all and, if it is there then, for none
            selections += [shown] if len(shown) > 1 else []
            selections += [[]] if button.always else []
        for selected in selections:
            ids = tuple(values['id'] for values in selected)
            if ids not in self.pressed.setdefault(button.key, set()):
                self.pressed[button.key].add(ids)
                self._press(client, button, list(ids), selected)

    def _press(self, client, button, ids, selected):
        with self._undone():
            try:
                client.press(button, ids, {} if button.above else selected[0])
                outcome = DONE
            except Refused as refusal:
                outcome = str(refusal)
                if refusal.name == NOT_ALLOWED and (self.kind, *button.key[:2]) not in REFUSED:
                    self._fault(button.key, refusal, ids)
            except AssertionError as error:
                outcome = DONE      # not refused; the fault is noted
                self._fault(button.key, error, ids)
        self.outcomes[button.key][outcome] = True
