"""The network without pins: independent of batch, order and thread count."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from chips import Chip, InputError, load_chip
from chips.weights import Weights
from pymodel.comparator import compare
from pymodel.mac import code_gates, load_macs
from pymodel.network import Network, Outputs
from pymodel.noise import Effects
from pymodel.tests.samples import random_images, random_weights

ROOT = Path(__file__).resolve().parents[2]
CHECKSUM = """
from chips import load_chip
from pymodel.tests.test_network import checksum
print(checksum(load_chip("cifar10")))
"""


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("cifar10")


@pytest.fixture(scope="module")
def weights(chip: Chip) -> Weights:
    return random_weights(chip)


@pytest.fixture(scope="module")
def images(chip: Chip) -> npt.NDArray[np.uint8]:
    return random_images(chip, 100)


def checksum(chip: Chip) -> str:
    """Hash of all outputs of a few images with every effect on."""
    network = Network(chip, random_weights(chip), effects=Effects.all(), seed=1)
    outputs = network.forward(random_images(chip, 5))
    return hashlib.md5(b"".join(layer.tobytes() for layer in outputs.layers)).hexdigest()


def same(one: Outputs, other: Outputs) -> bool:
    layers = zip(one.layers, other.layers, strict=True)
    return all(np.array_equal(a, b) for a, b in layers) and np.array_equal(
        one.decisions, other.decisions
    )


def joined(parts: list[Outputs]) -> Outputs:
    layers = tuple(np.concatenate(held) for held in zip(*(p.layers for p in parts), strict=True))
    return Outputs(
        layers,
        np.concatenate([p.decisions for p in parts]),
        np.concatenate([p.labels for p in parts]),
        np.concatenate([p.ambiguous for p in parts]),
    )


@pytest.mark.parametrize("effects", [Effects.none(), Effects.all()])
@pytest.mark.parametrize("batch", [1, 7])
def test_bits_do_not_depend_on_the_batch(
    chip: Chip,
    weights: Weights,
    images: npt.NDArray[np.uint8],
    effects: Effects,
    batch: int,
) -> None:
    network = Network(chip, weights, effects=effects, seed=1)
    parts = [network.forward(images[i : i + batch], i) for i in range(0, 100, batch)]
    assert same(network.forward(images), joined(parts))


def test_bits_do_not_depend_on_the_order(
    chip: Chip, weights: Weights, images: npt.NDArray[np.uint8]
) -> None:
    network = Network(chip, weights, effects=Effects.all(), seed=1)
    late = network.forward(images[60:], 60)
    early = network.forward(images[:60])
    again = Network(chip, weights, effects=Effects.all(), seed=1).forward(images)
    assert same(again, joined([early, late]))


def test_bits_do_not_depend_on_the_thread_count(chip: Chip) -> None:
    expected = checksum(chip)
    for threads in ("1", "2", "8"):
        child = subprocess.run(
            [sys.executable, "-c", CHECKSUM],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert child.stdout.strip() == expected, f"{threads} threads"


def test_stages_are_neither_starved_nor_flooded(
    chip: Chip, weights: Weights, images: npt.NDArray[np.uint8]
) -> None:
    for layer in Network(chip, weights).forward(images[:10]).layers:
        inside = (np.abs(layer) > 1e-3) & (np.abs(layer) < 0.999)
        assert inside.mean() > 0.1


def test_seed_die_and_image_number_change_the_noise(
    chip: Chip, weights: Weights, images: npt.NDArray[np.uint8]
) -> None:
    effects = Effects(stage_noise=True)
    first = Network(chip, weights, effects=effects, seed=1).forward(images[:2])
    others = [
        Network(chip, weights, effects=effects, seed=2).forward(images[:2]),
        Network(chip, weights, effects=effects, seed=1, die=1).forward(images[:2]),
        Network(chip, weights, effects=effects, seed=1).forward(images[:2], 1),
    ]
    assert not any(same(first, other) for other in others)


@pytest.mark.parametrize("error", [-1.0, -2.0, math.nan, math.inf])
def test_an_error_that_leaves_no_integration_is_refused(
    chip: Chip, weights: Weights, error: float
) -> None:
    with pytest.raises(InputError, match=r"t_ctrl_error .*, must be above -1 and finite"):
        Network(chip, weights, t_ctrl_error=error)


def test_without_effects_the_seed_changes_nothing(
    chip: Chip, weights: Weights, images: npt.NDArray[np.uint8]
) -> None:
    runs = [Network(chip, weights, seed=seed, die=seed).forward(images[:3]) for seed in (1, 2)]
    assert same(*runs)


@pytest.mark.parametrize("effect", [f.name for f in fields(Effects) if f.name != "sense_noise"])
def test_each_effect_has_its_switch(
    chip: Chip, weights: Weights, images: npt.NDArray[np.uint8], effect: str
) -> None:
    loud = replace(chip, mac=replace(chip.mac, comparator_noise_mv=5.0, settle_tau_ns=20.0))
    clean = Network(chip, weights, seed=1).forward(images)
    noisy = Network(loud, weights, seed=1, effects=Effects(**{effect: True})).forward(images)
    if effect.startswith("comparator"):
        assert np.array_equal(clean.layers[-1], noisy.layers[-1])
        assert not np.array_equal(clean.decisions, noisy.decisions)
    else:
        assert not np.array_equal(clean.layers[0], noisy.layers[0])


def test_labels_alone_are_those_of_the_full_outputs(
    chip: Chip, weights: Weights, images: npt.NDArray[np.uint8]
) -> None:
    network = Network(chip, weights, effects=Effects.all(), seed=1)
    assert np.array_equal(network.labels(images, 3), network.forward(images, 3).labels)


def test_trims_decide_between_equal_classes(
    chip: Chip, weights: Weights, images: npt.NDArray[np.uint8]
) -> None:
    last = weights.codes[-1].copy()
    last[1] = last[0]
    twins = Weights((*weights.codes[:-1], last), weights.t_ctrl, weights.cf_sel)
    for trim, first_wins in ((0, True), (1, True), (-1, False)):
        network = Network(chip, twins, trims=(trim, *(0,) * 9))
        assert (network.forward(images).decisions[:, 0] == first_wins).all()


def test_the_last_outputs_droop_until_the_comparators_look(
    chip: Chip, weights: Weights, images: npt.NDArray[np.uint8]
) -> None:
    leaky = replace(chip, mac=replace(chip.mac, hold_tau_us=0.01))
    trims = (9, -9, 5, -5, 0, 0, 3, -3, 1, -1)
    outputs = Network(leaky, weights, effects=Effects(droop=True), trims=trims).forward(images)
    age_s = leaky.phases.gap_cycles * leaky.clock.clk_period_s
    volts = outputs.layers[-1].reshape(len(images), -1) * np.exp(-age_s / 0.01e-6)
    expected = compare(volts + np.array(trims) * 1e-3, np.float32(0))
    assert np.array_equal(outputs.decisions, expected)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 3, 32, 31), np.uint8),
        np.zeros((2, 3072), np.float32),
        np.zeros((0, 3072), np.uint8),
    ],
)
def test_images_that_do_not_fit_are_refused(chip: Chip, weights: Weights, images: Any) -> None:
    with pytest.raises(InputError, match="images"):
        Network(chip, weights).forward(images)


def test_weights_that_do_not_fit_are_refused(chip: Chip, weights: Weights) -> None:
    codes = (weights.codes[0] + 0, *weights.codes[1:])
    codes[0][0, 0] = 16
    with pytest.raises(InputError, match="layer 0: allowed are codes"):
        Network(chip, Weights(codes, weights.t_ctrl, weights.cf_sel))
    with pytest.raises(InputError, match="layer 1: shape"):
        Network(chip, Weights(weights.codes[:1] * 6, weights.t_ctrl, weights.cf_sel))


def test_gates_that_do_not_fit_are_refused(chip: Chip, weights: Weights) -> None:
    gates = code_gates(chip, weights)
    with pytest.raises(InputError, match="gates: shapes"):
        load_macs(chip, gates[:5], Effects.none())
    gates[2] = gates[2] * np.float32(1.5)
    with pytest.raises(InputError, match="gates of layer 2"):
        load_macs(chip, gates, Effects.none())


def test_macs_of_other_layers_are_refused(chip: Chip, weights: Weights) -> None:
    macs = load_macs(chip, code_gates(chip, weights), Effects.none())
    with pytest.raises(InputError, match="macs: 5 layers, the chip has 6"):
        Network(chip, weights, macs=macs[:5])


def test_gates_take_the_place_of_the_codes(
    chip: Chip, weights: Weights, images: npt.NDArray[np.uint8]
) -> None:
    gates = code_gates(chip, weights)
    ideal = Network(chip, weights).forward(images[:2])
    assert same(
        Network(chip, weights, macs=load_macs(chip, gates, Effects.none())).forward(images[:2]),
        ideal,
    )
    gates[0] = 1 - gates[0]
    other = Network(chip, weights, macs=load_macs(chip, gates, Effects.none())).forward(images[:2])
    assert not np.array_equal(other.layers[0], ideal.layers[0])
