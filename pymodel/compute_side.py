"""Compute pins of the macro: integrators, holds and comparators, in the order the pins say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from pymodel.comparator import compare, offsets_v, pack_bits, trims_v
from pymodel.layer import Stage, pixel_volts
from pymodel.mac import MacArray
from pymodel.noise import Effects, ImageNoise
from pymodel.pins import Phases
from pymodel.rng import FloatArray
from pymodel.tia import biased_ps, picoseconds, reset_left, switched_capacitor_v

NO_IMAGE = -1  # a stage that holds no image yet has no noise


@dataclass(slots=True)
class Hold:
    """Held voltages (1, channels, height, width) and the number of the image they come from."""

    volts: FloatArray
    image: int = NO_IMAGE


@dataclass(slots=True)
class Integrator:
    """State of the integrators of one layer.

    volts: (1, *sum_shape) or None when empty. image: what was integrated. The times since the
    last settlement are pending: their charge is computed when something changes. biased_at_ps: when
    the bias of the layer was last switched on.
    """

    volts: FloatArray | None = None
    image: int = NO_IMAGE
    integrating_ps: int = 0
    resetting_ps: int = 0
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
        self, chip: Chip, macs: Callable[[int, float], MacArray], seed: int, die: int
    ) -> None:
        self._chip, self._macs = chip, macs
        self.effects = Effects.none()
        self._stages = [Stage(chip, k) for k in range(len(chip.layers))]
        self._integrators = [Integrator() for _ in chip.layers]
        shapes = [chip.geometry[0].in_shape, *(g.out_shape for g in chip.geometry)]
        self._loaded: Hold | None = None  # waits for the reset of layer 0
        self._holds = [Hold(np.zeros((1, *shape), np.float32)) for shape in shapes]  # 0: input
        self._pins = Phases(0, 0, 0, 0, (0,) * len(chip.layers), 0.0)
        self._now_ps = 0
        self._noise = ImageNoise(chip, seed, die)
        self._offsets_v = offsets_v(chip, seed, die)

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
        """Layers of which reset, integration or capacitor has changed."""
        mask = (old.int_rst ^ new.int_rst) | (old.int_en ^ new.int_en)
        if old.cf_sel != new.cf_sel:
            for k, (before, after) in enumerate(zip(old.cf_sel, new.cf_sel, strict=True)):
                mask |= (before != after) << k
        return layers_of(mask)

    def advance(self, now_s: float) -> None:
        """Let the present pins act until `now_s`."""
        now_ps = picoseconds(now_s)
        passed_ps = now_ps - self._now_ps
        if passed_ps < 0:
            raise InputError(f"time {now_s:g} s is before the last event ({self._now_ps} ps)")
        self._now_ps = now_ps
        pins = self._pins
        for k in layers_of(pins.int_rst):
            self._integrators[k].resetting_ps += passed_ps
        for k in layers_of(pins.int_en & pins.bias_en & ~pins.int_rst):
            state, mac = self._integrators[k], self._chip.mac
            age_ps = now_ps - state.biased_at_ps
            state.integrating_ps += biased_ps(mac, age_ps) - biased_ps(mac, age_ps - passed_ps)

    def settle_layer(self, layer: int, now_s: float) -> None:
        """Integrate a layer up to `now_s`, before something that it depends on changes."""
        self.advance(now_s)
        self._integrate(layer)

    def _settle(self, k: int) -> None:
        """Compute what the pending reset and the pending charge of one layer have done."""
        state = self._integrators[k]
        if state.resetting_ps:
            self._reset(state)
        self._integrate(k)

    def _integrate(self, k: int) -> None:
        """Compute the pending charge of one layer; a reset goes on unbroken."""
        state = self._integrators[k]
        if state.integrating_ps:
            source = self._input(k)
            macs = self._macs(k, self._now_ps * 1e-12)
            state.volts = self._stages[k].integrated(
                macs, source.volts, state.integrating_ps, self._pins.cf_sel[k], state.volts
            )
            state.image = source.image
            state.integrating_ps = 0

    def _reset(self, state: Integrator) -> None:
        left = reset_left(self._chip.mac, state.resetting_ps)
        state.resetting_ps = 0
        if left == 0:
            state.volts, state.image = None, NO_IMAGE
        elif state.volts is not None:
            state.volts = state.volts * np.float32(left)

    def _switch_capacitor(self, k: int, old_sel: int, new_sel: int) -> None:
        state = self._integrators[k]
        if old_sel != new_sel and state.volts is not None:
            state.volts = switched_capacitor_v(self._chip.mac, state.volts, old_sel, new_sel)

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
        state = self._integrators[k]
        image = state.image if state.image != NO_IMAGE else self._holds[k].image
        volts = state.volts
        if volts is None:
            volts = np.zeros((1, *self._chip.geometry[k].sum_shape), np.float32)
        held = self._stages[k].sampled(volts, self._stage_noise(k, image))
        self._holds[k + 1] = Hold(held, image)

    def _stage_noise(self, k: int, image: int) -> FloatArray | None:
        if image == NO_IMAGE or not self.effects.stage_noise:
            return None
        return self._noise.of_stage(self._noise.block(image)[None], k)

    def _take_input(self) -> None:
        """Put what was loaded last before layer 0."""
        if self._loaded is not None:
            self._integrate(0)
            self._holds[0], self._loaded = self._loaded, None

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
        outputs_v = hold.volts.reshape(1, -1) + trims_v(self._chip.mac, trims)
        return pack_bits(compare(outputs_v, self._comparator_errors_v(hold.image))[0])

    def _comparator_errors_v(self, image: int) -> FloatArray | np.float32:
        errors_v: FloatArray | np.float32 = np.float32(0)
        if self.effects.comparator_offset:
            errors_v = errors_v + self._offsets_v
        if self.effects.comparator_noise and image != NO_IMAGE:
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
