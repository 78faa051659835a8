"""Runs unittest modules; prints a line for each test and, last, "N passed, N failed"."""

import sys
import time
import unittest


class Verdict(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.passed = 0
        self.failed = 0
        self.began = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def addSuccess(self, test):
        self.passed += 1
        self.say("ok  ", test)

    def addFailure(self, test, err):
        self.fault(test, err)

    def addError(self, test, err):
        self.fault(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.fault(subtest, err)

    def addSkip(self, test, reason):
        self.say("skip", test, " (" + reason + ")")

    def fault(self, test, err):
        self.failed += 1
        self.say("FAIL", test)
        print("     " + self._exc_info_to_string(err, test).rstrip().replace("\n", "\n     "), flush=True)

    def say(self, word, test, more=""):
        name = test.id() if hasattr(test, "id") else str(test)
        print(f"{word} {name.replace('_', ' ')}{more}  [{time.monotonic() - self.began:.1f} s]", flush=True)


def run(folder, pattern):
    """Runs the tests of the folder's files that fit the pattern; names on the command line choose among them."""
    suite = unittest.defaultTestLoader.discover(folder, pattern)
    verdict = Verdict()
    chosen = [test for test in flat(suite) if len(sys.argv) == 1 or any(word in test.id() for word in sys.argv[1:])]
    unittest.TestSuite(chosen).run(verdict)
    print(f"{verdict.passed} passed, {verdict.failed} failed")
    return 1 if verdict.failed or not verdict.passed else 0


def flat(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flat(item)
        else:
            yield item
