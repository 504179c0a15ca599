"""The usual life of the cells: FORM, WRITE and looking at them, over the whole chip."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from tb.host.codes import code_ohm
from tb.host.regmap import ProgOp
from tb.models.programming import REF_HIGHEST, Address, all_words, existing_cells
from tb.models.scoreboard import Account
from tb.regress.operations import Operations
from tb.regress.rig import Rig, Targets

MOST_WORDS = 60  # of a chip with more of them
RESETS = 3  # the most of one operation


class WholeChip:
    """Programs a chip with the configuration that its description asks for."""

    def __init__(self, rig: Rig, operations: Operations) -> None:
        self._rig = rig
        self._operations = operations
        order = list(all_words(rig.chip))
        begin = rig.rng.randrange(max(1, len(order) - MOST_WORDS))
        self._order = order if len(order) <= 2 * MOST_WORDS else order[begin : begin + MOST_WORDS]

    def random_targets(self) -> Targets:
        """Any level for each cell."""
        rng, chip = self._rig.rng, self._rig.chip
        levels = chip.chip.levels
        return {
            word: {cell: rng.randrange(levels) for cell in sorted(existing_cells(chip, word))}
            for word in self._order
        }

    def targets_of(self, bits: npt.NDArray[np.bool_]) -> Targets:
        """Targets from a bit for each cell of the chip, (words, cells)."""
        chip = self._rig.chip
        return {
            word: {cell: int(row[cell]) for cell in existing_cells(chip, word)}
            for word, row in zip(self._order, bits, strict=True)
        }

    async def program(self, targets: Targets) -> None:
        """FORM and WRITE; every cell ends at its target, or is flagged."""
        await self._rig.configure(self._rig.usual_config())
        await self._run(ProgOp.FORM)
        written = await self._run(ProgOp.WRITE, targets)
        if not self._rig.conditions.device.evolves:
            self._judge_cells(targets, written)

    async def look(self) -> None:
        """Read, verify or refresh what is stored."""
        await self._rig.configure(self._rig.usual_config())
        op = self._rig.rng.choice((ProgOp.READ, ProgOp.VERIFY, ProgOp.REFRESH))
        await self._run(op, self.random_targets())

    async def _run(self, op: ProgOp, targets: Targets | None = None) -> Account:
        first, last = self._order[0], self._order[-1]
        for _ in range(RESETS):
            if account := await self._operations.run(op, first, last, targets):
                return account
        account = await self._operations.run(op, first, last, targets, resets=False)
        assert account
        return account

    def _judge_cells(self, targets: Targets, written: Account) -> None:
        flagged = {(word.address, fail.cell) for word in written.done for fail in word.failed}
        held = self.levels()
        wrong = {
            (word, cell)
            for word, levels in targets.items()
            for cell, level in levels.items()
            if held[word][cell] != level
        }
        assert wrong <= flagged, f"cells neither new nor flagged: {sorted(wrong - flagged)[:5]}"

    def levels(self) -> Mapping[Address, list[int]]:
        """Levels that the cells have: how many read windows end below each."""
        ends = [window.hi for window in self._rig.usual_config().read[:-1]]
        bounds = np.array([code_ohm(end) for end in ends if end < REF_HIGHEST])
        layers = [self._rig.macro.resistances(k) for k in range(len(self._rig.chip.layers))]
        return {
            word: (layers[word.layer][word.group, word.row][:, None] > bounds).sum(1).tolist()
            for word in self._order
        }
