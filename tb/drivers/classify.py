"""Drives `cnr_classify` and compares its labels."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.comparators import Decision, decide, random_bits
from tb.drivers.cycles import ClockReset, wait_cycles


class ClassifyBench:
    """Strobes `cnr_classify` as the layer clock does."""

    def __init__(self, dut: Any, seed: int) -> None:
        self._dut = dut
        self._clock = ClockReset(dut)
        self.rng = random.Random(seed)
        self.chip = chip_under_test()
        self.classes = self.chip.chip.classes

    async def start(self) -> None:
        """Leave reset with nothing strobed."""
        self._dut.cmp_strobe_i.value = 0
        self._dut.finish_i.value = 0
        self._dut.cmp_i.value = 0
        await self._clock.start()

    async def strobe(self, bits: int) -> None:
        """Strobe once; the outputs are right in the cycle that is sampled, and random else."""
        self._dut.cmp_strobe_i.value = 1
        for cycle in range(self.chip.phases.compare_cycles + 3):
            right = cycle == self.chip.phases.compare_cycles - 1
            self._dut.cmp_i.value = bits if right else random_bits(self.rng, self.classes)
            await wait_cycles()
            self._dut.cmp_strobe_i.value = 0

    async def finish(self) -> Decision:
        """Ask for the label."""
        self._dut.finish_i.value = 1
        await wait_cycles()
        self._dut.finish_i.value = 0
        assert self._dut.label_valid_o.value
        decision = self.label()
        await wait_cycles()
        assert not self._dut.label_valid_o.value
        return decision

    def label(self) -> Decision:
        """The outputs as they are."""
        return Decision(int(self._dut.label_o.value), bool(self._dut.label_ambiguous_o.value))

    async def check(self, patterns: Iterable[int]) -> None:
        """Label each pattern and compare."""
        for bits in patterns:
            await self.strobe(bits)
            decision = await self.finish()
            assert decision == decide(bits, self.classes), f"comparator outputs {bits:b}"
