"""Compute pins of the macro: integrators, holds and comparators, in the order the pins say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from pymodel.activity import Activity
from pymodel.comparator import compare, offsets_v, pack_bits, trims_v
from pymodel.hold import held_left
from pymodel.layer import Charge, Stage, pixel_volts
from pymodel.mac import MacArray
from pymodel.noise import Effects, ImageNoise
from pymodel.pins import Phases
from pymodel.rng import FloatArray
from pymodel.tia import biased_ps, capacitor_share, picoseconds
from pymodel.timing import Window

NO_IMAGE = -1  # a stage that holds no image yet has no noise


@dataclass(slots=True)
class Hold:
    """Voltages (1, channels, height, width) held since some time, and the image they come from."""

    volts: FloatArray
    image: int = NO_IMAGE
    since_ps: int = 0


@dataclass(slots=True)
class Integrator:
    """State of the integrators of one layer.

    charge: None when empty. image: what was integrated. What the pins have done since `since_ps` is
    pending: it is computed when something changes. ended_ps: when the last computed integration
    ended. biased_at_ps: when the bias of the layer was last switched on.
    """

    charge: Charge | None = None
    image: int = NO_IMAGE
    since_ps: int = 0
    ended_ps: int = 0
    biased_at_ps: int = 0


def layers_of(mask: int) -> Iterator[int]:
    """Layers whose bit is set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class ComputeSide:
    """Integrators, holds and comparators of all layers.

    Pins act for as long as they last: a reset discharges, an integration without bias adds nothing
    and one too soon after it came on too little, reset and integration together short the charge, a
    hold follows its integrator while sample is high and keeps what it had when sample falls. The
    sample-and-hold of the input is double: a load fills the one, and the reset of layer 0 puts it
    before that layer.
    """

    def __init__(
        self,
        chip: Chip,
        macs: Callable[[int, float], MacArray],
        seed: int,
        die: int,
    ) -> None:
        self.activity = Activity(chip)
        self._chip, self._macs, self._origin = chip, macs, (seed, die)
        self.set_effects(Effects.none())
        self._integrators = [Integrator() for _ in chip.layers]
        shapes = [chip.geometry[0].in_shape, *(g.out_shape for g in chip.geometry)]
        self._loaded: Hold | None = None  # waits for the reset of layer 0
        self._holds = [Hold(np.zeros((1, *shape), np.float32)) for shape in shapes]  # 0: input
        self._pins = Phases(0, 0, 0, 0, (0,) * len(chip.layers), 0.0)
        self._now_ps = 0
        self._noise = ImageNoise(chip, seed, die)
        self._offsets_v = offsets_v(chip, seed, die)

    def set_effects(self, effects: Effects) -> None:
        """Switch imperfections."""
        self._effects = effects
        chip, origin = self._chip, self._origin
        self._stages = [Stage(chip, k, effects, *origin) for k in range(len(chip.layers))]

    def phases(self, pins: Phases) -> None:
        """Take over new values of the compute pins.

        Raises
        ------
        InputError
            Time runs backwards, or a pin of a layer that does not exist.
        """
        self._check(pins)
        self.advance(pins.now_s)
        old = self._pins
        for k in self._changed(old, pins):
            self._settle(k)
            self._switch_capacitor(k, old.cf_sel[k], pins.cf_sel[k])
        for k in layers_of(pins.bias_en & ~old.bias_en):
            self._integrators[k].biased_at_ps = self._now_ps
        if pins.int_rst & ~old.int_rst & 1:
            self._take_input()
        self._settle_after(old.sample ^ pins.sample)
        for k in layers_of(old.sample & ~pins.sample):
            self._capture(k)
        self._pins = pins

    def _check(self, pins: Phases) -> None:
        layers = len(self._stages)
        if max(pins.int_rst, pins.int_en, pins.sample, pins.bias_en) >> layers:
            raise InputError(f"compute pins of a layer beyond {layers - 1}")
        if len(pins.cf_sel) != layers:
            raise InputError(f"cf_sel: {len(pins.cf_sel)} values, the chip has {layers} layers")

    def _changed(self, old: Phases, new: Phases) -> Iterator[int]:
        """Layers that do something else from now on; a reset that goes on is not broken."""
        mask = (old.int_en ^ new.int_en) | (old.bias_en ^ new.bias_en)
        mask = mask & ~(old.int_rst & new.int_rst) | (old.int_rst ^ new.int_rst)
        if old.cf_sel != new.cf_sel:
            for k, (before, after) in enumerate(zip(old.cf_sel, new.cf_sel, strict=True)):
                mask |= (before != after) << k
        return layers_of(mask)

    def advance(self, now_s: float) -> None:
        """Let the present pins act until `now_s`."""
        now_ps = picoseconds(now_s)
        if now_ps < self._now_ps:
            raise InputError(f"time {now_s:g} s is before the last event ({self._now_ps} ps)")
        for k in layers_of(self._pins.bias_en):
            self.activity.biased(k, now_ps - self._now_ps)
        self._now_ps = now_ps

    def settle_activity(self, now_s: float) -> None:
        """Account for what has been before the layers until `now_s`."""
        self.advance(now_s)
        for k in range(len(self._stages)):
            self.activity.seen(k, self._holds[k].volts)

    def settle_layer(self, layer: int, now_s: float) -> None:
        """Integrate a layer up to `now_s`, before something that it depends on changes."""
        self.advance(now_s)
        self._integrate(layer)

    def _settle(self, k: int) -> None:
        """Compute what the pins of one layer have done since they last changed."""
        if self._pins.int_rst >> k & 1:
            self._reset(k)
        else:
            self._integrate(k)

    def _integrate(self, k: int) -> None:
        """Compute the pending charge of one layer; a reset goes on unbroken."""
        state, pins, now_ps = self._integrators[k], self._pins, self._now_ps
        if pins.int_rst >> k & 1:
            return
        start_ps, state.since_ps = state.since_ps, now_ps
        if now_ps > start_ps and pins.int_en >> k & pins.bias_en >> k & 1:
            source = self._input(k)
            charge, stage = state.charge, self._stages[k]
            if charge is not None:
                charge = stage.settled(charge, start_ps - state.ended_ps)
            state.charge = stage.integrated(
                self._macs(k, now_ps * 1e-12),
                source.volts,
                self._window(state, start_ps, source),
                pins.cf_sel[k],
                charge,
                self._read_noise(k, source.image),
            )
            state.image, state.ended_ps = source.image, now_ps

    def _window(self, state: Integrator, start_ps: int, source: Hold) -> Window:
        """The integration from `start_ps` until now."""
        mac, age_ps = self._chip.mac, self._now_ps - state.biased_at_ps
        elapsed_ps = self._now_ps - start_ps
        effective_ps = biased_ps(mac, age_ps) - biased_ps(mac, age_ps - elapsed_ps)
        return Window(max(start_ps - source.since_ps, 0), elapsed_ps, effective_ps)

    def _reset(self, k: int) -> None:
        """Compute the reset of one layer until now."""
        state, stage, now_ps = self._integrators[k], self._stages[k], self._now_ps
        start_ps, state.since_ps = state.since_ps, now_ps
        if state.charge is not None:
            charge = stage.settled(state.charge, start_ps - state.ended_ps)
            state.charge = stage.reset(charge, now_ps - start_ps, self._pins.cf_sel[k])
        if state.charge is None:
            state.image = NO_IMAGE
        state.ended_ps = now_ps

    def _switch_capacitor(self, k: int, old_sel: int, new_sel: int) -> None:
        state = self._integrators[k]
        if old_sel != new_sel and state.charge is not None:
            state.charge = state.charge.scaled(capacitor_share(self._chip.mac, old_sel, new_sel))

    def _input(self, k: int) -> Hold:
        """What layer `k` sees: the image, or the hold of the layer before it."""
        if k > 0 and self._pins.sample >> (k - 1) & 1:
            self._capture(k - 1)
        return self._holds[k]

    def _settle_after(self, mask: int) -> None:
        """Layers that integrate the holds of these take what they have had so far."""
        for k in layers_of(mask):
            if k + 1 < len(self._stages):
                self._integrate(k + 1)

    def _capture(self, k: int) -> None:
        """Hold what the integrator of layer `k` gives now."""
        self._settle(k)
        state, stage = self._integrators[k], self._stages[k]
        image = state.image if state.image != NO_IMAGE else self._holds[k].image
        if state.charge is None:
            charge = Charge(np.zeros((1, *self._chip.geometry[k].sum_shape), np.float32))
        else:
            charge = stage.settled(state.charge, self._now_ps - state.ended_ps)
        held = stage.sampled(charge, self._stage_noise(k, image))
        if k + 1 < len(self._stages):
            self.activity.seen(k + 1, self._holds[k + 1].volts)
        self._holds[k + 1] = Hold(held, image, self._now_ps)

    def _stage_noise(self, k: int, image: int) -> FloatArray | None:
        if image == NO_IMAGE or not self._effects.stage_noise:
            return None
        return self._noise.of_stage(self._noise.block(image)[None], k)

    def _read_noise(self, k: int, image: int) -> FloatArray | None:
        if image == NO_IMAGE or not self._effects.read_noise:
            return None
        return self._noise.of_sums(self._noise.read_block(image)[None], k)

    def _take_input(self) -> None:
        """Put what was loaded last before layer 0."""
        if self._loaded is not None:
            self._integrate(0)
            self.activity.seen(0, self._holds[0].volts)
            self._holds[0], self._loaded = self._loaded, None
            self._holds[0].since_ps = self._now_ps

    def load(self, pixels: npt.NDArray[np.uint8], image: int) -> None:
        """Keep the pixels of image number `image` for the next reset of layer 0.

        Raises
        ------
        InputError
            Not uint8 pixels of one image.
        """
        shape = self._chip.geometry[0].in_shape
        if pixels.dtype != np.uint8 or pixels.size != self._chip.image_bytes:
            raise InputError(
                f"image: {pixels.dtype} of {pixels.size}, must be uint8 of {self._chip.image_bytes}"
            )
        volts = pixel_volts(pixels.reshape(1, *shape), self._chip.mac.v_fs_v)
        self._loaded = Hold(volts, image)

    def compare(self, trims: tuple[int, ...], now_s: float) -> int:
        """Decisions of the comparators on the last layer's hold, pair 0 in bit 0.

        Raises
        ------
        InputError
            Time runs backwards, or trims that do not exist.
        """
        if len(trims) != self._chip.chip.classes:
            raise InputError(f"trims: {len(trims)}, must be {self._chip.chip.classes}")
        self.advance(now_s)
        hold = self._input(len(self._stages))
        outputs_v = hold.volts.reshape(1, -1)
        if self._effects.droop:
            outputs_v = outputs_v * held_left(self._chip.mac, self._now_ps - hold.since_ps)
        outputs_v = outputs_v + trims_v(self._chip.mac, trims)
        return pack_bits(compare(outputs_v, self._comparator_errors_v(hold.image))[0])

    def _comparator_errors_v(self, image: int) -> FloatArray | np.float32:
        errors_v: FloatArray | np.float32 = np.float32(0)
        if self._effects.comparator_offset:
            errors_v = errors_v + self._offsets_v
        if self._effects.comparator_noise and image != NO_IMAGE:
            block = self._noise.block(image)[None]
            errors_v = errors_v + self._noise.of_comparators(block)
        return errors_v

    def held_image(self, layer: int) -> int:
        """Number of the image whose outputs a layer holds; -1: none."""
        return self._holds[layer + 1].image

    def held_v(self, layer: int) -> FloatArray:
        """Held outputs of a layer, float32 (*out_shape), in volts; a copy."""
        held: FloatArray = self._holds[layer + 1].volts[0].copy()
        return held
