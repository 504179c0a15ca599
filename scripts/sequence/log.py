"""What the checker says in the log of a simulation."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

VIOLATION = re.compile(
    r"^\[(?P<ps>\d+)\] %Error: .*: Assertion failed in "
    r"\S*\.(?P<property>A\d+)_(?P<rule>\w+): (?:\S+: )?(?P<says>.*)$"
)
EXERCISED = re.compile(r"^property (?P<property>A\d+) exercised (?P<count>\d+)$")


@dataclass(frozen=True)
class Violation:
    """One assertion that failed, at `time_ps`."""

    time_ps: int
    property: str
    rule: str
    says: str


@dataclass(frozen=True)
class CheckerLog:
    """Violations in their order, and how often each property was exercised.

    exercised: empty where the run was cut short.
    """

    violations: tuple[Violation, ...]
    exercised: dict[str, int]

    @property
    def violated(self) -> Counter[str]:
        """Number of violations by property."""
        return Counter(violation.property for violation in self.violations)


def read_log(path: Path) -> CheckerLog:
    """Read the log of a simulation."""
    violations, exercised = [], {}
    with path.open(errors="replace") as lines:
        for line in lines:
            if found := VIOLATION.match(line):
                violations.append(
                    Violation(int(found["ps"]), found["property"], found["rule"], found["says"])
                )
            elif found := EXERCISED.match(line):
                exercised[found["property"]] = int(found["count"])
    return CheckerLog(tuple(violations), exercised)
