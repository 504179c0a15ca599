"""The scoreboard sees every missing, extra and wrong operation, from records made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chips import load_chip
from tb.host.regmap import ProgOp
from tb.models.march import Step
from tb.models.programming import Address, Pulse, Seen, Sense, Times, default_config, existing_cells
from tb.models.scoreboard import Account, After, Cut, MismatchError, Scoreboard
from tb.models.simple_cells import Cell, SimpleCells
from tb.models.write_verify import Word

CHIP = load_chip("mini")
CONFIG = replace(default_config(CHIP), relax_cycles=100)
WORD, NEXT = Address(1, 0, 3), Address(1, 0, 4)
TARGETS = {cell: cell % 2 for cell in existing_cells(CHIP, WORD)}
STEPS = [Step(ProgOp.WRITE, WORD, TARGETS), Step(ProgOp.WRITE, NEXT, TARGETS)]

Records = list[Seen]


class Recorded(SimpleCells):
    """Cells that write down what they feel, at the times of the chip."""

    def __init__(self) -> None:
        super().__init__(
            CHIP, lambda address, place: Cell(code=760 - 640 * (place // 10), formed=True)
        )
        self.seen: Records = []

    def pulse(self, pulse: Pulse) -> None:
        super().pulse(pulse)
        on = pulse.width * CHIP.clock.clk_period_ns
        self.seen.append(Seen(pulse, frozenset(), Times(4000, 80, 40, on, 40), pump_low=False))

    def sense(self, sense: Sense) -> frozenset[int]:
        above = super().sense(sense)
        self.seen.append(Seen(sense, above, Times(4000, 80, 60, 100, 0), pump_low=False))
        return above

    def wait(self, cycles: int) -> None:
        """All rests are long enough."""


def records(steps: Sequence[Step] = STEPS) -> Records:
    """What a right design shows of some steps."""
    cells = Recorded()
    for step in steps:
        Word(cells, step.address, existing_cells(CHIP, step.address), CONFIG).run(
            step.op, step.targets
        )
    return cells.seen


def check(seen: Records, cuts: Sequence[Cut] = ()) -> Account:
    return Scoreboard(CHIP).check(CONFIG, STEPS, seen, cuts)


def first_pulse(seen: Records) -> int:
    return next(n for n, record in enumerate(seen) if isinstance(record.event, Pulse))


def changed(
    seen: Records, number: int, times: dict[str, int] | None = None, **event: Any
) -> Records:
    """The records with one of them changed."""
    record = seen[number]
    record = record._replace(
        event=record.event._replace(**event), times=record.times._replace(**(times or {}))
    )
    return [*seen[:number], record, *seen[number + 1 :]]


def test_what_has_to_happen_passes() -> None:
    account = check(records())
    assert [word.address for word in account.done] == [WORD, NEXT]
    assert not account.stopped
    assert account.done[0].pulses == {"set": 1, "reset": 1}


@pytest.mark.parametrize("number", range(len(records())))
def test_a_missing_operation_fails(number: int) -> None:
    """The first of two equal senses is missed at the second."""
    seen = records()
    with pytest.raises(MismatchError, match=f"operation ({number}|{number + 1}) at the pins"):
        check(seen[:number] + seen[number + 1 :])


def test_a_missing_last_operation_is_called_missing() -> None:
    seen = records()
    with pytest.raises(MismatchError, match=f"operation {len(seen) - 1} at the pins is missing"):
        check(seen[:-1])


@pytest.mark.parametrize("number", range(len(records()) + 1))
def test_an_extra_pulse_fails(number: int) -> None:
    seen = records()
    extra = seen[first_pulse(seen)]
    extra = extra._replace(event=extra.event._replace(wl=171))
    with pytest.raises(MismatchError, match=f"operation {number} at the pins is one too many"):
        check([*seen[:number], extra, *seen[number:]])


@pytest.mark.parametrize(
    "event",
    [
        {"cells": frozenset({1})},
        {"wl": 171},
        {"line": 241},
        {"width": 4},
        {"reset": True},
        {"address": NEXT},
    ],
    ids=lambda event: next(iter(event)),
)
def test_a_wrong_pulse_fails(event: dict[str, Any]) -> None:
    seen = records()
    number = first_pulse(seen)
    with pytest.raises(MismatchError, match=f"operation {number} at the pins: .*expected Pulse"):
        check(changed(seen, number, **event))


@pytest.mark.parametrize("event", [{"ref": 1}, {"wl": 1}, {"cells": frozenset({0})}])
def test_a_wrong_sense_fails(event: dict[str, Any]) -> None:
    with pytest.raises(MismatchError, match=r"operation 0 at the pins: .*expected Sense"):
        check(changed(records(), 0, **event))


@pytest.mark.parametrize(
    ("field", "ns"),
    [("setup", 60), ("setup", 100), ("wordline", 20), ("on", 61), ("hold", 20), ("rest", 180)],
)
def test_a_wrong_time_of_a_pulse_fails(field: str, ns: int) -> None:
    seen = records()
    number = first_pulse(seen)
    if field == "rest":
        number += 1  # the sense after it
    with pytest.raises(MismatchError, match=rf"operation {number} at the pins: .*{ns}"):
        check(changed(seen, number, times={field: ns}))


@pytest.mark.parametrize(("field", "ns"), [("wordline", 40), ("setup", 60), ("on", 1300)])
def test_a_wrong_time_of_a_sense_fails(field: str, ns: int) -> None:
    with pytest.raises(MismatchError, match=rf"operation 0 at the pins: .*{field}={ns}"):
        check(changed(records(), 0, times={field: ns}))


def test_the_wait_before_a_delayed_verify_is_held() -> None:
    seen = records()
    delayed = next(n for n, s in enumerate(seen) if s.event.address == NEXT) - 2
    with pytest.raises(MismatchError, match=rf"operation {delayed} .* after 1980 ns .* 2000 ns"):
        check(changed(seen, delayed, times={"rest": 1980}))


def test_a_pump_that_was_not_ready_may_delay_the_word_line() -> None:
    seen = records()
    number = first_pulse(seen)
    late = changed(seen, number, times={"setup": 5000})
    late[number] = late[number]._replace(pump_low=True)
    check(late)


@pytest.mark.parametrize("length", range(len(records(STEPS[:1])) + 1))
@pytest.mark.parametrize("after", [After.SUSPEND, After.RESUME])
def test_a_stopped_word_is_done_again(length: int, after: After) -> None:
    """The cells are as they were: the model is fed the same answers again."""
    seen = records()
    stopped = check([*seen[:length], *seen], [Cut(length, WORD, after)])
    assert [word.address for word in stopped.done] == [WORD, NEXT]
    assert sum(len(word.events) for word in stopped.stopped) == length


def test_a_word_that_was_complete_is_not_done_again() -> None:
    seen, length = records(), len(records(STEPS[:1]))
    check(seen, [Cut(length, NEXT, After.RESUME)])
    with pytest.raises(MismatchError):
        check(seen, [Cut(length, WORD, After.RESUME)])


def test_only_the_last_operation_before_a_stop_may_be_short() -> None:
    seen = records()
    number = first_pulse(seen)
    short = changed(seen, number, times={"on": 20, "hold": 0}, width=1)[: number + 1]
    check([*short, *seen], [Cut(number + 1, WORD, After.RESUME)])
    long = changed(seen, number, times={"on": 80}, width=4)[: number + 1]
    with pytest.raises(MismatchError):
        check([*long, *seen], [Cut(number + 1, WORD, After.RESUME)])
    with pytest.raises(MismatchError):
        check([*short, seen[0], *seen], [Cut(number + 2, WORD, After.RESUME)])


def test_nothing_may_follow_the_end() -> None:
    seen = records()
    account = check(seen[:3], [Cut(3, WORD, After.NOTHING)])
    assert not account.done
    with pytest.raises(MismatchError, match="one too many"):
        check(seen[:4], [Cut(3, WORD, After.NOTHING)])


def test_a_suspended_word_goes_on_with_its_set_cycle() -> None:
    """A SET pulse after a suspend belongs to the cycle before it; after an abort it does not."""
    seen = records()
    upto = first_pulse(seen) + 1
    for after, cycles in ((After.SUSPEND, 0), (After.RESUME, 1)):
        account = check([*seen[:upto], *seen], [Cut(upto, WORD, after)])
        assert account.done[0].cycles == cycles


def test_answers_alone_decide() -> None:
    """Another answer asks for other pulses than those that were seen."""
    seen = records()
    answer = seen[0]._replace(above=frozenset(seen[0].event.cells) - seen[0].above)
    with pytest.raises(MismatchError):
        check([answer, *seen[1:]])
