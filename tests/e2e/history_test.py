"""The checker of histories finds what is wrong, and nothing else."""

import unittest

from history import Fate, History


def history_of(*steps):
    history = History()
    for versions, fate in steps:
        history.begin(versions).fate = fate
    return history


class Faults(unittest.TestCase):
    def test_what_was_acknowledged_must_be_there(self):
        history = history_of(({"a": 1, "b": 1}, Fate.ACKNOWLEDGED))
        self.assertEqual([], history.faults({"a": 1, "b": 1}))
        self.assertEqual(["b: found version None, allowed: [1]"], history.faults({"a": 1}))

    def test_an_older_version_than_the_acknowledged_one_is_a_loss(self):
        history = history_of(({"a": 1}, Fate.ACKNOWLEDGED), ({"a": 2}, Fate.ACKNOWLEDGED))
        self.assertEqual(["a: found version 1, allowed: [2]"], history.faults({"a": 1}))

    def test_what_was_deleted_must_not_come_back(self):
        history = history_of(({"a": 1}, Fate.ACKNOWLEDGED), ({"a": None}, Fate.ACKNOWLEDGED))
        self.assertEqual([], history.faults({}))
        self.assertEqual(["a: found version 1, allowed: [None]"], history.faults({"a": 1}))

    def test_what_was_refused_must_not_show(self):
        history = history_of(({"a": 1}, Fate.ACKNOWLEDGED), ({"a": 2}, Fate.REFUSED))
        self.assertEqual([], history.faults({"a": 1}))
        self.assertEqual(["a: found version 2, allowed: [1]"], history.faults({"a": 2}))

    def test_what_is_unknown_may_show_or_not_but_whole(self):
        history = history_of(({"a": 1, "b": 1}, Fate.ACKNOWLEDGED), ({"a": 2, "b": 2},
                                                                     Fate.UNKNOWN))
        self.assertEqual([], history.faults({"a": 1, "b": 1}))
        self.assertEqual([], history.faults({"a": 2, "b": 2}))
        self.assertEqual(["operation 1 is half applied: 1 of its 2 documents show it"],
                         history.faults({"a": 2, "b": 1}))

    def test_an_unknown_deletion_is_whole_too(self):
        history = history_of(({"a": 1, "b": 1}, Fate.ACKNOWLEDGED),
                             ({"a": None, "b": None}, Fate.UNKNOWN))
        self.assertEqual(1, len(history.faults({"a": 1})))
        self.assertEqual([], history.faults({}))

    def test_what_nobody_wrote_is_a_fault(self):
        self.assertEqual(["x was never written"], history_of().faults({"x": 1}))


class Settling(unittest.TestCase):
    def test_what_was_seen_once_must_stay(self):
        history = history_of(({"a": 1}, Fate.ACKNOWLEDGED), ({"a": 2}, Fate.UNKNOWN))
        history.settle({"a": 2})
        self.assertEqual(1, len(history.faults({"a": 1})))

    def test_what_was_not_seen_must_not_appear_later(self):
        history = history_of(({"a": 1}, Fate.ACKNOWLEDGED), ({"a": 2}, Fate.UNKNOWN))
        history.settle({"a": 1})
        self.assertEqual(1, len(history.faults({"a": 2})))

    def test_an_unknown_deletion_settles_by_what_is_gone(self):
        history = history_of(({"a": 1}, Fate.ACKNOWLEDGED), ({"a": None}, Fate.UNKNOWN))
        history.settle({})
        self.assertEqual(1, len(history.faults({"a": 1})))

    def test_an_absence_that_was_there_before_tells_nothing(self):
        history = history_of(({"a": 1}, Fate.ACKNOWLEDGED),
                             ({"a": None, "b": None}, Fate.UNKNOWN))
        history.settle({"a": 1})
        self.assertEqual([], history.faults({"a": 1}))


if __name__ == "__main__":
    unittest.main()
