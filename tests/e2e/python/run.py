"""Runs every test_*.py beside it, prints a line a test, and closes with `N passed, N failed, N skipped`.

Arguments: only tests whose name contains one of them.
"""

import logging
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def sentence(test):
    """`test_a_job_is_listed` as "a job is listed"."""
    name = getattr(test, "_testMethodName", None)
    if name is None:  # a class or module that could not be set up
        return str(test)
    return name.removeprefix("test_").replace("_", " ")


class Report(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        print(f"ok      {sentence(test)}", flush=True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"skipped {sentence(test)}: {reason}", flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.show(test, self.failures)

    def addError(self, test, err):
        super().addError(test, err)
        self.show(test, self.errors)

    @staticmethod
    def show(test, found):
        print(f"FAILED  {sentence(test)}\n{found[-1][1]}", flush=True)


def main(names):
    logging.disable(logging.CRITICAL)  # urllib3 warns of what the tests provoke
    sys.path.insert(0, str(HERE))
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in names] or None
    report = Report()
    loader.discover(str(HERE)).run(report)

    failed = len(report.failures) + len(report.errors)
    if names and not report.passed + failed + len(report.skipped):
        print("no test has such a name")
        failed = 1
    print(f"{report.passed} passed, {failed} failed, {len(report.skipped)} skipped", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
