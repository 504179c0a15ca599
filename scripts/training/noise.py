"""Stage noise of the chip description, drawn cheaply."""

from __future__ import annotations

import math

import torch

from chips import Chip

BANK = 1 << 22


def stage_noise(chip: Chip) -> tuple[tuple[float, float], ...]:
    """Mean and rms of every layer's noise in units of V_fs, referred to the layer's output.

    The noise of a convolution is not clipped before the average pool, so both stages add up to
    one Gaussian per pooled element: rms^2 = rms_conv^2 / pool^2 + rms_pool^2. A bipolar layer's
    full scale is 2 V_fs.
    """
    result = []
    for layer in chip.layers:
        scale = (1.0 if layer.relu else 2.0) / 100
        mean = layer.noise_mean_percent + layer.pool_noise_mean_percent
        rms = math.hypot(layer.noise_rms_percent / layer.pool, layer.pool_noise_rms_percent)
        result.append((scale * mean, scale * rms))
    return tuple(result)


class NoiseBank:
    """Gaussian noise cut at random offsets from a bank that is drawn once.

    Drawing each element anew takes as long as the convolutions; a bank per epoch does not.
    """

    def __init__(self, chip: Chip, generator: torch.Generator) -> None:
        self._stages = stage_noise(chip)
        self._generator = generator
        self._bank = torch.randn(BANK, generator=generator)

    def add(self, layer: int, outputs: torch.Tensor) -> torch.Tensor:
        """Add the noise of the stages of `layer` to its outputs."""
        mean, rms = self._stages[layer]
        room = BANK - outputs.numel()
        start = int(torch.randint(room + 1, (), generator=self._generator))
        drawn = self._bank[start : start + outputs.numel()].view(outputs.shape)
        noisy: torch.Tensor = outputs + (drawn * rms + mean)
        return noisy
