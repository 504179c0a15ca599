"""Holds a label and the layer outputs behind it against the golden network."""

from __future__ import annotations

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
    golden = golden_forward(chip, weights, image)
    for layer, outputs in enumerate(golden):
        error = float(np.abs(macro.held_v(layer) / chip.mac.v_fs_v - outputs).max())
        assert error <= TOLERANCE, f"layer {layer} is off by {error:.2e} of full scale"
    assert label.label == golden[-1].argmax()
    assert label.layer_clocks == len(chip.layers)
    assert not label.ambiguous
