"""What the circuit adds while the network learns: noise of stages, errors of cells."""

from __future__ import annotations

import math

import torch

from chips import Chip

BANK = 1 << 22


def stage_noise(chip: Chip) -> tuple[tuple[float, float], ...]:
    """Mean and rms of every layer's noise in units of V_fs, referred to the layer's output.

    The noise of a convolution is not clipped before the average pool, so both stages add up to
    one Gaussian per pooled element: rms^2 = rms_conv^2 / pool^2 + rms_pool^2. A bipolar layer's
    full scale is 2 V_fs. The offsets of the comparators count as noise of the outputs.
    """
    result = []
    for layer in chip.layers:
        scale = (1.0 if layer.relu else 2.0) / 100
        mean = layer.noise_mean_percent + layer.pool_noise_mean_percent
        rms = math.hypot(layer.noise_rms_percent / layer.pool, layer.pool_noise_rms_percent)
        result.append((scale * mean, scale * rms))
    mean, rms = result[-1]
    offset_v = chip.mac.comparator_offset_mv * 1e-3 / math.sqrt(2)  # of each side of a pair
    result[-1] = mean, math.hypot(rms, offset_v / chip.mac.v_fs_v)
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


class CellErrors:
    """Mismatch of the MACs and stuck cells, new in every step.

    Gradients pass as if there were none. The network so learns to do without any single cell. A
    mismatch that all positions share is harder than that of the chip, where each has its own.
    """

    def __init__(self, chip: Chip, generator: torch.Generator, stuck: float) -> None:
        self._generator, self._stuck = generator, stuck
        self._rms = chip.mac.mismatch_rms_percent / 100
        self._bits = chip.chip.weight_bits

    def apply(self, codes: torch.Tensor) -> torch.Tensor:
        """Whole codes as wrong cells and unequal MACs make them."""
        wrong = codes.detach().clone()
        self._stick(wrong.view(-1))
        wrong *= 1 + self._rms * torch.randn(codes.shape, generator=self._generator)
        return codes + (wrong - codes.detach())

    def _stick(self, codes: torch.Tensor) -> None:
        """Turn single cells over: a sign, or a bit of the magnitude."""
        count = round(len(codes) * self._bits * self._stuck)
        index = torch.randint(len(codes), (count,), generator=self._generator)
        bit = torch.randint(self._bits, (count,), generator=self._generator)
        old = codes[index]
        place = (2 ** bit.clamp(max=self._bits - 2)).to(old.dtype)
        magnitude = old.abs()
        is_set = (magnitude / place).floor().remainder(2) == 1
        flipped = torch.where(is_set, magnitude - place, magnitude + place) * old.sign()
        codes[index] = torch.where(bit == self._bits - 1, -old, flipped)
