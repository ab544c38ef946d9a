"""budgets.toml: what is committed holds, and nothing misspelt, missing or out of range passes."""

import unittest

from validation_parts import VALIDATE

import budgets

GOOD = """
targets = [{ figure = "latency_1_json_max_ms", below = 100, required = true, origin = "guide" }]
budgets = [{ figure = "throughput_per_s", at_least = 50.5, required = false, origin = "ours" }]
[measure]
warm_up = 0
repeats = 5
seconds_max = 20
clients = 2
throughput_seconds = 0.5
timeout_seconds = 30
readiness_polls = 5
gpu_queries = 4
gpu_documents = 50
accuracy_queries_max = 10
[baseline]
worse_at_most = 0.1
required = true
"""
# What is changed in GOOD, into what, and the sentence that must follow.
ERRORS = (
    ("at_least = 50.5, ", "",
     "budgets[0]: found no limit, allowed one of at_most, below, at_least"),
    ("at_least = 50.5", "at_least = 5, at_most = 9",
     "budgets[0]: found at_most and at_least, allowed one of at_most, below, at_least"),
    ("at_least = 50.5", "at_most = 50", "budgets[0].at_most: found a limit of throughput_per_s, "),
    ("below = 100", "at_least = 100",
     "targets[0].at_least: found a limit of latency_1_json_max_ms, "),
    ("below = 100", 'below = "100"', "targets[0].below: found '100', allowed a number 0.."),
    ("below = 100", "below = true", "targets[0].below: found True, allowed a number 0.."),
    ("below = 100", "below = -1", "targets[0].below: found -1, allowed a number 0.."),
    ("below = 100", "below = nan", "targets[0].below: found nan, allowed a number 0.."),
    ("below = 100", "below = inf", "targets[0].below: found inf, allowed a number 0.."),
    ("latency_1_json_max_ms", "latency_2_json_max_ms",
     "targets[0].figure: found 'latency_2_json_max_ms', allowed latency_1_binary_p50_ms, "),
    ("required = false", "required = 0", "budgets[0].required: found 0, allowed true or false"),
    ("required = false, ", "", "budgets[0].required: found nothing, allowed a value"),
    ("required = false", "required = false, requird = true",
     "budgets[0].requird: found an unknown key, allowed figure, at_least, required, origin"),
    ('origin = "ours"', 'origin = ""', "budgets[0].origin: found '', allowed a text"),
    ("warm_up = 0", "warm_up = 1.5", "measure.warm_up: found 1.5, allowed a whole number 0..10000"),
    ("repeats = 5", "repeats = 0", "measure.repeats: found 0, allowed a whole number 1..100000"),
    ("clients = 2", "clients = 257", "measure.clients: found 257, allowed a whole number 1..256"),
    ("clients = 2\n", "", "measure.clients: found nothing, allowed a value"),
    ("clients = 2", "clients = 2\nthreads = 2", "measure.threads: found an unknown key, allowed "),
    ("worse_at_most = 0.1", "worse_at_most = -0.1",
     "baseline.worse_at_most: found -0.1, allowed a number 0..10"),
    ("[baseline]", "[base]", "base: found an unknown key, allowed targets, budgets, measure, "),
    ("targets = [", "targets = 3 # ", "targets: found 3, allowed an array of tables"),
    ("targets = [", "targets = [4] # ", "targets[0]: found 4, allowed a table"),
    ("repeats = 5", "repeats = ", "not TOML: "),
)


class Budgets(unittest.TestCase):
    def test_are_read(self):
        found = budgets.parse(GOOD)
        self.assertEqual(5, found.measure.repeats)
        self.assertEqual((0.1, True), (found.worse_at_most, found.is_baseline_required))
        target, budget = found.budgets
        self.assertEqual(("target", "below", 100.0, True),
                         (target.kind, target.limit, target.allowed, target.required))
        self.assertEqual(("budget", "at_least", 50.5, False),
                         (budget.kind, budget.limit, budget.allowed, budget.required))

    def test_errors_name_the_key_what_was_found_and_what_is_allowed(self):
        for old, new, sentence in ERRORS:
            with self.subTest(sentence):
                self.assertEqual(1, GOOD.count(old))
                with self.assertRaises(budgets.BudgetsError) as caught:
                    budgets.parse(GOOD.replace(old, new))
                self.assertTrue(str(caught.exception).startswith(sentence), caught.exception)

    def test_a_figure_stands_once_in_each_list(self):
        line = GOOD.splitlines()[2]
        entry = line[line.index("{"):line.rindex("}") + 1]
        with self.assertRaisesRegex(budgets.BudgetsError, "throughput_per_s once more"):
            budgets.parse(GOOD.replace(entry, f"{entry}, {entry}"))

    def test_at_most_takes_its_bound_and_below_does_not(self):
        def budget(limit):
            return budgets.Budget("budget", "error_share", limit, 5.0, True, "ours")

        self.assertEqual([True, False], [budget("at_most").is_met(x) for x in (5, 5.1)])
        self.assertEqual([True, False], [budget("below").is_met(x) for x in (4.9, 5)])
        self.assertEqual([True, False], [budget("at_least").is_met(x) for x in (5, 4.9)])

    def test_a_file_that_cannot_be_read_is_an_error_that_names_it(self):
        with self.assertRaisesRegex(budgets.BudgetsError, "absent.toml"):
            budgets.read(VALIDATE / "absent.toml")


class Committed(unittest.TestCase):
    def test_the_guides_four_targets_stand_as_the_guide_has_them(self):
        found = budgets.read(VALIDATE / "budgets.toml")
        targets = {b.figure: (b.limit, b.allowed, b.required)
                   for b in found.budgets if b.kind == "target"}
        self.assertEqual({"latency_1_json_max_ms": ("below", 100, True),
                          "latency_50_json_max_ms": ("below", 500, True),
                          "resident_memory_mb": ("below", 2000, True),
                          "accuracy_improvement": ("at_least", 0.10, False)}, targets)
        self.assertEqual((0.10, True), (found.worse_at_most, found.is_baseline_required))

    def test_a_wrong_answer_and_a_failed_request_are_never_tolerated(self):
        found = {b.figure: b for b in budgets.read(VALIDATE / "budgets.toml").budgets}
        for figure in ("wrong_answers", "error_share"):
            self.assertEqual((0, True), (found[figure].allowed, found[figure].required))


if __name__ == "__main__":
    unittest.main()
