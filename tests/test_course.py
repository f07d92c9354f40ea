"""How far a document has come, in a line on its form."""
from odoo.tests import tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestCourse(XeroPullCommon):

    def _steps(self, move):
        """:return: {name: (whether it is done, when or what is open)}"""
        self.env.invalidate_all()
        return {name: (bool(done), detail and str(detail).replace('\xa0', ' '))
                for name, done, detail in self.env['xero.course']._get_steps(move)}

    def test_from_odoo_to_the_payment(self):
        self.assertEqual([done for done, _detail in self._steps(self._invoice()).values()],
                         [True, False, False, False])
        move = self._pushed()
        steps = self._steps(move)
        self.assertEqual(list(steps), ["Odoo", "Xero", "Approved", "Paid"])
        self.assertEqual([done for done, _detail in steps.values()], [True, True, True, False])
        self.assertTrue(steps["Xero"][1], "when it was sent")
        self.assertEqual(steps["Paid"][1], "$ 120.00 open")
        self.org.as_person.pay(move.xero_document_id, 20)
        self._pull()
        self.assertEqual(self._steps(move)["Paid"], (False, "$ 100.00 open"))
        self.org.as_person.pay(move.xero_document_id)
        self._pull()
        self.assertTrue(self._steps(move)["Paid"][0])
        self.assertIn("Paid", move.xero_course)

    def test_a_draft_in_xero_is_not_approved(self):
        self.connection.push_status = 'DRAFT'
        move = self._invoice()
        self._push()
        self.assertEqual(self._steps(move)["Approved"], (False, "Draft"))

    def test_voided(self):
        move = self._pushed()
        move.button_cancel()
        self._push()
        steps = self._steps(move)
        self.assertEqual(list(steps), ["Cancelled in Odoo", "Xero", "Voided"])
        self.assertTrue(all(done for done, _detail in steps.values()))

    def test_none_of_what_xero_has_nothing_to_do_with(self):
        draft = self._invoice(post=False)
        self.assertFalse(draft.xero_course)
        move = self._pushed()
        self.connection.action_disconnect()
        self.assertIn('o_xero_course', move.xero_course)
