"""One layer from its input voltages to its held outputs: what macro and network share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from pymodel.mac import MacArray
from pymodel.pool import average_pool
from pymodel.rng import FloatArray
from pymodel.tia import gain, integrate, saturate


def pixel_volts(pixels: npt.NDArray[np.uint8], v_fs_v: float) -> FloatArray:
    """Outputs of the input DACs in volts, float32 of the same shape: V_fs p / 255."""
    return pixels.astype(np.float32) * np.float32(v_fs_v / 255)


@dataclass(frozen=True)
class Stage:
    """Integrator, ReLU, pool and hold of one layer."""

    chip: Chip
    index: int

    def integrated(
        self,
        macs: MacArray,
        inputs: FloatArray,
        duration_ps: int,
        cf_sel: int,
        start_v: FloatArray | None = None,
    ) -> FloatArray:
        """Integrator outputs, float32 (n, *sum_shape), in volts, limited to -V_fs..V_fs.

        Parameters
        ----------
        inputs : float32 (n, *in_shape), in volts
        start_v : float32 (n, *sum_shape), what the integrator held; None: nothing
        """
        sums = macs.sums(inputs).reshape(-1, *self.chip.geometry[self.index].sum_shape)
        volts = integrate(sums, gain(self.chip.mac, duration_ps, cf_sel), start_v)
        return saturate(volts, -self.chip.mac.v_fs_v, self.chip.mac.v_fs_v)

    def sampled(self, volts: FloatArray, noise_v: FloatArray | None) -> FloatArray:
        """Held outputs, float32 (n, *out_shape), in volts: ReLU, pool, noise, not clipped again.

        Parameters
        ----------
        volts : float32 (n, *sum_shape), within -V_fs..V_fs
        noise_v : float32 (n, *out_shape)
        """
        layer = self.chip.layers[self.index]
        rectified = np.maximum(volts, np.float32(0)) if layer.relu else volts
        held = average_pool(rectified, layer.pool)
        return held.copy() if noise_v is None else held + noise_v
