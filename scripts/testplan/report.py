"""How far each point of the plan is, for the terminal and for the docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.testplan.plan import Point
from scripts.testplan.results import Results

STATES = ("planned", "written", "passing", "covered")


@dataclass(frozen=True)
class Progress:
    """A point, and how far it is.

    Parameters
    ----------
    point
        The row.
    state
        The last of `STATES` that it has reached, each on top of those before it: every pattern
        names a test; every one of these has passed in the last run; all it covers is covered.
    tests
        Tests that its patterns name.
    open
        What keeps it from the next state.
    """

    point: Point
    state: str
    tests: tuple[str, ...]
    open: tuple[str, ...]


def progress(point: Point, results: Results) -> Progress:
    """How far a point is."""
    found = {pattern: results.matching(pattern) for pattern in point.tests}
    tests = tuple(dict.fromkeys(test for matches in found.values() for test in matches))
    missing = tuple(f"no test matches {pattern}" for pattern in point.tests if not found[pattern])
    if missing or not tests:
        return Progress(point, "planned", tests, missing or ("no test",))
    outcomes = {test: results.outcomes.get(test, "not run") for test in tests}
    red = tuple(f"{test}: {said}" for test, said in outcomes.items() if said != "passed")
    if red:
        return Progress(point, "written", tests, red)
    holes = tuple(f"{item} is not covered" for item in point.covers if not results.covered(item))
    return Progress(point, "passing" if holes else "covered", tests, holes)


def terminal(rows: Sequence[Progress]) -> str:
    """A line per point, what is open below it, and the sums."""
    return "\n".join([*_lines(rows), "", *_sums(rows)])


def _lines(rows: Sequence[Progress]) -> Iterator[str]:
    for row in rows:
        yield f"{row.state:<8} {row.point.name:<48} {len(row.tests):>4} tests"
        yield from (f"         {_short(line)}" for line in row.open[:3])
        if len(row.open) > 3:
            yield f"         and {len(row.open) - 3} more"


def _short(line: str, width: int = 88) -> str:
    return line if len(line) <= width else f"...{line[3 - width :]}"


def _sums(rows: Sequence[Progress]) -> Iterator[str]:
    for number, state in enumerate(STATES):
        reached = sum(STATES.index(row.state) >= number for row in rows)
        yield f"{state:<8} {reached:>3} of {len(rows)}"


def markdown(rows: Sequence[Progress]) -> str:
    """The plan with its state, as a page."""
    lines = ["# Test plan", "", *_sums_table(rows), ""]
    for row in rows:
        point = row.point
        lines += [f"## {point.name}: {row.state}", "", f"{point.what}.", ""]
        lines += [f"- stimulus: {point.stimulus}", f"- check: {point.check}"]
        lines += [f"- covers: {', '.join(point.covers) or 'nothing that is counted'}"]
        lines += [f"- open: {line}" for line in row.open]
        lines += ["", *(f"    {test}" for test in row.tests), ""]
    return "\n".join(lines)


def _sums_table(rows: Sequence[Progress]) -> Iterator[str]:
    yield "| state | points |"
    yield "|---|---|"
    for state in STATES:
        yield f"| {state} | {sum(row.state == state for row in rows)} |"
