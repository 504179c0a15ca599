"""Every pulse of the whole chip at the macro's pins, with the analog model behind them.

The scoreboard predicts them from what the host has written and from the model's sense answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cocotb
import numpy as np
import numpy.typing as npt

from chips import load_chip
from chips.weights import default_weights, load_weights, weight_words
from pymodel.device import load_device
from pymodel.macro import Macro
from pymodel.noise import Effects
from tb.drivers.pulse_recorder import PulseRecorder
from tb.env import ChipEnv, level_windows
from tb.host.host import WordAddress
from tb.host.regmap import BistPattern, ProgErr, ProgOp, PulseKind
from tb.models.chip_config import chip_config
from tb.models.march import Step, march
from tb.models.programming import Address, all_words, existing_cells
from tb.models.scoreboard import Account, Scoreboard

CHIP = load_chip("mini")
DEVICE = load_device(CHIP.chip.device)
WEIGHTS = load_weights(default_weights(CHIP), CHIP)
WORDS = weight_words(CHIP, WEIGHTS)
ORDER = list(all_words(CHIP))
RELAX_CYCLES = 150
ALL = range(len(ORDER))
SOME = range(24, 30)  # words on both sides of a layer's end
NO_BITS: npt.NDArray[np.bool_] = np.zeros_like(WORDS)


class JudgedChip:
    """A chip of which every operation is judged at the macro's pins."""

    def __init__(self, dut: Any) -> None:
        effects, seed = Effects(sense_noise=True), cocotb.RANDOM_SEED % 2**32
        self.env = ChipEnv(dut, CHIP, Macro(CHIP, DEVICE, seed=seed, effects=effects))
        self.recorder = PulseRecorder(dut.u_chip.u_macro.u_recorder, CHIP)
        self.config = chip_config(CHIP, level_windows(DEVICE), DEVICE.form_pass_ohm)

    async def start(self) -> None:
        """Power up and configure."""
        await self.env.start()
        await self.env.connect(DEVICE, WEIGHTS)
        self.recorder.start()

    async def run(
        self, op: ProgOp, places: Sequence[int] = ALL, bits: npt.NDArray[np.bool_] = NO_BITS
    ) -> Account:
        """An operation over some words of the chip, with a target bit per word and cell."""
        steps = [Step(op, ORDER[n], _targets(ORDER[n], bits[n])) for n in places]
        sending = cocotb.start_soon(self.env.send_words(bits[list(places)]))
        account = await self._judged(op, places, steps)
        sending.cancel()
        return account

    async def march(self, pattern: BistPattern, places: Sequence[int]) -> Account:
        """The self-test over some words."""
        await self.env.host.write("bist", pattern=pattern)
        steps = list(march(CHIP, pattern, ORDER[places[0]], ORDER[places[-1]]))
        return await self._judged(ProgOp.MARCH, places, steps)

    async def _judged(self, op: ProgOp, places: Sequence[int], steps: list[Step]) -> Account:
        begin = len(self.recorder)
        first, last = (WordAddress(*ORDER[n]) for n in (places[0], places[-1]))
        outcome = await self.env.host.run(op, first, last)
        assert outcome.error is ProgErr.NONE
        return Scoreboard(CHIP).check(self.config, steps, self.recorder.seen(begin))


def _targets(word: Address, bits: npt.NDArray[np.bool_]) -> dict[int, int]:
    return {cell: int(bits[cell]) for cell in existing_cells(CHIP, word)}


async def started(dut: Any) -> JudgedChip:
    chip = JudgedChip(dut)
    await chip.start()
    return chip


@cocotb.test(timeout_time=200, timeout_unit="ms")
async def every_pulse_of_form_and_write_is_the_right_one(dut: Any) -> None:
    chip = await started(dut)
    formed = await chip.run(ProgOp.FORM)
    written = await chip.run(ProgOp.WRITE, bits=WORDS)
    counters = await chip.env.host.counters()
    words = formed.done + written.done
    pulses = [sum(word.pulses[kind] for word in words) for kind in ("form", "set", "reset")]
    assert [counters.pulses_form, counters.pulses_set, counters.pulses_reset] == pulses
    assert all(pulses)


@cocotb.test(timeout_time=200, timeout_unit="ms")
async def every_pulse_of_tests_and_cycles_is_the_right_one(dut: Any) -> None:
    chip = await started(dut)
    await chip.run(ProgOp.FORM, SOME)
    for pattern in BistPattern:
        await chip.march(pattern, SOME)
    for kind in PulseKind:
        await chip.env.host.configure_test(kind, cycles=4)
        chip.config = replace(chip.config, test_kind=kind, test_cycles=4)
        await chip.run(ProgOp.TEST_PULSE, SOME, WORDS)
    cycled = await chip.run(ProgOp.CYCLE, SOME)
    assert {word.cycles for word in cycled.done} == {4}


@cocotb.test(timeout_time=200, timeout_unit="ms")
async def every_pulse_with_a_delayed_verify_is_the_right_one(dut: Any) -> None:
    chip = await started(dut)
    await chip.env.host.configure_delayed_verify(RELAX_CYCLES * CHIP.clock.clk_period_ns)
    chip.config = replace(chip.config, relax_cycles=RELAX_CYCLES)
    await chip.run(ProgOp.FORM, SOME)
    written = await chip.run(ProgOp.WRITE, SOME, WORDS)
    assert any(word.pulses.total() for word in written.done)
    await chip.run(ProgOp.VERIFY, SOME, WORDS)
    await chip.run(ProgOp.REFRESH, SOME)
