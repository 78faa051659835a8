"""Runs all tests, or those of the modules named, and ends with "N passed, N failed": python -m tests.run [MODULE...]"""
from __future__ import annotations

import sys
import unittest
from pathlib import Path


def main() -> int:
    folder = Path(__file__).resolve().parent
    names = sys.argv[1:] or sorted(path.stem for path in folder.glob("test_*.py"))
    suite = unittest.defaultTestLoader.loadTestsFromNames([f"tests.{name}" for name in names])
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    bad = len({str(test).split(" [")[0] for test, _ in [*result.failures, *result.errors]})
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    print(f"{result.testsRun - bad - len(result.skipped)} passed, {bad} failed")
    return 0 if bad == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
