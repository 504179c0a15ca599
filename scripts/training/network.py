"""The chip's network as the hardware computes it, differentiable."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch.nn import functional

from chips import Chip, InputError
from chips.sections import Layer
from chips.weights import Weights, code_shape
from scripts.training.noise import CellErrors, NoiseBank

INIT_CODE_RMS = 4.5  # of the weights at the start, in codes
INIT_SUM_RMS = (0.5, 0.3)  # of the stage sums at the start: after ReLU, bipolar
SATURATED_SLOPE = 0.1  # gradient of the bipolar output where it is clipped


def require_trainable(chip: Chip) -> None:
    """Refuse a chip whose layers this network does not describe."""
    if chip.chip.interlayer != "analog" or chip.layers[-1].relu:
        raise InputError(
            f"chip '{chip.name}' cannot be trained: analog layers and a bipolar last one needed"
        )


def forward(
    chip: Chip,
    weights: Sequence[torch.Tensor],
    inputs: torch.Tensor,
    noise: NoiseBank | None = None,
) -> torch.Tensor:
    """Outputs (n, classes) in V_fs for inputs 0..1 (n, channels, height, width).

    `weights` are gain times code, shaped as in the weight file. Without `noise` the forward value
    is exact; where a bipolar output is clipped the gradient keeps a small slope, so that a wrong
    class held at the limit is still pulled down.
    """
    x = inputs
    for index, (layer, weight) in enumerate(zip(chip.layers, weights, strict=True)):
        x = _stage(layer, _sums(layer, weight, x))
        if noise is not None:
            x = noise.add(index, x)
    return x


def _sums(layer: Layer, weight: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
    """Weighted sums of one layer; the last input of a fully connected layer is V_fs (bias)."""
    if layer.kind == "conv":
        return functional.conv2d(inputs, weight, padding=layer.kernel // 2)
    return functional.linear(inputs.flatten(1), weight[:, :-1], weight[:, -1])


def _stage(layer: Layer, sums: torch.Tensor) -> torch.Tensor:
    """Saturation and average pool of one layer."""
    if not layer.relu:
        return sums.clamp(-1, 1) + SATURATED_SLOPE * (sums - sums.detach())
    outputs = sums.clamp(0, 1)
    return functional.avg_pool2d(outputs, layer.pool) if layer.pool > 1 else outputs


def nearest_setting(chip: Chip, gain: float) -> tuple[int, int]:
    """`t_ctrl` and `cf_sel` whose gain is nearest to `gain`, with the longest fitting `t_ctrl`.

    The integration time stays in the upper half of its range as long as a capacitor allows it,
    where a step is finest, and never below a quarter.
    """
    unit = chip.gain(1, 0)
    longest, capacitors = chip.phases.t_ctrl_max_cycles, 2**chip.mac.cf_sel_bits
    cf_sel = math.floor(math.log2((longest + 0.5) * unit / gain))
    cf_sel = min(max(cf_sel, 0), capacitors - 1)
    t_ctrl = round(gain * 2**cf_sel / unit)
    return min(max(t_ctrl, longest // 4), longest), cf_sel


def chip_weights(chip: Chip, weights: Weights) -> list[torch.Tensor]:
    """Gain times code of a weight file, shaped for `forward`."""
    return [
        torch.from_numpy(codes.reshape(code_shape(chip, layer)).astype("float32"))
        * chip.gain(weights.t_ctrl[layer], weights.cf_sel[layer])
        for layer, codes in enumerate(weights.codes)
    ]


def _random_codes(chip: Chip, layer: int) -> torch.Tensor:
    """Gaussian codes with zero mean per filter and no bias."""
    code, limit = torch.randn(code_shape(chip, layer)), chip.chip.code_max
    inputs = code if chip.layers[layer].kind == "conv" else code[:, :-1]
    inputs -= inputs.mean(tuple(range(1, inputs.ndim)), keepdim=True)
    if chip.layers[layer].kind == "fc":
        code[:, -1] = 0
    return (code / code.std() * INIT_CODE_RMS).clamp(-limit, limit)


class Parameters:
    """What is trained: continuous weight codes per layer, and the logarithm of each gain."""

    def __init__(self, chip: Chip, codes: list[torch.Tensor], log_gains: torch.Tensor) -> None:
        self._chip = chip
        self.codes = codes
        self.log_gains = log_gains

    @classmethod
    def start(cls, chip: Chip, inputs: torch.Tensor) -> Parameters:
        """Random zero-mean codes from torch's seed; gains such that `inputs` spread well.

        inputs : (n, channels, height, width), 0..1
        """
        codes, gains = [], []
        x = inputs
        for index, layer in enumerate(chip.layers):
            code = _random_codes(chip, index)
            sums = _sums(layer, code, x)
            gain = INIT_SUM_RMS[0 if layer.relu else 1] / float(sums.std())
            x = _stage(layer, sums * gain)
            codes.append(code.requires_grad_())
            gains.append(math.log(gain))
        return cls(chip, codes, torch.tensor(gains).requires_grad_())

    def tensors(self) -> list[torch.Tensor]:
        """All parameters."""
        return [*self.codes, self.log_gains]

    def copy(self) -> Parameters:
        """Detached copy."""
        *codes, log_gains = (t.detach().clone() for t in self.tensors())
        return Parameters(self._chip, codes, log_gains)

    def clamp_codes(self) -> None:
        """Bring codes that left the range back to its limit."""
        limit = self._chip.chip.code_max
        with torch.no_grad():
            for code in self.codes:
                code.clamp_(-limit, limit)

    def effective(self, quantized: bool, errors: CellErrors | None = None) -> list[torch.Tensor]:
        """Gain times code per layer for `forward`.

        Quantized: codes rounded, with the errors of cells, and gains as `t_ctrl` and `cf_sel` give
        them; the gradient passes as if they were not (straight-through).
        """
        gains = self.log_gains.exp()
        if not quantized:
            return [gains[k] * code for k, code in enumerate(self.codes)]
        settings = [nearest_setting(self._chip, g) for g in gains.tolist()]
        real = torch.tensor([self._chip.gain(*s) for s in settings])
        gains = gains + (real - gains).detach()
        rounded = [code + (code.round() - code).detach() for code in self.codes]
        if errors is not None:
            rounded = [errors.apply(code) for code in rounded]
        return [gains[k] * code for k, code in enumerate(rounded)]

    def to_weights(self) -> Weights:
        """Round to chip codes."""
        settings = [nearest_setting(self._chip, math.exp(g)) for g in self.log_gains.tolist()]
        t_ctrl, cf_sel = zip(*settings, strict=True)
        codes = [c.detach().round().to(torch.int8).flatten(1).numpy() for c in self.codes]
        return Weights(tuple(codes), t_ctrl, cf_sel)
