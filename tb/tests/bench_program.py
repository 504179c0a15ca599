"""The programming run inside the simulator; `scripts/program.py` starts it and judges it."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.simtime import get_sim_time

from chips import Chip
from chips.weights import weight_words
from scripts.programming.job import Inputs, ProgramJob, load
from scripts.programming.places import word_number
from scripts.programming.pulse_log import LoggingMacro, Sweep
from scripts.programming.result import FailLogs, ProgramResult, SweepResult
from tb.drivers.stream import StreamSource
from tb.env import ChipEnv, stream_words
from tb.host.replay import replay
from tb.sweeps import SweepReport, WholeChip

TIMEOUT_S = 60  # simulated; the full chip takes half a second, more with many stuck cells


@cocotb.test(timeout_time=TIMEOUT_S, timeout_unit="sec")
async def every_cell_is_programmed(dut: Any) -> None:
    """FORM and WRITE every cell; the host's commands and the words go to files."""
    inputs, macro, out = given()
    words = weight_words(inputs.chip, inputs.weights)
    env = ChipEnv(dut, inputs.chip, macro)
    recording = env.record()
    await env.start()
    await env.connect(inputs.device, inputs.weights)
    strobe = cocotb.start_soon(env.sense_strobe_s())
    chip, virgin = WholeChip(env), macro.snapshot(now_s())
    form, formed = await chip.form(), macro.snapshot(now_s())
    macro.sweep = Sweep.WRITE
    recording.stream(stream_words(words), out / "words.hex")
    write = await chip.write(words)
    recording.save(out / "host.csv")
    ProgramResult(
        form=sweep_result(form),
        write=sweep_result(write),
        pulses=macro.pulses,
        fails=fail_logs(inputs.chip, form, write),
        virgin=virgin,
        formed=formed,
        written=macro.snapshot(now_s()),
        wear=np.array(await env.observer.endurance(), np.int64),
        most_cycles=macro.most_cycles(),
        sensed_s=macro.sensed_s,
        strobe_s=await strobe,
        system_clocks=int(get_sim_time("ns")) // inputs.chip.clock.clk_period_ns,
    ).save(out / "rtl.npz")


@cocotb.test(timeout_time=TIMEOUT_S, timeout_unit="sec")
async def recorded_commands_are_given_again(dut: Any) -> None:
    """Another bench, which knows nothing but the two files, programs the same die."""
    inputs, macro, out = given()
    env = ChipEnv(dut, inputs.chip, macro)
    await env.start()

    def stream(words: list[int]) -> None:
        cocotb.start_soon(StreamSource(dut, "w").send(words))

    await replay(out / "host.csv", env.bus, env.irq, stream)
    np.save(out / "replayed.npy", macro.snapshot(now_s()))


def given() -> tuple[Inputs, LoggingMacro, Path]:
    """The inputs of the run, the virgin die with its stuck cells, and the folder for results."""
    out = Path(os.environ["CNR_OUT"])
    job = ProgramJob.read(out / "job.json")
    inputs = load(job)
    macro = LoggingMacro(inputs.chip, inputs.device, seed=job.seed)
    inputs.defects.inject(macro, inputs.device)
    return inputs, macro, out


def now_s() -> float:
    """Simulated time in seconds."""
    return get_sim_time("ns") * 1e-9


def sweep_result(report: SweepReport) -> SweepResult:
    """Counters and times of a sweep."""
    return SweepResult(*report.counters, report.seconds, report.chip_seconds)


def fail_logs(chip: Chip, form: SweepReport, write: SweepReport) -> FailLogs:
    """Fail logs of both sweeps as columns."""
    rows = [
        (sweep, word_number(chip, *cell.word), *cell[1:])
        for sweep, report in ((Sweep.FORM, form), (Sweep.WRITE, write))
        for cell in report.failed
    ]
    table = np.array(rows, np.int64).reshape(-1, len(fields(FailLogs)))
    return FailLogs(*table.T)
