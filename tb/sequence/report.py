"""What the sequence checker said in the log of a simulator.

The counts need `+cnr_properties`; Verilator goes on after the first violation with
`+verilator+error+limit+<n>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROPERTIES = tuple(f"A{number}" for number in range(1, 21))
SOURCES = Path(__file__).parent

_EXERCISED = re.compile(r"^property (A\d+) exercised (\d+)", re.MULTILINE)
_VIOLATED = re.compile(
    r"^(?:\[(\d+)\])?.*Assertion failed in .*\.((A\d+)_\w+): (.*)$", re.MULTILINE
)
_LABEL = re.compile(r"\b(A\d+_\w+): assert")


@dataclass(frozen=True)
class Violation:
    """One assertion of a property, the first time that it failed.

    Parameters
    ----------
    prop
        The property, `A5`.
    name
        The assertion, `A5_Width`.
    message
        What it said, the value and the limit in it.
    time_ns
        When; None if the log does not tell.
    count
        How often it failed.
    """

    prop: str
    name: str
    message: str
    time_ns: float | None
    count: int


@dataclass(frozen=True)
class Report:
    """All that the checker said.

    Parameters
    ----------
    exercised
        How often each property was exercised; empty if the log does not tell.
    violations
        Assertions that failed, in the order of their first time.
    """

    exercised: dict[str, int]
    violations: tuple[Violation, ...]

    def violated(self, prop: str) -> int:
        """How often any assertion of a property failed."""
        return sum(v.count for v in self.violations if v.prop == prop)


def read_report(log: str) -> Report:
    """The report of a log.

    Parameters
    ----------
    log
        Text of the log. Counts of several checkers add up.
    """
    exercised: dict[str, int] = {}
    for prop, count in _EXERCISED.findall(log):
        exercised[prop] = exercised.get(prop, 0) + int(count)
    failed: dict[str, list[tuple[str, ...]]] = {}
    for match in _VIOLATED.findall(log):
        failed.setdefault(match[1], []).append(match)
    return Report(exercised, tuple(_violation(matches) for matches in failed.values()))


def assertions() -> list[str]:
    """Names of all assertions of the checker, in the order of their files."""
    files = sorted(SOURCES.glob("cnr_sequence_*.sv"))
    return [name for file in files for name in _LABEL.findall(file.read_text())]


def _violation(matches: list[tuple[str, ...]]) -> Violation:
    time_ps, name, prop, message = matches[0]
    said = message.rsplit(f".{name}: ", 1)[-1]
    return Violation(prop, name, said, int(time_ps) / 1000 if time_ps else None, len(matches))
