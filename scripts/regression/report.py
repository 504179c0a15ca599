"""What a regression says: a line per seed, a table, a summary, and what failed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.regression.life import command
from scripts.regression.outcome import Outcome

HEADER = (
    f"{'seed':>6} {'chip':<6} {'cells':<10} {'operations':>10} {'refused':>7} {'events':>6} "
    f"{'labels':>6} {'cycles':>11} {'trace':<16} {'wall':>7}"
)


def row(outcome: Outcome) -> str:
    """One seed."""
    start, end = f"{outcome.seed:>6} {outcome.chip:<6} ", f"{outcome.seconds:>6.1f}s"
    journal = outcome.journal
    if not outcome.passed or not journal:
        return f"{start}failed: {outcome.cause}"
    return (
        f"{start}{journal.device:<10} {journal.operations.total():>10} "
        f"{journal.refusals.total():>7} {journal.events.total():>6} {journal.labels:>6} "
        f"{journal.cycles:>11,} {outcome.trace} {end}"
    )


def table(outcomes: Sequence[Outcome]) -> str:
    """All seeds, and what came of them together."""
    failed = sum(not outcome.passed for outcome in outcomes)
    seconds = sum(outcome.seconds for outcome in outcomes)
    end = f"{len(outcomes)} seeds, {failed} failed, {seconds:,.0f} s of one core"
    return "\n".join([HEADER, *map(row, outcomes), end])


def failures(outcomes: Sequence[Outcome], length: int) -> list[str]:
    """Cause, log and repetition of every seed that failed."""
    return [
        f"seed {outcome.seed}: {outcome.cause}\n"
        f"  log: {outcome.log or 'none'}\n  repeat: {command(outcome.seed, length)}"
        for outcome in outcomes
        if not outcome.passed
    ]


class Summary:
    """The file with the result of the last regression, and the traces of these sources so far.

    Parameters
    ----------
    path
        Where it is.
    sources
        Digest of the sources.
    length
        Length of the lives.
    """

    def __init__(self, path: Path, sources: str, length: int) -> None:
        self._path = path
        self._identity = {"sources": sources, "length": length}
        self._traces = self._earlier()

    def begin(self) -> None:
        """Take back the verdict of the run before; the traces of these sources stay."""
        self._write([], passed=False)

    def compared(self, outcome: Outcome) -> Outcome:
        """The outcome, failed if these sources have shown another trace for its seed before."""
        earlier = self._traces.get(str(outcome.seed), outcome.trace)
        if not outcome.passed or earlier == outcome.trace:
            return outcome
        return outcome.failed(
            f"trace {outcome.trace}, but {earlier} in an earlier run of the same sources"
        )

    def write(self, outcomes: Sequence[Outcome]) -> None:
        """Write it anew."""
        self._write(outcomes, passed=all(outcome.passed for outcome in outcomes))

    def _write(self, outcomes: Sequence[Outcome], *, passed: bool) -> None:
        new = {str(outcome.seed): outcome.trace for outcome in outcomes if outcome.passed}
        content = {
            **self._identity,
            "passed": passed,
            "traces": {**self._traces, **new},
            "seeds": [outcome.to_dict() for outcome in outcomes],
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(content, indent=1))

    def _earlier(self) -> Mapping[str, str]:
        try:
            content = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        same = all(content.get(name) == value for name, value in self._identity.items())
        return dict(content["traces"]) if same else {}
