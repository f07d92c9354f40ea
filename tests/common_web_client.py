"""What Odoo's web client asks of the server for menus, actions, views and buttons, by RPC."""
import json

from odoo.tools.safe_eval import datetime, dateutil, safe_eval, time

from .common_screen import MULTI, Screen

#: What people are told in a dialog, with the words that the code has chosen for them.
IN_WORDS = ('odoo.exceptions.UserError', 'odoo.exceptions.ValidationError',
            'odoo.exceptions.RedirectWarning')
NOT_ALLOWED = 'odoo.exceptions.AccessError'
#: How the context of an action names the filters that are set at first.
DEFAULT_FILTER = 'search_default_'


class Refused(Exception):
    """What the server refused in words. ``name``: of the exception there."""

    def __init__(self, name, message):
        super().__init__(f'{name}: {message}')
        self.name = name


class WebClient:
    """A browser in which somebody is logged in.

    :param HttpCase case: test
    :param recordset user: `res.users`, whose password is the login
    """

    def __init__(self, case, user):
        self.case = case
        self._views, self._followed = {}, set()
        case.authenticate(user.login, user.login)
        self.user_context = {
            'lang': user.lang, 'tz': user.tz, 'uid': user.id,
            'allowed_company_ids': [user.company_id.id, *(
                user.company_ids - user.company_id).ids]}

    # === RPC === #

    def rpc(self, path, **params):
        """:return: the result
        :raise Refused: the server refused in words; whatever else goes wrong fails the test"""
        answer = self.case.url_open(path, json={
            'jsonrpc': '2.0', 'method': 'call', 'params': params}, timeout=60)
        self.case.assertEqual(answer.status_code, 200, path)
        error = answer.json().get('error')
        if not error:
            return answer.json().get('result')
        name, message = error['data']['name'], error['data']['message']
        if name in (*IN_WORDS, NOT_ALLOWED) and message:
            raise Refused(name, message)
        raise AssertionError(f"{path}: {name}: {message}")

    def call(self, model, method, *args, context=None, **kwargs):
        """Call as the service `orm` does. :return: the result"""
        return self.rpc(
            f'/web/dataset/call_kw/{model}/{method}', model=model, method=method, args=args,
            kwargs={**kwargs, 'context': {**self.user_context, **(context or {})}})

    def evaluate(self, expression, names=None):
        """:return: value of what a view or an action says in Python"""
        if not isinstance(expression, str):
            return expression
        return safe_eval(expression, {
            **self.user_context, 'context': self.user_context, 'time': time,
            'context_today': datetime.datetime.today,
            'relativedelta': dateutil.relativedelta.relativedelta,
            'active_id': False, 'active_ids': [], 'active_model': False, **(names or {})})

    # === ACTIONS === #

    def load_menus(self):
        """:return: {XML id: menu} of the menus that the user sees"""
        menus = self.case.url_open('/web/webclient/load_menus').json()
        return {menu['xmlid']: menu for menu in menus.values() if menu.get('xmlid')}

    def load_action(self, action, **active):
        """:return: an action of the database. :param active: the records it is called for"""
        return self.rpc(
            '/web/action/load', action_id=action, context={**self.user_context, **active})

    def run_action(self, action):
        """:return: what an action of the server answers. :param int action: its id"""
        return self.rpc('/web/action/run', action_id=action, context=self.user_context)

    def follow(self, action, **active):
        """Do what an action says, up to what is then on the screen; the same only once."""
        case, kind, key = self.case, action['type'], json.dumps([action, active])
        if key in self._followed:
            return
        self._followed.add(key)
        if kind == 'ir.actions.act_window':
            self.open_window(action, **active)
        elif kind == 'ir.actions.act_url':
            case.assertRegex(action['url'], r'^(https?:/)?/\w')
        elif kind == 'ir.actions.client':
            case.assertIn(action['tag'], ('display_notification', 'soft_reload'))
            if action['tag'] == 'display_notification':
                params = action['params']
                case.assertIn(params['type'], ('success', 'info', 'warning', 'danger'))
                case.assertTrue(params['message'])
                if params.get('next'):
                    self.follow(params['next'])
        else:
            case.assertEqual(kind, 'ir.actions.act_window_close')

    def open_window(self, action, **active):
        """Load the views of an action, and the records that they show at first.

        :return: dict of the screens by kind
        """
        context = {**self.evaluate(action.get('context') or {}, active)}
        domain = self.evaluate(action.get('domain') or [], {**context, **active})
        search = action.get('search_view_id')
        views = [*action['views'], [search and search[0], 'search']]
        screens = self.views(action['res_model'], views, context, action_id=action.get('id'))
        defaults = self._default_filters(screens['search'], context)
        context = {name: value for name, value in context.items()
                   if not name.startswith(DEFAULT_FILTER)}
        first = action.get('res_id')
        for screen in screens.values():
            if screen.kind in MULTI:
                found = self.search(screen, [*domain, *defaults[0]], defaults[1], context)
                first = first or (found and found[0]['id'])
        if 'form' in screens and (first or action['views'][0][1] == 'form'):
            self.open_form(screens['form'], first, context)
        return screens

    def views(self, model, views, context=None, action_id=False):
        """:return: {kind: Screen}; asked for once, as the web client does"""
        key = (model, str(views), action_id)
        if key not in self._views:
            answer = self.call(model, 'get_views', context=context, views=views, options={
                'action_id': action_id, 'load_filters': True, 'toolbar': True})
            self._views[key] = {kind: Screen(kind, model, description, answer['models'])
                                for kind, description in answer['views'].items()}
        return self._views[key]

    # === RECORDS === #

    def search(self, screen, domain=(), groups=(), context=None):
        """:return: the records that a list or kanban shows, when nothing groups them"""
        if groups:
            self.call(screen.model, 'web_read_group', context=context, domain=domain,
                      groupby=groups, aggregates=['__count'], auto_unfold=True, limit=80)
            return []
        return self.call(
            screen.model, 'web_search_read', context=context, domain=domain, limit=80, offset=0,
            order=screen.arch.get('default_order') or '', count_limit=10001,
            specification=screen.specification())['records']

    def open_form(self, screen, res_id, context=None):
        """Show a record, or a new one where people may make one."""
        spec = screen.specification()
        if res_id:
            [values] = self.call(screen.model, 'web_read', [res_id], specification=spec,
                                 context={**(context or {}), 'bin_size': True})
            self.case.assertEqual(values['id'], res_id)
        elif screen.arch.get('create') not in ('0', 'false', 'False'):
            self.call(screen.model, 'onchange', [], {}, [], spec, context=context)

    def values_of(self, screen, ids):
        """:return: values of records as the view has them"""
        return self.call(
            screen.model, 'web_read', ids, specification=screen.specification())

    # === FILTERS === #

    def filters(self, screen):
        """:return: iterator of (domain, groups) of all that a search view offers, with text
            typed into its fields"""
        for node in screen.arch.iter('filter', 'field'):
            if node.tag == 'filter':
                yield self.chosen(node)
            elif screen.models[screen.model]['fields'][node.get('name')]['type'] != 'selection':
                yield self._typed(node, "Brook"), []

    def _default_filters(self, screen, context):
        """:return: (domain, groups) that an action asks for"""
        domain, groups = [], []
        for key, value in context.items():
            if not key.startswith(DEFAULT_FILTER) or not value:
                continue
            name = key.removeprefix(DEFAULT_FILTER)
            found = screen.arch.xpath(f'.//*[self::filter or self::field][@name="{name}"]')
            self.case.assertTrue(found, f"{screen.model} has no filter {name}")
            if found[0].tag == 'filter':
                more = self.chosen(found[0])
                domain += more[0]
                groups += more[1]
            else:
                domain += self._typed(found[0], value)
        return domain, groups

    def chosen(self, node):
        """:param node: a filter of a search view
        :return: (domain, groups) that it stands for"""
        context = self.evaluate(node.get('context') or '{}')
        group = context.get('group_by')
        return self.evaluate(node.get('domain') or '[]'), [group] if group else []

    def _typed(self, node, value):
        if node.get('filter_domain'):
            return self.evaluate(node.get('filter_domain'), {'self': value})
        return [(node.get('name'), 'ilike' if isinstance(value, str) else '=', value)]

    # === BUTTONS === #

    def press(self, button, ids, values):
        """Press a button, and follow what it answers.

        :param Button button: of a view
        :param list ids: of the record, or of those that are selected in a list
        :param dict values: of the record, for what the button's context says
        :raise Refused: in words
        """
        res_id = False if button.above else ids[0]
        context = {**self.user_context, **self.evaluate(button.context or '{}', values)}
        active = {'active_id': res_id, 'active_ids': ids, 'active_model': button.model}
        if button.above:
            context.update(active_domain=[], active_ids=ids, active_model=button.model)
        if button.type == 'action':
            action = self.load_action(int(button.name), **active)
            # The button's context goes into the action's, as the web client merges them.
            action['context'] = {
                **self.evaluate(action.get('context') or {}, active),
                **self.evaluate(button.context or '{}', values)}
            self.follow(action, **active)
            return
        action = self.rpc(
            f'/web/dataset/call_button/{button.model}/{button.name}', model=button.model,
            method=button.name, args=[ids], kwargs={'context': context})
        if action:
            self.case.assertIsInstance(action, dict)
            self.follow(action, **active)
