"""Train a chip's network: 5-bit weights, quantized gains and the errors of the circuit in the loop.

python scripts/train.py --chip cifar10 --data DIR --out chips/cifar10/weights.npz

A larger network in floating point is trained first; what it thinks of each image is a target beside
the label. DIR holds the CIFAR-10 binary version; without --data it is $CIFAR10_DIR, or
data/cifar10, to which the official files are then downloaded. The weights that do best with noise
on the last 5,000 training images are kept; the test images decide nothing. Every epoch ends with a
checkpoint: the same command continues an interrupted run, and gives the same weights for the same
--threads.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import InputError, load_chip  # noqa: E402
from chips.weights import default_weights, load_weights  # noqa: E402
from scripts.fetch_data import CIFAR10, fetch  # noqa: E402

SMOKE_IMAGES = 5_120
TEST_NOISE_SEEDS = range(5)


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Command line; numbers that cannot be used are refused here."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chip", default="cifar10", help="chip description (default: cifar10)")
    parser.add_argument("--data", type=Path, help="folder with data_batch_1..5.bin")
    parser.add_argument("--out", type=Path, help="default: chips/<chip>/weights.npz")
    parser.add_argument("--epochs-float", type=int, default=20, help="without rounding and noise")
    parser.add_argument("--epochs-noisy", type=int, default=380, help="as the hardware computes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpoint", type=Path, help="default: build/train/<chip>.pt")
    parser.add_argument("--smoke", action="store_true", help="one epoch of each kind on few images")
    args = parser.parse_args(arguments)
    if min(args.epochs_float, args.epochs_noisy) < 0 or args.epochs_float + args.epochs_noisy < 1:
        parser.error("--epochs-float and --epochs-noisy must not be negative, nor both 0")
    if args.seed < 0 or args.threads < 1:
        parser.error("--seed must be at least 0, --threads at least 1")
    return args


def data_folder(named: Path | None) -> Path:
    """Folder of the data: as named, or from the environment, or downloaded."""
    if named is not None:
        return named
    if "CIFAR10_DIR" in os.environ:
        return Path(os.environ["CIFAR10_DIR"])
    folder = ROOT / "data" / "cifar10"
    if not folder.is_dir():
        fetch(CIFAR10, folder)
    return folder


def train(args: argparse.Namespace) -> None:
    """Train, write the weights, report their accuracy."""
    import torch

    from scripts.training.data import read_images, read_training
    from scripts.training.loop import Recipe, Trainer, accuracy, judged_views
    from scripts.training.network import require_trainable

    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    chip = load_chip(args.chip)
    require_trainable(chip)
    out = args.out or default_weights(chip)
    if not out.parent.is_dir():
        raise InputError(f"{out.parent}: no such folder")
    data = data_folder(args.data)
    checkpoint = args.checkpoint or ROOT / "build" / "train" / f"{chip.name}.pt"
    recipe = Recipe(chip.name, args.seed, args.epochs_float, args.epochs_noisy)
    training, holdout = read_training(data, chip)
    if args.smoke:
        checkpoint = checkpoint.with_name(f"smoke-{checkpoint.name}")
        recipe = Recipe(chip.name, args.seed, 1, 1, views=1, teacher_epochs=1)
        training = training.part(0, SMOKE_IMAGES)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    views = judged_views(chip, recipe, training, holdout, checkpoint)
    Trainer(chip, recipe, training, holdout, views, checkpoint).run(out)
    checkpoint.unlink()

    weights = load_weights(out, chip)
    sets = {"hold-out": holdout}
    if (data / "test_batch.bin").is_file():
        sets["test"] = read_images(data / "test_batch.bin", chip)
    for name, images in sets.items():
        clean = 100 * accuracy(chip, weights, images, None)
        noisy = [100 * accuracy(chip, weights, images, seed) for seed in TEST_NOISE_SEEDS]
        print(
            f"{name} ({len(images.labels)} images): {clean:.2f} % clean, "
            f"{statistics.mean(noisy):.2f} +- {statistics.stdev(noisy):.2f} % noisy "
            f"({len(noisy)} seeds)"
        )


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    args = parse_arguments(arguments)
    try:
        train(args)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        print(
            "train: PyTorch is not installed: pip install -r requirements-train.txt",
            file=sys.stderr,
        )
        return 2
    except InputError as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ntrain: interrupted; the same command continues", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
