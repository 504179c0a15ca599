"""Holds a label and the layer outputs behind it against the golden network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chips import Chip
from chips.weights import Weights
from pymodel.macro import Macro
from tb.drivers.labels import Label
from tb.reference.network import golden_forward

TOLERANCE = 1e-5  # of full scale


def assert_golden_label(
    chip: Chip, weights: Weights, image: npt.NDArray[np.uint8], macro: Macro, label: Label
) -> None:
    """The last label, its layer clock and what every layer holds must be the golden ones."""
    held = [macro.held_v(layer) for layer in range(len(chip.layers))]
    assert_golden_outputs(chip, weights, image, held, label)


def assert_golden_outputs(
    chip: Chip,
    weights: Weights,
    image: npt.NDArray[np.uint8],
    held: Sequence[npt.NDArray[np.float32]],
    label: Label,
) -> None:
    """A label, its layer clock and all layer outputs, in volts, must be the golden ones."""
    golden = golden_forward(chip, weights, image)
    for layer, (volts, outputs) in enumerate(zip(held, golden, strict=True)):
        error = float(np.abs(volts / chip.mac.v_fs_v - outputs).max())
        assert error <= TOLERANCE, f"layer {layer} is off by {error:.2e} of full scale"
    assert label.label == golden[-1].argmax()
    assert label.layer_clocks == len(chip.layers)
    assert not label.ambiguous
