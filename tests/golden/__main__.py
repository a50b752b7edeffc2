"""Compare the scenarios of evidence with what is expected of them; with UPDATE=1 take what is found as expected."""

import os
import sys

from tests.golden.evidence import IDS, differences, expected, judged, rewrite


def main():
    """1 if something differs."""
    if os.environ.get("UPDATE") == "1":
        for scenario in IDS:
            say(rewrite(scenario))
        return 0
    found = {scenario: differences(expected(scenario), judged(scenario)) for scenario in IDS}
    for scenario, lines in found.items():
        say(f"{scenario}{line}" for line in lines)
    return int(any(found.values()))


def say(lines):
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
