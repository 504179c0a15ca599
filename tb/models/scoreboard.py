"""Holds every pulse and sense at the pins against what had to happen.

What had to happen follows from the configuration, the operation, its targets and the sense answers
alone: the rules of `tb.models.write_verify` are played through on the recorded answers, and each
step has to be the next operation that was seen, with the times of the chip description.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from chips.description import Chip
from tb.models.march import Step
from tb.models.programming import Address, ProgConfig, Pulse, Seen, Sense, Times, existing_cells
from tb.models.write_verify import Word


class MismatchError(AssertionError):
    """What was seen is not what had to happen; the message says what differs."""


class After(Enum):
    """How an operation that was stopped goes on."""

    SUSPEND = "the word in turn is run again"
    RESUME = "a new sweep begins with the word in turn"
    NOTHING = "it has ended"


class Cut(NamedTuple):
    """A stop: operations seen until then, the word in turn, and what comes after it."""

    seen: int
    word: Address
    after: After


@dataclass
class Account:
    """What became of the words of an operation.

    Attributes
    ----------
    done
        The words that were completed, in order.
    stopped
        What was seen of words that were stopped.
    """

    done: list[Word] = field(default_factory=list)
    stopped: list[Word] = field(default_factory=list)


class Scoreboard:
    """Judges what was recorded at the programming pins of one chip."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._rules = TimeRules(chip)

    def check(
        self,
        config: ProgConfig,
        steps: Iterable[Step],
        seen: Sequence[Seen],
        cuts: Sequence[Cut] = (),
    ) -> Account:
        """Compare all that was seen with the steps of an operation.

        Parameters
        ----------
        config
            The configuration in force.
        steps
            Operation, word and targets in the order in which they have to be done.
        seen
            Every operation at the pins, from the start to the end.
        cuts
            The stops in between, in order.

        Raises
        ------
        MismatchError
            An operation at the pins is missing, wrong, or one too many.
        """
        answers = _Answers(self._rules, seen, cuts)
        account = Account()
        for step in steps:
            word = self._done(step, config, answers, account)
            if word is None:
                break
            account.done.append(word)
        answers.finish()
        return account

    def _done(
        self, step: Step, config: ProgConfig, answers: _Answers, account: Account
    ) -> Word | None:
        """One word, as often as it was begun; None if it was not completed."""
        rising = False
        while True:
            active = existing_cells(self._chip, step.address)
            word = Word(answers, step.address, active, config, rising)
            try:
                word.run(step.op, step.targets)
            except _StopError:
                pass
            else:
                if not answers.stopped_in(step.address):
                    return word
            account.stopped.append(word)
            after = answers.go_on()
            if after is After.NOTHING:
                return None
            rising = word.rising and after is After.SUSPEND


class TimeRules:
    """Times of electrical operations in nanoseconds, from the chip description."""

    def __init__(self, chip: Chip) -> None:
        prog, self.clk = chip.programming, chip.clock.clk_period_ns
        self.setup = prog.setup_cycles * self.clk
        self.discharge = prog.discharge_cycles * self.clk
        self.sense_limit = prog.sense_timeout_cycles * self.clk
        self._pulse_wordline = prog.wordline_cycles * self.clk
        self._sense_wordline = prog.sense_setup_cycles * self.clk
        self._hold = prog.hold_cycles * self.clk

    def expected(self, event: Pulse | Sense, seen: Times) -> Times:
        """Times of an operation; how long a sense takes is up to its amplifiers."""
        if isinstance(event, Pulse):
            on = event.width * self.clk
            return Times(seen.rest, self.setup, self._pulse_wordline, on, self._hold)
        on = min(seen.on, self.sense_limit)
        return Times(seen.rest, self.setup, self._sense_wordline, on, 0)


class _StopError(Exception):
    """The word was stopped where its next operation would begin."""


class _Answers:
    """Cells that answer what was recorded, and compare all that they feel with it."""

    def __init__(self, rules: TimeRules, seen: Sequence[Seen], cuts: Sequence[Cut]) -> None:
        self._rules = rules
        self._seen = seen
        self._cuts = list(cuts)
        self._next = 0
        self._rest_ns = 0  # the least that comes before the next operation

    def pulse(self, pulse: Pulse) -> None:
        """Compare one pulse."""
        self._take(pulse)
        self._rest_ns = self._rules.discharge

    def sense(self, sense: Sense) -> frozenset[int]:
        """Compare one sense; what was answered to it."""
        above = self._take(sense).above
        self._rest_ns = self._rules.clk
        return above

    def wait(self, cycles: int) -> None:
        """Ask for a pause before the next operation."""
        self._rest_ns = max(self._rest_ns, cycles * self._rules.clk)

    def stopped_in(self, word: Address) -> bool:
        """Whether a stop came here that leaves `word` to be done again."""
        return self._at_cut and self._cuts[0].word == word

    def go_on(self) -> After:
        """Leave the stop behind; what was still to be waited for is forgotten."""
        self._rest_ns = min(self._rest_ns, self._rules.discharge)
        return self._cuts.pop(0).after

    def finish(self) -> None:
        """Nothing more may have been seen."""
        if self._next < len(self._seen):
            raise MismatchError(f"{self._name} is one too many: {_told(self._seen[self._next])}")

    @property
    def _at_cut(self) -> bool:
        return bool(self._cuts) and self._cuts[0].seen == self._next

    @property
    def _name(self) -> str:
        return f"operation {self._next} at the pins"

    def _take(self, expected: Pulse | Sense) -> Seen:
        if self._at_cut:
            raise _StopError
        if self._next == len(self._seen):
            raise MismatchError(
                f"{self._name} is missing: expected {expected}, nothing more was seen"
            )
        seen = self._seen[self._next]
        last = bool(self._cuts) and self._cuts[0].seen == self._next + 1
        self._compare(_whole(seen, expected, self._rules) if last else seen, expected)
        self._next += 1
        return seen

    def _compare(self, seen: Seen, expected: Pulse | Sense) -> None:
        if seen.event != expected:
            raise MismatchError(
                f"{self._name}{self._hint(expected)}: {_told(seen)}, expected {expected}"
            )
        times = self._rules.expected(expected, seen.times)
        if seen.pump_low:
            times = times._replace(setup=max(times.setup, seen.times.setup))
        if seen.times != times:
            raise MismatchError(f"{self._name}: {expected} with {seen.times} ns, expected {times}")
        if seen.times.rest < self._rest_ns:
            raise MismatchError(
                f"{self._name}: {expected} after {seen.times.rest} ns of bleed, "
                f"expected at least {self._rest_ns} ns"
            )

    def _hint(self, expected: Pulse | Sense) -> str:
        following = self._seen[self._next + 1 : self._next + 2]
        return " is one too many" if [s.event for s in following] == [expected] else ""


def _whole(seen: Seen, expected: Pulse | Sense, rules: TimeRules) -> Seen:
    """An operation that may have been cut short, as if it had gone on to its end."""
    times = rules.expected(expected, seen.times)
    event = seen.event
    if isinstance(expected, Pulse) and isinstance(event, Pulse):
        event = event._replace(width=max(event.width, expected.width))
    on, hold = max(seen.times.on, times.on), max(seen.times.hold, times.hold)
    return seen._replace(event=event, times=seen.times._replace(on=on, hold=hold))


def _told(seen: Seen) -> str:
    return f"seen {seen.event}"
