from datetime import datetime, timedelta

from ..xero import limits
from ..xero.errors import XeroRateLimited
from ..xero.limits import Budget
from .unit import BaseCase, tagged

NOW = datetime(2026, 3, 1, 12, 0, 0)


def after(**delta):
    return NOW + timedelta(**delta)


@tagged("post_install", "-at_install")
class TestLimits(BaseCase):
    def test_headers_in_any_case(self):
        budget = Budget.from_headers(
            {
                "x-daylimit-remaining": "990",
                "X-MinLimit-Remaining": "57",
                "X-AppMinLimit-Remaining": "9999",
                "Content-Type": "application/json",
            },
            NOW,
        )
        self.assertEqual(budget, Budget(990, 57, 9999, NOW))

    def test_headers_absent_or_unreadable(self):
        self.assertEqual(Budget.from_headers({}, NOW), Budget())
        self.assertEqual(Budget.from_headers({"X-DayLimit-Remaining": "many"}, NOW), Budget())

    def test_minute_available(self):
        budget = Budget(100, 3, 50, NOW)
        self.assertEqual(budget.minute_available(after(seconds=59)), 3)
        self.assertEqual(budget.minute_available(after(seconds=60)), limits.PER_MINUTE)
        self.assertEqual(Budget().minute_available(NOW), limits.PER_MINUTE)
        self.assertEqual(Budget(100, 30, 2, NOW).minute_available(NOW), 2)

    def test_day_available(self):
        budget = Budget(7, 3, None, NOW)
        self.assertEqual(budget.day_available(after(hours=23), 5000), 7)
        self.assertEqual(budget.day_available(after(hours=24), 5000), 5000)
        self.assertEqual(Budget().day_available(NOW), limits.PER_DAY_DEFAULT)

    def test_lowest_counts_whatever_order_threads_deliver(self):
        first, second = Budget(990, 58, 9000, NOW), Budget(989, 57, 8999, after(seconds=1))
        late = Budget(991, 59, 9001, after(seconds=2))
        for order in ((first, second, late), (late, second, first), (second, late, first)):
            merged = Budget()
            for budget in order:
                merged = merged.merge(budget)
            self.assertEqual((merged.day_left, merged.minute_left), (989, 57))
            self.assertEqual(merged.appminute_left, 8999)

    def test_low_reading_does_not_outlive_its_minute(self):
        merged = Budget(500, 0, None, NOW)
        for second in range(10, 60, 10):
            merged = merged.merge(Budget(500, 55, None, after(seconds=second)))
        self.assertEqual(merged.minute_available(after(seconds=59)), 0)
        self.assertEqual(merged.minute_available(after(seconds=60)), limits.PER_MINUTE)

    def test_next_window_replaces_the_old_one(self):
        old, new = Budget(2, 1, 5, NOW), Budget(999, 59, None, after(seconds=61))
        self.assertEqual(old.merge(new), new)
        self.assertEqual(new.merge(old), new)
        self.assertEqual(old.merge(Budget(None, 59, None, after(seconds=61))).day_left, 2)

    def test_empty_readings_change_nothing(self):
        budget = Budget(2, 1, 5, NOW)
        self.assertEqual(budget.merge(Budget()), budget)
        self.assertEqual(Budget().merge(budget), budget)

    def test_resume_after_a_rate_limit(self):
        for problem, retry_after, seconds in (
            ("minute", 17, 17),
            ("day", 40000, 40000),
            ("day", None, 3600),
            ("concurrent", None, 5),
            ("appminute", None, 60),
            ("minute", None, 60),
            ("", None, 60),
            ("day", 10**12, 86400),
        ):
            error = XeroRateLimited(problem=problem, retry_after=retry_after)
            self.assertEqual(
                limits.resume_at(error, NOW), after(seconds=seconds), (problem, retry_after)
            )

    def test_resume_with_a_budget(self):
        now = after(seconds=20)
        self.assertEqual(limits.resume_at(Budget(5, 5, 5, NOW), now), now)
        self.assertEqual(limits.resume_at(Budget(5, 0, 5, NOW), now), after(seconds=60))
        self.assertEqual(limits.resume_at(Budget(0, 5, 5, NOW), now), now + timedelta(hours=1))
        self.assertEqual(limits.resume_at(Budget(), now), now)

    def test_whole_number(self):
        for text, number in (("30", 30), ("1.2", 2), ("-4", 0), ("nan", None), (None, None)):
            self.assertEqual(limits.whole_number(text), number)
