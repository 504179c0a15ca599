"""One layer from its input voltages to its held outputs: what macro and network share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from pymodel.hold import buffer_offsets_v, mean_left
from pymodel.isense import Mirrors
from pymodel.mac import MacArray
from pymodel.noise import Effects
from pymodel.pool import average_pool
from pymodel.rng import FloatArray
from pymodel.tia import (
    gain,
    lag_left,
    lagging_reset,
    ramp_lag,
    reset_left,
    reset_noise_v,
    saturate,
)
from pymodel.timing import Window


def pixel_volts(pixels: npt.NDArray[np.uint8], v_fs_v: float) -> FloatArray:
    """Outputs of the input DACs in volts, float32 of the same shape: V_fs p / 255."""
    return pixels.astype(np.float32) * np.float32(v_fs_v / 255)


def quantised(volts: FloatArray, low_v: float, high_v: float, bits: int) -> FloatArray:
    """What an ADC and a DAC of `bits` hand on, in volts, any shape; saturates at the ends.

    2^bits levels from `low_v` to `high_v`, the nearest of them.
    """
    step_v = np.float32((high_v - low_v) / (2**bits - 1))
    codes = np.rint((np.clip(volts, low_v, high_v) - np.float32(low_v)) / step_v)
    levels: FloatArray = codes * step_v + np.float32(low_v)
    return levels


class Charge(NamedTuple):
    """State of integrators, float32 (n, *sum_shape), in volts.

    volts: where the outputs are going. lag: by how much they are behind; None: not at all.
    """

    volts: FloatArray
    lag: FloatArray | None = None

    def scaled(self, factor: float) -> Charge:
        """With part of everything left."""
        part = np.float32(factor)
        return Charge(self.volts * part, None if self.lag is None else self.lag * part)


class Stage:
    """Integrator, ReLU, pool and hold of one layer of a die."""

    def __init__(
        self, chip: Chip, index: int, effects: Effects | None = None, seed: int = 0, die: int = 0
    ) -> None:
        self.index = index
        self._chip, self._layer = chip, chip.layers[index]
        self._effects = effects if effects is not None else Effects.none()
        coded_input = index > 0 and chip.chip.interlayer == "adc"
        self._droops = self._effects.droop and not coded_input
        isense, buffers = self._effects.isense, self._effects.buffer_offset
        self._mirrors = Mirrors.draw(chip, index, seed, die) if isense else None
        self._offsets_v = buffer_offsets_v(chip, index, seed, die) if buffers else None
        last = index == len(chip.layers) - 1
        self._adc_bits = 0 if last else chip.chip.interlayer_bits

    def integrated(
        self,
        macs: MacArray,
        inputs: FloatArray,
        window: Window,
        cf_sel: int,
        start: Charge | None = None,
        unit_noise: FloatArray | None = None,
    ) -> Charge:
        """Integrators after an integration, limited to -V_fs..V_fs.

        Parameters
        ----------
        inputs : float32 (n, *in_shape), in volts, as they were held at first
        start : what the integrators held; None: nothing
        unit_noise : float32 (n, filters * positions), standard normal, of the read noise
        """
        mac = self._chip.mac
        if self._droops:
            inputs = inputs * mean_left(mac, window.input_age_ps, window.elapsed_ps)
        sums = macs.sums(inputs, unit_noise)
        if self._mirrors is not None:
            sums = self._mirrors.sensed(sums)
        volts = sums.reshape(-1, *self._chip.geometry[self.index].sum_shape)
        volts *= gain(mac, window.effective_ps, cf_sel)
        if start is not None:
            volts += start.volts
        volts = saturate(volts, -mac.v_fs_v, mac.v_fs_v)
        return Charge(volts, self._lag(volts, start, window.elapsed_ps))

    def _lag(self, volts: FloatArray, start: Charge | None, elapsed_ps: int) -> FloatArray | None:
        """How far the outputs are behind at the end of an integration."""
        if not self._effects.settling:
            return None
        mac = self._chip.mac
        added = volts if start is None else volts - start.volts
        lag: FloatArray = added * ramp_lag(mac, elapsed_ps)
        if start is not None and start.lag is not None:
            lag += start.lag * lag_left(mac, elapsed_ps)
        return lag

    def settled(self, charge: Charge, settle_ps: int) -> Charge:
        """Integrators that have settled for some picoseconds."""
        if charge.lag is None:
            return charge
        return Charge(charge.volts, charge.lag * lag_left(self._chip.mac, settle_ps))

    def reset(self, charge: Charge, duration_ps: int, cf_sel: int) -> Charge | None:
        """Integrators after a reset; None once no more is left than the noise of the reset itself.

        What is left of a full-scale voltage is then not to be told from an empty integrator.
        """
        mac = self._chip.mac
        if charge.lag is None:
            left = reset_left(mac, duration_ps)
            return charge.scaled(left) if left * mac.v_fs_v > reset_noise_v(mac) else None
        (kept, of_lag), (to_lag, lag_kept) = lagging_reset(mac, duration_ps, cf_sel)
        if max(abs(kept), abs(kept - to_lag)) * mac.v_fs_v <= reset_noise_v(mac):
            return None
        volts = charge.volts * kept + charge.lag * of_lag
        return Charge(volts, charge.volts * to_lag + charge.lag * lag_kept)

    def sampled(self, charge: Charge, noise_v: FloatArray | None) -> FloatArray:
        """Held outputs, float32 (n, *out_shape), in volts.

        ReLU, pool, offset, noise, not clipped again; then the ADC, if there is one.

        Parameters
        ----------
        charge : within -V_fs..V_fs, as far as it has settled
        noise_v : float32 (n, *out_shape)
        """
        volts = charge.volts if charge.lag is None else charge.volts - charge.lag
        rectified = np.maximum(volts, np.float32(0)) if self._layer.relu else volts
        held = average_pool(rectified, self._layer.pool)
        for error_v in (self._offsets_v, noise_v):
            if error_v is not None:
                held = held + error_v
        if self._adc_bits:
            v_fs_v = self._chip.mac.v_fs_v
            return quantised(held, 0 if self._layer.relu else -v_fs_v, v_fs_v, self._adc_bits)
        return held.copy() if held is charge.volts else held
