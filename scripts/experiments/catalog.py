"""All experiments by name: what they need, their rows, how these are printed and drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from chips.description import Chip
from chips.images import ImageSet
from chips.weights import Weights
from pymodel.device import Device
from scripts.experiments import (
    calibration,
    device_loss,
    effect_loss,
    environment,
    image_energy,
    interlayer,
    read_errors,
    read_life,
    reader_power,
)


@dataclass(frozen=True)
class Inputs:
    """What the experiments run on.

    dies: of the read errors, the published devices and the calibration. runs: seeds of the effects.
    """

    chip: Chip
    device: Device
    weights: Weights
    images: ImageSet
    seed: int
    dies: int
    runs: int


@dataclass(frozen=True)
class Experiment:
    """How to get its rows, how to print them, how to draw them."""

    rows: Callable[[Inputs], Sequence[Any]]
    lines: Callable[[Sequence[Any]], Iterator[str]]
    fill: Callable[[Axes, Sequence[Any]], None]


EXPERIMENTS = {
    "read_errors": Experiment(
        lambda i: read_errors.rows(i.chip, i.device, i.weights, seed=i.seed, dies=i.dies),
        read_errors.lines,
        read_errors.fill,
    ),
    "effect_loss": Experiment(
        lambda i: effect_loss.rows(i.chip, i.weights, i.images, seed=i.seed, runs=i.runs),
        effect_loss.lines,
        effect_loss.fill,
    ),
    "interlayer": Experiment(
        lambda i: interlayer.rows(i.chip, i.weights, i.images, seed=i.seed, runs=i.runs),
        interlayer.lines,
        interlayer.fill,
    ),
    "device_loss": Experiment(
        lambda i: device_loss.rows(i.chip, i.weights, i.images, seed=i.seed, dies=i.dies),
        device_loss.lines,
        device_loss.fill,
    ),
    "temperature": Experiment(
        lambda i: environment.rows(
            i.chip, i.device, i.weights, i.images, environment.TEMPERATURES, seed=i.seed
        ),
        environment.lines,
        environment.fill_temperatures,
    ),
    "dose": Experiment(
        lambda i: environment.rows(
            i.chip, i.device, i.weights, i.images, environment.DOSES, seed=i.seed
        ),
        environment.lines,
        environment.fill_doses,
    ),
    "calibration": Experiment(
        lambda i: calibration.rows(i.chip, i.weights, i.images, seed=i.seed, dies=i.dies),
        calibration.lines,
        calibration.fill,
    ),
    "image_energy": Experiment(
        lambda i: image_energy.rows(i.chip, i.device, i.weights, i.images, seed=i.seed),
        image_energy.lines,
        image_energy.fill,
    ),
    "read_life": Experiment(
        lambda i: read_life.rows(i.chip, i.device), read_life.lines, read_life.fill
    ),
    "reader_power": Experiment(
        lambda i: reader_power.rows(i.chip, i.device, i.weights, seed=i.seed),
        reader_power.lines,
        reader_power.fill,
    ),
}
