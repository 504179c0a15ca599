"""Images of a scenario: labels against the golden network, with what may come in between."""

from __future__ import annotations

import math
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import cocotb
import numpy as np
import numpy.typing as npt
from cocotb.triggers import Timer

from chips.geometry import PIXEL_BYTES, image_beats
from chips.weights import Weights, weight_words, word_masks
from scripts.programming.codes import code_report
from tb.drivers.labels import Label
from tb.host.host import first_word
from tb.host.regmap import AnalogTest, ProgErr, ProgOp
from tb.models.programming import all_words
from tb.regress.operations import Operations
from tb.regress.rig import Rig
from tb.verdict import assert_golden_outputs

MARGIN = 1.1  # a cell nearer than this factor to the reader's reference may turn a gate half on
BURST_MOST = 12

Image = npt.NDArray[np.uint8]


class Pictures:
    """Shows images to a programmed chip.

    Parameters
    ----------
    rig, operations
        The chip, and what programs it.
    weights
        What was written; integration times and capacitors are drawn anew.
    """

    def __init__(self, rig: Rig, operations: Operations, weights: Weights) -> None:
        self._rig = rig
        self._env = rig.env
        self._operations = operations
        chip = rig.chip
        self._wanted = replace(
            weights, t_ctrl=_draw_t_ctrl(rig.rng, weights.t_ctrl, chip.phases.t_ctrl_max_cycles)
        )
        self._period_ns = chip.clock.layer_period_cycles * chip.clock.clk_period_ns
        layers = range(AnalogTest.LAYER0, AnalogTest.LAYER0 + len(chip.layers))
        self._test_points = [p for p in AnalogTest if p < AnalogTest.LAYER0 or p in layers]
        self._kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            self.image,
            self.burst,
            self.broken_frame,
            self.no_permission,
            self.brown_out,
            self.expiry,
            self.pause,
            self.start_in_stream,
            self.programming,
            self.reset,
        )

    async def show(self, count: int) -> None:
        """Read the weights, and draw so many things to do with images."""
        await self._ready()
        await self.image()
        for _ in range(count):
            kind = self._rig.rng.choice(self._kinds)
            self._rig.journal.pictures[kind.__name__] += 1
            await kind()
        await self.image()

    async def _ready(self) -> None:
        """Configure the layers, choose a mode, read the cells, and look what they hold."""
        host = self._rig.host
        rng, flags = self._rig.rng, (False, True)
        await host.configure_compute(self._wanted.t_ctrl, self._wanted.cf_sel)
        pipelined, power_gate = rng.choice(flags), rng.choice(flags)
        await host.configure_inference(pipelined=pipelined, power_gate=power_gate)
        await host.select_analog_test(rng.choice(self._test_points))
        await host.read_weights()
        await host.enable_inference()
        self._held, self._sharp = self._look()

    def _look(self) -> tuple[Weights, bool]:
        """Weights that the cells hold now, and whether each is clearly in one of its states."""
        rig = self._rig
        chip, macro, reader = rig.chip, rig.macro, rig.chip.reader
        ohm = np.concatenate(
            [macro.resistances(k).reshape(-1, chip.word_cells) for k in range(len(chip.layers))]
        )
        exist = word_masks(chip)
        distance = np.abs(np.log(ohm[exist] / reader.r_ref_ohm))
        bits = (ohm > reader.r_ref_ohm) & exist
        report = code_report(chip, self._wanted, weight_words(chip, self._wanted), bits, exist)
        return report.programmed, bool(distance.min() > math.log(MARGIN))

    def _draw_image(self) -> Image:
        draws = np.random.default_rng(self._rig.rng.getrandbits(32))
        return draws.integers(0, 256, self._rig.chip.image_bytes, np.uint8)

    async def _classify(self, images: Sequence[Image]) -> Label:
        """Stream images; each label, when it came, and what every layer held. The last label."""
        chip, macro = self._rig.chip, self._rig.macro
        outputs, waiting = self._env.layer_outputs(), iter(images)
        taking = outputs.start()
        async for label in self._env.stream(images):
            image = next(waiting)
            assert label.layer_clocks == len(chip.layers)
            if self._sharp:
                held = outputs.of(macro.held_image(len(chip.layers) - 1))
                assert_golden_outputs(chip, self._held, image, held, label)
                self._rig.journal.labels += 1
        taking.cancel()
        return label

    # What is done with images

    async def image(self) -> None:
        """One image; the host reads its label once."""
        await self._rig.host.label()
        label = await self._classify([self._draw_image()])
        assert await self._rig.host.label() == (label.label, label.ambiguous)
        assert await self._rig.host.label() is None

    async def burst(self) -> None:
        """Several images in a row."""
        count = self._rig.rng.randrange(2, BURST_MOST)
        await self._classify([self._draw_image() for _ in range(count)])

    async def broken_frame(self) -> None:
        """A frame that ends early or not at all gives an event; its rest is no image either."""
        rng, beats = self._rig.rng, image_beats(self._rig.chip)
        data = [rng.getrandbits(8 * PIXEL_BYTES) for _ in range(beats)]
        if rng.random() < 0.5:
            await self._env.pixels.send(data[: rng.randrange(1, beats)])
        else:
            await self._env.pixels.send(data, last=None)
            await self._env.pixels.send(data[: rng.choice((1, beats))])
        await self._no_label()
        assert await self._rig.host.wait_for("frame_err")

    async def no_permission(self) -> None:
        """The host takes its permission away while an image is on its way."""
        host = self._rig.host
        count = len(self._env.labels.seen)
        sending = cocotb.start_soon(self._env.send_image(self._draw_image()))
        await self._rig.some_time(8 * self._period_ns)
        await host.disable_inference()
        await sending
        await Timer(9 * self._period_ns, "ns")
        labels = len(self._env.labels.seen) - count
        refused = (await host.read("cause"))["refused"]
        assert labels == 1 or refused, "an image without permission left no trace"
        self._forget_labels()
        await host.forget_events("refused")
        await self._ready()

    async def brown_out(self) -> None:
        """The supply fails while images are on their way; the weights have to be read again."""
        rng, env = self._rig.rng, self._env
        sending = cocotb.start_soon(env.send_image(self._draw_image()))
        await self._rig.some_time(8 * self._period_ns)
        env.set_supply(False)
        await Timer(rng.choice((1, 30, 500, 20_000)), "ns")
        env.set_supply(True)
        await sending
        await Timer(9 * self._period_ns, "ns")
        assert not (await self._rig.host.read("status"))["weights_valid"]
        await self._rig.host.wait_for("brown_out")
        self._forget_labels()
        await self._refused_image()
        await self._ready()

    async def expiry(self) -> None:
        """Without refresh the weights expire, and no image is taken."""
        host = self._rig.host
        await host.forget_events("expired")
        await host.enable_inference(refresh=False)
        await Timer(self._rig.chip.reader.retention_us, "us")
        assert await host.wait_for("expired")
        await self._refused_image()
        await self._ready()

    async def pause(self) -> None:
        """The weights are refreshed meanwhile."""
        await Timer(int(self._rig.chip.reader.retention_us * self._rig.rng.random() * 2), "us")

    async def start_in_stream(self) -> None:
        """A READ in a stream of images is refused as BUSY, or takes it and a refresh away."""
        images = [self._draw_image() for _ in range(BURST_MOST)]
        streaming = cocotb.start_soon(self._env.send_images(images))
        await self._rig.some_time(20 * self._period_ns)
        first = first_word(self._rig.chip)
        outcome = await self._rig.host.run(ProgOp.READ, first, first)
        locked = ProgErr.LOCKED if self._rig.read_locked else ProgErr.NONE
        assert outcome.error in (ProgErr.BUSY, locked), outcome
        await streaming
        await Timer(9 * self._period_ns, "ns")
        self._forget_labels()
        await self._rig.host.forget_events("refused")
        if outcome.error is ProgErr.NONE:
            await self._ready()

    async def programming(self) -> None:
        """A few words are written again; the weights have to be read again."""
        rng, chip = self._rig.rng, self._rig.chip
        order = list(all_words(chip))
        begin = rng.randrange(len(order) - 2)
        op = rng.choice((ProgOp.REFRESH, ProgOp.SET, ProgOp.RESET))
        await self._operations.run(op, order[begin], order[begin + rng.randrange(3)])
        await self._ready()

    async def reset(self) -> None:
        """The chip is reset while an image is on its way."""
        sending = cocotb.start_soon(self._env.send_image(self._draw_image()))
        await self._rig.some_time(8 * self._period_ns)
        sending.cancel()
        await self._rig.reset(self._rig.rng.randrange(1, 20))
        self._forget_labels()
        await self._ready()

    async def _refused_image(self) -> None:
        await self._rig.host.forget_events("refused")
        await self._env.send_image(self._draw_image())
        await self._no_label()
        assert await self._rig.host.wait_for("refused")

    async def _no_label(self) -> None:
        count = len(self._env.labels.seen)
        await Timer((len(self._rig.chip.layers) + 3) * self._period_ns, "ns")
        assert len(self._env.labels.seen) == count, "a label of an image that had to be dropped"

    def _forget_labels(self) -> None:
        while not self._env.labels.labels.empty():
            self._env.labels.labels.get_nowait()


def _draw_t_ctrl(rng: random.Random, usual: tuple[int, ...], most: int) -> tuple[int, ...]:
    """The usual integration times, or any."""
    if rng.random() < 0.5:
        return usual
    return tuple(rng.randrange(1, most + 1) for _ in usual)
