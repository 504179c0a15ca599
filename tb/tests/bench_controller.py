"""Runs a user's stimulus on a user's controller with the analog model behind the macro.

Driven by scripts/check_controller.py: the job comes from `CNR_JOB`, what became of the cells goes
into its result file.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import SimTimeoutError, Timer, with_timeout

from chips import Chip, load_chip
from chips.errors import InputError
from pymodel.binding import AnalogBinding
from pymodel.device import load_device_of
from scripts.sequence.cells import Targets, WatchedMacro, disturb, word_outcomes
from scripts.sequence.live import LiveJob
from scripts.sequence.stimulus import BROKEN, Ending, load_stimulus
from scripts.sequence.targets import targets_of
from tb.drivers.plugged import Plugged

SETTLE_US = 2


@cocotb.test()
async def the_stimulus_runs(dut: Any) -> None:
    job = LiveJob.read(Path(os.environ["CNR_JOB"]))
    chip = load_chip(job.chip)
    macro = WatchedMacro(chip, load_device_of(chip, job.device), seed=job.seed)
    plugged = Plugged(dut, job)
    await plugged.enter_reset()
    AnalogBinding(plugged.macro, macro).start()
    await plugged.leave_reset()
    ending, targets = await _stimulated(dut, job, chip)
    await Timer(SETTLE_US, "us")
    _write(job, macro, ending, targets)


async def _stimulated(dut: Any, job: LiveJob, chip: Chip) -> tuple[Ending, Targets]:
    """Run the stimulus up to the limit; how it ended, and the levels that it asked for."""
    if not job.stimulus:
        await Timer(job.limit_us, "us")
        return Ending("none", ""), {}
    try:
        stimulus = load_stimulus(Path(job.stimulus))
        returned = await with_timeout(stimulus(dut), job.limit_us, "us")
    except SimTimeoutError:
        return Ending("late", f"no end within {job.limit_us / 1e3:g} ms of the chip"), {}
    except Exception as error:
        return Ending.raised(error, Path(job.stimulus)), {}
    try:
        return Ending("returned", ""), targets_of(returned, chip)
    except InputError as error:
        return Ending(BROKEN, str(error)), {}


def _write(job: LiveJob, macro: WatchedMacro, ending: Ending, targets: Targets) -> None:
    result = {
        "stimulus": asdict(ending),
        "words": [asdict(word) for word in word_outcomes(macro, targets)],
        "disturb": disturb(macro),
        "refusals": macro.refusals,
        "levels": [level.name for level in macro.device.levels],
    }
    Path(job.result).write_text(json.dumps(result, indent=1))
