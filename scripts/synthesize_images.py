"""Make the image set that ships with a chip from its weights; no real image is involved.

python scripts/synthesize_images.py --chip cifar10

Writes `chips/<chip>/images.bin`, records of a label byte and the pixel bytes. The label is the
class that the noise-free network gives. Three of eight pictures lie close to a class boundary:
their top-two margin is below 2 % of the output range, so that a small error shows in the label.
The others keep their label under noise.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import InputError, load_chip  # noqa: E402
from chips.images import embedded_images  # noqa: E402
from chips.weights import default_weights, load_weights  # noqa: E402

PICTURES = 128
CLOSE_OF_EIGHT = (1, 4, 7)  # pictures near a boundary, of every eight
ROUNDS = 10  # of painting anew what did not come out


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chip", default="cifar10", help="chip description (default: cifar10)")
    parser.add_argument("--weights", type=Path, help="default: chips/<chip>/weights.npz")
    parser.add_argument("--out", type=Path, help="default: chips/<chip>/images.bin")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args(arguments)
    if args.seed < 0 or args.threads < 1:
        parser.error("--seed must be at least 0, --threads at least 1")
    return args


def synthesize(args: argparse.Namespace) -> None:
    """Paint and check the pictures, paint those anew that are not what they should be, write."""
    import torch

    from scripts.training.network import require_trainable
    from scripts.training.synthesis import Painter

    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    chip = load_chip(args.chip)
    require_trainable(chip)
    weights = load_weights(args.weights or default_weights(chip), chip)
    painter = Painter(chip, weights, torch.Generator().manual_seed(args.seed))

    number = torch.arange(PICTURES)
    labels = number % chip.chip.classes
    close = torch.isin(number % 8, torch.tensor(CLOSE_OF_EIGHT))
    pictures = torch.zeros((PICTURES, *chip.geometry[0].in_shape), dtype=torch.int64)
    missing = number
    for _ in range(ROUNDS):
        pictures[missing] = painter.pictures(labels[missing], close[missing])
        missing = missing[~painter.fit(pictures[missing], labels[missing], close[missing])]
        if len(missing) == 0:
            break
    else:
        raise InputError(f"{len(missing)} of {PICTURES} pictures do not come out: poor weights")

    write_records(args.out or embedded_images(chip), labels.numpy(), pictures.numpy())
    leads = painter.leads(pictures, labels)
    print(
        f"{PICTURES} pictures: {int(close.sum())} with a margin of "
        f"{leads[close].min():.4f}..{leads[close].max():.4f} V_fs, "
        f"the others with at least {leads[~close].min():.2f} V_fs"
    )


def write_records(
    path: Path, labels: npt.NDArray[np.int64], pictures: npt.NDArray[np.int64]
) -> None:
    """Write labels (n,) and byte values (n, channels, height, width) whole or not at all."""
    table = np.column_stack([labels, pictures.reshape(len(labels), -1)]).astype(np.uint8)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(table.tobytes())
    partial.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    args = parse_arguments(arguments)
    try:
        synthesize(args)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        print(
            "synthesize_images: PyTorch is not installed: pip install -r requirements-train.txt",
            file=sys.stderr,
        )
        return 2
    except InputError as error:
        print(f"synthesize_images: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
