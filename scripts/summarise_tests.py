"""Adds up JUnit files into the one line that ends a test run, and judges the skips.

A skip is fine when tests/allowed_skips.txt names the test (shell wildcards) and says why; any other
skip counts as a failure. Exit status 1 when anything failed or nothing ran.
"""

import argparse
import fnmatch
import pathlib
import sys
import xml.etree.ElementTree as ET


def read_allowed(path):
    """Lines 'pattern: reason'; '#' starts a comment line."""
    allowed = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        pattern, colon, reason = line.partition(": ")
        if not colon or not reason.strip():
            sys.exit(f"{path}:{number}: found '{line}', allowed is 'test name: reason'")
        allowed[pattern] = reason.strip()
    return allowed


def outcome(case):
    if case.find("failure") is not None or case.get("status") == "fail":
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "passed"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--allowed-skips", type=pathlib.Path, required=True)
    parser.add_argument("junit", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    allowed = read_allowed(arguments.allowed_skips)

    count = {"passed": 0, "failed": 0, "skipped": 0}
    for path in arguments.junit:
        if not path.exists():
            continue
        for case in ET.parse(path).getroot().iter("testcase"):
            name, result = case.get("name"), outcome(case)
            if result == "skipped":
                reasons = [r for p, r in allowed.items() if fnmatch.fnmatchcase(name, p)]
                if reasons:
                    print(f"   skipped, as allowed: {name} ({path.stem}): {reasons[0]}")
                else:
                    print(f"   FAILED: {name} ({path.stem}) was skipped and is not on the list "
                          f"{arguments.allowed_skips}")
                    result = "failed"
            elif result == "failed":
                print(f"   FAILED: {name} ({path.stem})")
            count[result] += 1

    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
