"""Runs unittest modules; prints a line for each test and, last, "N passed, N failed"."""

import concurrent.futures
import re
import subprocess
import sys
import time
import unittest


class Verdict(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.passed = 0
        self.failed = 0
        self.began = time.monotonic()

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
    verdict = Verdict()
    unittest.TestSuite(chosen(folder, pattern)).run(verdict)
    return told(verdict.passed, verdict.failed)


def run_side_by_side(folder, pattern, at_once, first=()):
    """The same, each file in a process of its own and several at once: they wait more than they work. The files that are
    to begin first are those that take longest, so that none of them is left over at the end."""
    if "--only" in sys.argv:
        at = sys.argv.index("--only")
        _, only = sys.argv.pop(at), sys.argv.pop(at)
        return run(folder, only)
    files = sorted({type(test).__module__ + ".py" for test in chosen(folder, pattern)}, key=lambda file: (file not in first, file))
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        results = [pool.submit(run_file, file) for file in files]
        counts = [show(result.result()) for result in concurrent.futures.as_completed(results)]
    return told(sum(passed for passed, _ in counts), sum(failed for _, failed in counts))


def run_file(file):
    return file, subprocess.run([sys.executable, sys.argv[0], *sys.argv[1:], "--only", file], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, errors="replace")


def show(ended):
    """Prints what a file's process said, and gives its counts; one that ended without a count has failed."""
    file, process = ended
    text, _, last = process.stdout.rstrip("\n").rpartition("\n")
    count = re.fullmatch(r"(\d+) passed, (\d+) failed", last)
    if count:
        print(text, flush=True)
        return int(count[1]), int(count[2])
    print(f"{process.stdout}\nFAIL {file} ended with status {process.returncode}", flush=True)
    return 0, 1


def chosen(folder, pattern):
    suite = unittest.defaultTestLoader.discover(folder, pattern)
    return [test for test in flat(suite) if len(sys.argv) == 1 or any(word in test.id() for word in sys.argv[1:])]


def told(passed, failed):
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def flat(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flat(item)
        else:
            yield item
