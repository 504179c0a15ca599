"""The main job inside the simulator; `scripts/infer.py` starts it and judges what it found."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
import numpy.typing as npt
from cocotb.simtime import get_sim_time

from chips import Chip
from chips.weights import weight_words
from pymodel.energy import programming_energy_j
from pymodel.macro import Macro
from pymodel.noise import Effects
from scripts.inference.job import Inputs, Job, load
from scripts.inference.result import Programming, RtlResult
from scripts.programming.places import CellPlace, cell_place, word_number
from sim.progress import Progress
from tb.drivers.labels import Label
from tb.env import ChipEnv
from tb.host.host import FailedCell
from tb.sweeps import WholeChip

TIMEOUT_S = 10  # simulated; programming takes half a second, 10,000 images a tenth


@cocotb.test(timeout_time=TIMEOUT_S, timeout_unit="sec")
async def image_to_label(dut: Any) -> None:
    """Program every cell, read them, classify the images without and with noise."""
    job = Job.read(Path(os.environ["CNR_JOB"]))
    inputs = load(job)
    env = ChipEnv(dut, inputs.chip, Macro(inputs.chip, inputs.device, seed=job.seed))
    await env.start()
    await env.connect(inputs.device, inputs.weights)
    programming = await program(env, inputs)
    start = time.monotonic()
    await env.read_weights()
    await env.host.configure_inference(pipelined=job.pipelined, power_gate=job.power_gate)
    ideal, main = Pass(env, inputs), Pass(env, inputs)
    await ideal.run("ideal", inputs.ideal_images, Effects.none())
    env.macro.open_account(get_sim_time("ns") * 1e-9)
    await main.run("images", inputs.rtl_images, Effects.all() if job.noise else Effects.none())
    RtlResult(
        programming=programming,
        ideal_labels=ideal.numbers,
        ideal_outputs=ideal.by_layer,
        labels=main.numbers,
        outputs=main.by_layer,
        layer_clocks=np.array([label.layer_clocks for label in ideal.labels + main.labels]),
        label_clocks=main.clocks,
        energy=env.macro.energy(get_sim_time("ns") * 1e-9),
        inference_seconds=time.monotonic() - start,
        system_clocks=int(get_sim_time("ns")) // inputs.chip.clock.clk_period_ns,
        simulated_seconds=get_sim_time("ns") * 1e-9,
    ).write(Path(os.environ["CNR_RESULT"]))


async def program(env: ChipEnv, inputs: Inputs) -> Programming:
    """FORM, then WRITE, every cell."""
    chip, start = WholeChip(env), time.monotonic()
    form = await chip.form()
    write = await chip.write(weight_words(inputs.chip, inputs.weights))
    counted = [form.counters, write.counters]
    return Programming(
        cells=write.counters.requested,
        failed=write.counters.failed,
        pulses_form=sum(counters.pulses_form for counters in counted),
        pulses_set=sum(counters.pulses_set for counters in counted),
        pulses_reset=sum(counters.pulses_reset for counters in counted),
        senses=sum(counters.senses for counters in counted),
        seconds=time.monotonic() - start,
        chip_seconds=form.chip_seconds + write.chip_seconds,
        energy_j=programming_energy_j(inputs.chip, inputs.device, env.macro.activity),
        failures=tuple(_places(inputs.chip, form.failed + write.failed)),
    )


def _places(chip: Chip, failed: list[FailedCell]) -> dict[CellPlace, None]:
    """Every cell of the fail logs once, in the order of their coming."""
    words = [word_number(chip, *cell.word) for cell in failed]
    pairs = zip(words, failed, strict=True)
    return {cell_place(chip, word, cell.cell_index): None for word, cell in pairs}


@dataclass
class Pass:
    """The images of a run from the first on, each with its label and the held layer outputs."""

    env: ChipEnv
    inputs: Inputs
    labels: list[Label] = field(default_factory=list)
    outputs: list[list[npt.NDArray[np.float32]]] = field(default_factory=list)

    @property
    def numbers(self) -> npt.NDArray[np.int64]:
        """The labels alone."""
        return np.array([label.label for label in self.labels])

    @property
    def clocks(self) -> npt.NDArray[np.float64]:
        """Layer clocks from the first label to each."""
        cycles = np.array([label.cycle for label in self.labels])
        return (cycles - cycles[0]) / self.inputs.chip.clock.layer_period_cycles

    @property
    def by_layer(self) -> tuple[npt.NDArray[np.float32], ...]:
        """Held outputs of each layer, (images, outputs), in V."""
        return tuple(np.stack(held) for held in zip(*self.outputs, strict=True))

    async def run(self, name: str, count: int, effects: Effects) -> None:
        """Classify the first `count` images with these imperfections of the model on."""
        macro = self.env.macro
        macro.configure_noise(effects)
        macro.reset_images()
        progress = Progress(name, count, "images")
        outputs = self.env.layer_outputs()
        taking = outputs.start()
        async for label in self.env.stream(self.inputs.images.pixels[:count]):
            self.labels.append(label)
            progress.update(len(self.labels))
        taking.cancel()
        self.outputs = [[held.ravel() for held in outputs.of(image)] for image in range(count)]
