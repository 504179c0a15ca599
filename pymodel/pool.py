"""Average pool as a summing amplifier."""

from __future__ import annotations

import numpy as np

from pymodel.rng import FloatArray


def average_pool(volts: FloatArray, size: int) -> FloatArray:
    """Average of size x size outputs, float32 (n, channels, height / size, width / size).

    Summing amplifier V = -(C_in / C_f) sum V with C_in / C_f = 1 / size^2; the reference of the
    next stage takes up the inversion. The amplifiers sum in a fixed order.

    Parameters
    ----------
    volts : float32 (n, channels, height, width); `size` divides height and width
    """
    if size == 1:
        return volts
    corners = [volts[:, :, y::size, x::size] for y in range(size) for x in range(size)]
    total = corners[0] + corners[1]
    for corner in corners[2:]:
        total += corner
    total *= np.float32(1 / size**2)
    return total
