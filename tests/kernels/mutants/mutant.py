#!/usr/bin/env python3
"""mutant.py list | write <mutant> <kernels> <output> | check <mutant> <program>

list: each mutant's name, the file that it changes, the kernel to compile, and the build that must
see it. write: that file, mutated. check: the tests that were linked with it must fail, as tests do:
a crash, or a program that runs no test, is no finding.
"""

import pathlib
import subprocess
import sys

from mutants import MUTANTS

TESTS_FAILED = 1  # what gtest exits with; a signal or a sanitizer gives another status


def mutant_of(name):
    return next(mutant for mutant in MUTANTS if mutant.name == name)


def print_list():
    for mutant in MUTANTS:
        print(mutant.name, mutant.file, mutant.kernel or mutant.file, mutant.finds, sep=":")


def write(mutant, kernels, output):
    source = pathlib.Path(kernels, mutant.file)
    text = source.read_text()
    count = text.count(mutant.text)
    if count != 1:
        sys.exit(f"mutant {mutant.name}: {mutant.file} has {count} times, allowed is once:\n"
                 f"{mutant.text}")
    mutated = text.replace(mutant.text, mutant.replacement)
    pathlib.Path(output).write_text(f'#line 1 "{source}"\n{mutated}')


def check(mutant, program):
    ran = subprocess.run([program, f"--gtest_filter=*/{mutant.tests}*", "--gtest_fail_fast"],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         errors="replace", check=False)
    wanted = ("[  FAILED  ] ", " ran. (", mutant.says)
    missing = [text for text in wanted if text not in ran.stdout]
    if ran.returncode != TESTS_FAILED or missing:
        sys.exit(f"{ran.stdout[-4000:]}\nmutant {mutant.name} survives: {mutant.tests}* exits with "
                 f"{ran.returncode}, allowed is {TESTS_FAILED}; output without {missing}")


def main(arguments):
    if arguments == ["list"]:
        print_list()
    elif len(arguments) == 4 and arguments[0] == "write":
        write(mutant_of(arguments[1]), *arguments[2:])
    elif len(arguments) == 3 and arguments[0] == "check":
        check(mutant_of(arguments[1]), arguments[2])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
