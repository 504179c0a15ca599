"""Write the weights and images of the small test chip: random codes, random pictures.

python scripts/make_mini.py

The network is not trained: its labels are what plain algebra gives, so that they prove the chip.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import Chip, load_chip  # noqa: E402
from chips.images import embedded_images  # noqa: E402
from chips.weights import Weights, default_weights, save_weights  # noqa: E402
from tb.reference.network import golden_forward, golden_label  # noqa: E402

IMAGES = 16
T_CTRL = 24
SPREAD = 0.35  # RMS of a layer's output in full scale


def random_weights(chip: Chip, pixels: npt.NDArray[np.uint8], seed: int) -> Weights:
    """Random codes, with the capacitor of each layer chosen so that its outputs use their range."""
    rng = np.random.default_rng(seed)
    limit = chip.chip.code_max
    codes = tuple(
        rng.integers(-limit, limit + 1, (g.filters, g.rows)).astype(np.int8) for g in chip.geometry
    )
    cf_sel = [0] * len(codes)
    for layer in range(len(codes)):
        for cf_sel[layer] in range(2**chip.mac.cf_sel_bits):
            trial = Weights(codes, (T_CTRL,) * len(codes), tuple(cf_sel))
            outputs = [golden_forward(chip, trial, image)[layer] for image in pixels]
            if np.sqrt(np.mean(np.square(outputs))) < SPREAD:
                break
    return Weights(codes, (T_CTRL,) * len(codes), tuple(cf_sel))


def random_pictures(chip: Chip, seed: int) -> npt.NDArray[np.uint8]:
    """Pictures uint8 (IMAGES, bytes): noise on a random brightness per quadrant and channel."""
    rng = np.random.default_rng(seed)
    ident = chip.chip
    coarse = rng.random((IMAGES, ident.input_channels, 2, 2))
    size = (1, 1, ident.input_height // 2, ident.input_width // 2)
    smooth = np.kron(coarse, np.ones(size))
    pixels = 255 * smooth * rng.random(smooth.shape) ** 0.5
    return pixels.reshape(IMAGES, -1).astype(np.uint8)


def main() -> int:
    """Write both files, for the first seed that lets every class win."""
    chip = load_chip("mini")
    for seed in range(1, 1000):
        pixels = random_pictures(chip, seed)
        weights = random_weights(chip, pixels, seed)
        labels = np.array([golden_label(chip, weights, image) for image in pixels], np.uint8)
        if np.bincount(labels, minlength=chip.chip.classes).min() >= 2:
            break
    save_weights(default_weights(chip), chip, weights)
    np.column_stack([labels, pixels]).tofile(embedded_images(chip))
    print(f"seed {seed}, cf_sel {weights.cf_sel}, labels {labels.tolist()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
