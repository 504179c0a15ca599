"""The bench around `cnr_programmer`: driver, cells behind the pins, and what must come of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tb.drivers.programmer import Programmer, Targets
from tb.drivers.programmer_watch import Watch
from tb.drivers.pulse_recorder import PulseRecorder
from tb.host.regmap import BistPattern, ProgErr, ProgOp
from tb.models.march import Step, march
from tb.models.programming import Address, Fail, existing_cells, words
from tb.models.simple_cells import Cell, SimpleCells, SimpleMacro
from tb.models.write_verify import Word


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
    recorder
        What is seen at these pins.
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
        self.recorder = PulseRecorder(self._dut.u_recorder, self.chip)
        self.recorder.start()

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

    def watch(self) -> Watch:
        """Follow the operation that is started next."""
        return Watch(self.programmer, self.recorder)

    async def check(
        self,
        op: ProgOp,
        first: Address,
        last: Address | None = None,
        targets: Targets | None = None,
    ) -> list[Word]:
        """Run one operation over a range and compare all that shows with what it should be."""
        last = last or first
        watch = self.watch()
        assert await self.programmer.run(op, first, last, targets) is ProgErr.NONE
        account = await watch.judge(op, self.steps(op, first, last, targets or {}))
        assert self.programmer.pointer == self.after(last)
        return account.done

    async def check_march(self, pattern: BistPattern, first: Address, last: Address) -> list[Word]:
        """Run the self-test over a range and compare all that shows with what it should be."""
        programmer, watch = self.programmer, self.watch()
        programmer.configure(replace(programmer.config, bist_pattern=pattern))
        assert await programmer.run(ProgOp.MARCH, first, last) is ProgErr.NONE
        steps = march(self.chip, pattern, first, last)
        return (await watch.judge(ProgOp.MARCH, steps)).done

    def steps(self, op: ProgOp, first: Address, last: Address, targets: Targets) -> list[Step]:
        """What an operation over a range has to do with each word."""
        return [
            Step(op, word, dict(targets.get(word, {}))) for word in words(self.chip, first, last)
        ]

    def after(self, address: Address) -> Address:
        """The next word in programming order; the first again after the last."""
        order = words(self.chip, Address(0, 0, 0), Address(99, 0, 0))
        return (order[1:] + order[:1])[order.index(address)]


def failed_cells(fails: list[Fail]) -> set[tuple[Address, int]]:
    """Word and place of failed cells."""
    return {(fail.address, fail.cell) for fail in fails}
