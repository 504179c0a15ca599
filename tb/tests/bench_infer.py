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
from cocotb.triggers import Timer

from chips.weights import weight_words
from pymodel.macro import Macro
from pymodel.noise import Effects
from scripts.inference.job import Inputs, Job, load
from scripts.inference.result import FailedCell, Programming, RtlResult
from sim.progress import Progress
from tb.drivers.labels import Label
from tb.env import ChipEnv
from tb.host.host import Counters
from tb.host.regmap import ProgErr

TIMEOUT_S = 10  # simulated; programming takes half a second, 10,000 images a tenth
WATCH_US = 2000  # simulated time between two looks at the progress and the fail log


@cocotb.test(timeout_time=TIMEOUT_S, timeout_unit="sec")
async def image_to_label(dut: Any) -> None:
    """Program every cell, read them, classify the images without and with noise."""
    job = Job.read(Path(os.environ["CNR_JOB"]))
    inputs = load(job)
    env = ChipEnv(dut, inputs.chip, Macro(inputs.chip, inputs.device, seed=job.seed))
    await env.start()
    await env.connect(inputs.device, inputs.weights)
    programming = await Programmer(env).run(weight_words(inputs.chip, inputs.weights))
    start = time.monotonic()
    await env.read_weights()
    ideal, main = Pass(env, inputs), Pass(env, inputs)
    await ideal.run("ideal", inputs.ideal_images, Effects.none())
    await main.run("images", inputs.rtl_images, Effects.all() if job.noise else Effects.none())
    RtlResult(
        programming=programming,
        ideal_labels=ideal.numbers,
        ideal_outputs=ideal.by_layer,
        labels=main.numbers,
        outputs=main.by_layer,
        layer_clocks=np.array([label.layer_clocks for label in ideal.labels + main.labels]),
        inference_seconds=time.monotonic() - start,
        system_clocks=int(get_sim_time("ns")) // inputs.chip.clock.clk_period_ns,
        simulated_seconds=get_sim_time("ns") * 1e-9,
    ).write(Path(os.environ["CNR_RESULT"]))


class Programmer:
    """Forms and writes the whole chip; collects what the chip logs meanwhile."""

    def __init__(self, env: ChipEnv) -> None:
        self._env = env
        self._failures: dict[FailedCell, None] = {}
        self._running = False

    async def run(self, words: npt.NDArray[np.bool_]) -> Programming:
        """FORM, then WRITE, every word."""
        start, start_ns = time.monotonic(), get_sim_time("ns")
        form = await self._sweep("form", self._env.form)
        write = await self._sweep("write", lambda: self._env.write(words))
        return Programming(
            cells=write.requested,
            failed=write.failed,
            pulses_form=form.pulses_form,
            pulses_set=form.pulses_set + write.pulses_set,
            pulses_reset=form.pulses_reset + write.pulses_reset,
            senses=form.senses + write.senses,
            seconds=time.monotonic() - start,
            chip_seconds=(get_sim_time("ns") - start_ns) * 1e-9,
            failures=tuple(self._failures),
        )

    async def _sweep(self, name: str, operation: Any) -> Counters:
        host = self._env.host
        await host.clear_counters()
        self._running = True
        watching = cocotb.start_soon(self._watch(name))
        outcome = await operation()
        self._running = False
        await watching
        assert outcome.error is ProgErr.NONE, f"{name} ended with {outcome}"
        counters = await host.counters()
        assert counters.succeeded + counters.failed == counters.requested, counters
        return counters

    async def _watch(self, name: str) -> None:
        total = self._env.chip.words
        progress, done = Progress(name, total, "words"), 0
        while self._running:
            await Timer(WATCH_US, "us")
            await self._take_failures()
            done = max(done, self._env.word_at_pins()) if self._running else total
            progress.update(done)

    async def _take_failures(self) -> None:
        log = await self._env.host.fail_log()
        assert not log.overflow, "the fail log of the chip has overflowed"
        chip = self._env.chip.chip
        for cell in log.cells:
            lane, bit = divmod(cell.cell_index, chip.weight_bits)
            place = (cell.word.layer, cell.word.group * chip.lanes + lane, cell.word.row, bit)
            self._failures[FailedCell(*place)] = None


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
    def by_layer(self) -> tuple[npt.NDArray[np.float32], ...]:
        """Held outputs of each layer, (images, outputs), in V."""
        return tuple(np.stack(held) for held in zip(*self.outputs, strict=True))

    async def run(self, name: str, count: int, effects: Effects) -> None:
        """Classify the first `count` images with these imperfections of the model on."""
        macro = self.env.macro
        macro.configure_noise(effects)
        macro.reset_images()
        progress = Progress(name, count, "images")
        for index, image in enumerate(self.inputs.images.pixels[:count]):
            self.labels.append(await self.env.classify(image))
            layers = range(len(self.env.chip.layers))
            self.outputs.append([macro.held_v(layer).ravel().copy() for layer in layers])
            progress.update(index + 1)
