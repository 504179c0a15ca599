"""Programs the whole chip twice, with the model and with its answers alone; timed by a script."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cocotb

from chips.weights import default_weights, load_weights, weight_words
from pymodel.device import Device, load_device
from pymodel.macro import Macro
from pymodel.pins import Drive, Sense
from tb.drivers.chip_under_test import chip_under_test
from tb.env import ChipEnv
from tb.sweeps import WholeChip

TIMEOUT_S = 10
CHIP = chip_under_test()
SEED = cocotb.RANDOM_SEED % 2**32
OUT = Path(os.environ["CNR_OUT"])
ANSWERS = OUT / "answers.json"


class HeardMacro(Macro):
    """The model, and what it has answered."""

    def __init__(self, device: Device) -> None:
        super().__init__(CHIP, device, seed=SEED)
        self.answers: list[int] = []

    def sense(self, pins: Sense) -> int:
        """A sense strobe."""
        answer = super().sense(pins)
        self.answers.append(answer)
        return answer


class PlayedMacro(Macro):
    """Gives known answers and does nothing else."""

    def __init__(self, device: Device, answers: Iterable[int]) -> None:
        super().__init__(CHIP, device, seed=SEED)
        self._answers = iter(answers)

    def drive(self, pins: Drive) -> None:
        """An interval of high voltage has ended."""

    def sense(self, pins: Sense) -> int:
        """A sense strobe."""
        return next(self._answers)


@cocotb.test(timeout_time=TIMEOUT_S, timeout_unit="sec")
async def with_the_analog_model(dut: Any) -> None:
    macro = HeardMacro(load_device(CHIP.chip.device))
    result = await programmed(dut, macro)
    (OUT / "with_the_analog_model.json").write_text(json.dumps(result))
    ANSWERS.write_text(json.dumps(macro.answers))


@cocotb.test(timeout_time=TIMEOUT_S, timeout_unit="sec")
async def with_played_answers(dut: Any) -> None:
    macro = PlayedMacro(load_device(CHIP.chip.device), json.loads(ANSWERS.read_text()))
    result = await programmed(dut, macro)
    before = json.loads((OUT / "with_the_analog_model.json").read_text())
    assert result["counters"] == before["counters"], "not the same work"
    (OUT / "with_played_answers.json").write_text(json.dumps(result))


async def programmed(dut: Any, macro: Macro) -> dict[str, Any]:
    """FORM and WRITE every cell: cells, counters and wall-clock seconds."""
    env, weights = ChipEnv(dut, CHIP, macro), load_weights(default_weights(CHIP), CHIP)
    await env.start()
    await env.connect(load_device(CHIP.chip.device), weights)
    chip = WholeChip(env)
    sweeps = [await chip.form(), await chip.write(weight_words(CHIP, weights))]
    return {
        "cells": CHIP.cells,
        "counters": [list(sweep.counters) for sweep in sweeps],
        "seconds": sum(sweep.seconds for sweep in sweeps),
    }
