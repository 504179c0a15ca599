"""The golden network: independent of the analog model, and equal to it without effects."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from chips import load_chip
from pymodel.network import Network
from pymodel.tests.samples import random_images, random_weights
from tb.reference.network import golden_forward, golden_label

REFERENCE = Path(__file__).parent / "reference"
IMAGES = 10


def imported_packages(path: Path) -> set[str]:
    """Top-level packages that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
            assert node.level == 0, f"{path.name}: relative import"
    return names


def test_the_reference_imports_nothing_of_the_model() -> None:
    for path in REFERENCE.rglob("*.py"):
        assert imported_packages(path) <= {"__future__", "numpy", "typing", "chips"}, path.name
        assert "__import__" not in path.read_text()
        assert "importlib" not in path.read_text()


@pytest.mark.parametrize("name", ["mini", "cifar10"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_model_without_effects_agrees_with_the_reference(name: str, seed: int) -> None:
    chip = load_chip(name)
    weights, images = random_weights(chip, seed), random_images(chip, IMAGES, seed)
    outputs = Network(chip, weights).forward(images)
    for index, image in enumerate(images):
        golden = golden_forward(chip, weights, image)
        for layer, expected in zip(outputs.layers, golden, strict=True):
            assert np.abs(layer[index] / chip.mac.v_fs_v - expected).max() < 1e-5
        assert outputs.labels[index] == golden_label(chip, weights, image)


def test_the_reference_gives_ties_to_the_lowest_class() -> None:
    chip = load_chip("mini")
    weights = random_weights(chip)
    weights.codes[-1][:] = 0
    assert golden_label(chip, weights, random_images(chip, 1)[0]) == 0
