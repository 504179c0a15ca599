"""The bench around `cnr_programmer`: driver, cells behind the pins, and what must come of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any

from tb.drivers.programmer import Counts, Programmer, Targets
from tb.host.regmap import BistPattern, ProgErr, ProgOp
from tb.models.march import march
from tb.models.programming import Address, Fail, existing_cells, words
from tb.models.simple_cells import Cell, SimpleCells, SimpleMacro
from tb.models.write_verify import Word

LOG_DEPTH = 64  # entries of the fail log; later ones are lost


class ProgrammerEnv:
    """Everything a test needs around `cnr_programmer_tb`.

    Parameters
    ----------
    dut
        The harness.
    make
        Makes the cell of a word and place; pristine cells by default.
    rng
        Draws the pauses of the streams; without it there are none.

    Attributes
    ----------
    programmer, macro
        The driver and the pins of the macro.
    """

    def __init__(
        self,
        dut: Any,
        make: Callable[[Address, int], Cell] = lambda address, place: Cell(),
        rng: random.Random | None = None,
    ) -> None:
        self._dut = dut
        self._make = make
        self.programmer = Programmer(dut, rng)

    async def start(self) -> None:
        """Start the clock, reset the design and configure it."""
        await self.programmer.start()
        self.chip = self.programmer.chip
        self.macro = SimpleMacro(self._dut, SimpleCells(self.chip, self._make))
        self.macro.start()

    def renew_cells(self) -> None:
        """Put new cells behind the pins and forget what was seen."""
        self.macro.cells = SimpleCells(self.chip, self._make)
        self.macro.trace.clear()

    def codes(self, address: Address) -> dict[int, int]:
        """Resistance of the cells of a word."""
        return {place: cell.code for place, cell in self.macro.cells.word(address).items()}

    def levels(self, address: Address) -> dict[int, int | None]:
        """Level in whose verify window each cell of a word is."""
        windows = list(enumerate(self.programmer.config.verify))
        return {
            place: next((n for n, w in windows if w.lo < code <= w.hi or code == w.lo == 0), None)
            for place, code in self.codes(address).items()
        }

    def data(self, first: Address, last: Address, seed: int = 0) -> Targets:
        """Random targets of a range."""
        rng, levels = random.Random(seed), self.chip.chip.levels
        return {
            word: {
                place: rng.randrange(levels) for place in sorted(existing_cells(self.chip, word))
            }
            for word in words(self.chip, first, last)
        }

    async def check(
        self,
        op: ProgOp,
        first: Address,
        last: Address | None = None,
        targets: Targets | None = None,
    ) -> list[Word]:
        """Run one operation over a range and compare all that shows with what it should be."""
        last = last or first
        programmer, macro = self.programmer, self.macro
        before, seen, taken = programmer.counts, len(macro.trace), len(programmer.read_back)
        expected = self._expected(op, first, last, targets or {})
        error = await programmer.run(op, first, last, targets)
        assert error is ProgErr.NONE
        _compare_events(macro.trace[seen:], list(chain(*(word.events for word in expected))))
        fails = list(chain(*(word.failed for word in expected)))
        assert await programmer.pop_fails() == fails[:LOG_DEPTH]
        assert programmer.counts == _counts(before, op, expected)
        assert programmer.pointer == self.after(last)
        if op is ProgOp.READ:
            given = programmer.read_back[taken:]
            assert [{p: g[p] for p in w.levels} for g, w in zip(given, expected, strict=True)] == [
                word.levels for word in expected
            ]
        return expected

    async def check_march(self, pattern: BistPattern, first: Address, last: Address) -> list[Word]:
        """Run the self-test over a range and compare all that shows with what it should be."""
        programmer, macro = self.programmer, self.macro
        before, seen = programmer.counts, len(macro.trace)
        programmer.configure(replace(programmer.config, bist_pattern=pattern))
        steps = list(march(self.chip, pattern, first, last))
        twin = macro.cells.copy(words(self.chip, first, last))
        expected = [self._word(twin, step.address).run(step.op, step.targets) for step in steps]
        assert await programmer.run(ProgOp.MARCH, first, last) is ProgErr.NONE
        _compare_events(macro.trace[seen:], list(chain(*(word.events for word in expected))))
        fails = list(chain(*(word.failed for word in expected)))
        assert await programmer.pop_fails() == fails[:LOG_DEPTH]
        assert programmer.counts == _counts(before, ProgOp.MARCH, expected)
        return expected

    def after(self, address: Address) -> Address:
        """The next word in programming order; the first again after the last."""
        order = words(self.chip, Address(0, 0, 0), Address(99, 0, 0))
        return (order[1:] + order[:1])[order.index(address)]

    def _expected(self, op: ProgOp, first: Address, last: Address, targets: Targets) -> list[Word]:
        order = words(self.chip, first, last)
        twin = self.macro.cells.copy(order)
        return [self._word(twin, word).run(op, targets.get(word, {})) for word in order]

    def _word(self, cells: SimpleCells, address: Address) -> Word:
        return Word(cells, address, existing_cells(self.chip, address), self.programmer.config)


def failed_cells(fails: list[Fail]) -> set[tuple[Address, int]]:
    """Word and place of failed cells."""
    return {(fail.address, fail.cell) for fail in fails}


def _compare_events(seen: list[Any], expected: list[Any]) -> None:
    """Say where two traces part."""
    for number, (one, other) in enumerate(zip(seen, expected, strict=False)):
        assert one == other, f"event {number}: {one}, expected {other}"
    assert len(seen) == len(expected), f"{len(seen)} events, expected {len(expected)}"


def _counts(before: Counts, op: ProgOp, expected: list[Word]) -> Counts:
    """Counters after an operation; READ and pulses without verify ask nothing of a cell."""
    asks = op not in (ProgOp.READ, ProgOp.TEST_PULSE, ProgOp.CYCLE)
    active = sum(len(list(word.active)) for word in expected) if asks else 0
    failed = sum(len(word.failed) for word in expected)
    senses = sum(len(word.events) - word.pulses.total() for word in expected)
    kinds = ("form", "set", "reset")
    pulses = [sum(word.pulses[kind] for word in expected) for kind in kinds]
    cells = [sum(word.pulsed_cells[kind] for word in expected) for kind in kinds]
    dropouts, cycles = (sum(getattr(w, n) for w in expected) for n in ("dropouts", "cycles"))
    added = (active, active - failed, failed, *pulses, senses, *cells, dropouts, cycles)
    return Counts(*(old + new for old, new in zip(before, added, strict=True)))
