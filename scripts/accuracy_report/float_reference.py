"""What the network gave in float32 before its weights were rounded, if the training left it.

A weight file holds codes only. Beside `weights.npz` the training may leave `weights.json`, some
hundred bytes instead of the half megabyte of the float32 weights:

    {"weights_sha256": "...", "float_percent": 85.1, "images": 5000}

float_percent: of the first `images` test images, float32, without noise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from chips.errors import InputError
from scripts.sources import file_hash


@dataclass(frozen=True)
class FloatReference:
    """Accuracy in percent, on so many test images."""

    percent: float
    images: int


def float_reference(weights: Path) -> FloatReference | None:
    """The reference beside a weight file; None: not kept.

    Raises
    ------
    InputError
        Not such a file, no percentage, or one of other weights.
    """
    path = weights.with_suffix(".json")
    if not path.exists():
        return None
    try:
        values = json.loads(path.read_text())
        found = FloatReference(float(values["float_percent"]), int(values["images"]))
        owner = values["weights_sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: no float reference: {error!r}") from None
    if not (0 <= found.percent <= 100 and found.images >= 1):
        raise InputError(
            f"{path}: {found.percent:g} % of {found.images} images, allowed are 0..100 % of 1.."
        )
    if owner != file_hash(weights):
        raise InputError(f"{path}: belongs to other weights than {weights.name}; remove it")
    return found
