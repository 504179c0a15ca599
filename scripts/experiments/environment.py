"""What heat, time and dose leave of the accuracy: cells, readers and MACs, all else ideal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from chips.images import ImageSet
from chips.weights import Weights, weight_words, word_masks
from pymodel.device import Device
from pymodel.environment import Environment, chip_in
from pymodel.mac import load_macs
from pymodel.macro import Macro
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.refresh import sweep_s
from pymodel.rng import FloatArray
from scripts.experiments.images import accuracy_percent

TEN_YEARS_S = 3.156e8
TEMPERATURES_K = (233.0, 253.0, 273.0, 300.0, 305.0, 310.0, 315.0, 320.0, 333.0, 358.0, 398.0)
AGED_K = (300.0, 358.0, 398.0)
DOSES_KRAD = (0.0, 50.0, 100.0, 150.0, 200.0, 300.0, 500.0)
TEMPERATURES = (
    *(Environment(temperature_k) for temperature_k in TEMPERATURES_K),
    *(Environment(temperature_k, TEN_YEARS_S) for temperature_k in AGED_K),
)
DOSES = tuple(Environment(dose_krad=dose_krad) for dose_krad in DOSES_KRAD)


@dataclass(frozen=True)
class Row:
    """A die in one environment, right after a read or as long after it as a refresh can take.

    wrong_cells: their gate is nearer to the other state than to the wanted one.
    """

    temperature_k: float
    age_s: float
    dose_krad: float
    held_us: float
    images: int
    wrong_cells: int
    accuracy_percent: float


def longest_hold_s(chip: Chip) -> float:
    """Age of a node at the end of a refresh under full load: interval, sweep, one layer clock."""
    layer_s = chip.clock.layer_period_cycles * chip.clock.clk_period_s
    swept_s = sweep_s(chip, under_load=True) + layer_s
    return max(chip.reader.refresh_interval_us * 1e-6, swept_s) + swept_s


def rows(
    chip: Chip,
    device: Device,
    weights: Weights,
    images: ImageSet,
    environments: Sequence[Environment],
    *,
    seed: int,
) -> list[Row]:
    """Every environment, fresh and at the end of the refresh."""
    found = []
    for environment in environments:
        macro = Macro(chip, device, seed=seed, environment=environment)
        macro.preset_weights(weights)
        macro.read_all(0.0)
        for held_s in (0.0, longest_hold_s(chip)):
            gates = [macro.gates(layer, held_s) for layer in range(len(chip.layers))]
            found.append(_row(chip, weights, images, environment, held_s, gates))
    return found


def _row(
    chip: Chip,
    weights: Weights,
    images: ImageSet,
    environment: Environment,
    held_s: float,
    gates: list[FloatArray],
) -> Row:
    wrong = np.abs(np.concatenate(gates) - weight_words(chip, weights)) > 0.5
    circuit = chip_in(chip, environment)
    network = Network(circuit, weights, macs=load_macs(circuit, gates, Effects.none()))
    return Row(
        environment.temperature_k,
        environment.age_s,
        environment.dose_krad,
        held_s * 1e6,
        len(images),
        int((wrong & word_masks(chip)).sum()),
        accuracy_percent(network, images),
    )


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal."""
    yield "temperature          age       dose    since the read   wrong cells   accuracy"
    for row in found:
        yield (
            f"{row.temperature_k:9.0f} K {row.age_s:10.3g} s {row.dose_krad:6.0f} krad "
            f"{row.held_us:13.0f} us {row.wrong_cells:13,} {row.accuracy_percent:8.2f} %"
        )


def fill_temperatures(axes: Axes, found: Sequence[Row]) -> None:
    """Accuracy over the temperature."""
    _fill(axes, found, "temperature_k")
    axes.set_xlabel("temperature (K)")


def fill_doses(axes: Axes, found: Sequence[Row]) -> None:
    """Accuracy over the dose."""
    _fill(axes, found, "dose_krad")
    axes.set_xlabel("total ionizing dose (krad)")


def _fill(axes: Axes, found: Sequence[Row], name: str) -> None:
    """Accuracy over one quantity, a line per age of cells and nodes; the number of wrong cells."""
    for age_s, held_us in dict.fromkeys((row.age_s, row.held_us) for row in found):
        chosen = [row for row in found if (row.age_s, row.held_us) == (age_s, held_us)]
        places, percents = ([getattr(r, n) for r in chosen] for n in (name, "accuracy_percent"))
        mark = "x" if age_s else "o-"
        axes.plot(places, percents, mark, ms=4, lw=1, label=_label(age_s, held_us))
    for row in found:
        if row.wrong_cells and not row.age_s:
            place = getattr(row, name), row.accuracy_percent
            text = f"{row.wrong_cells:,}"
            axes.annotate(text, place, (2, 4), textcoords="offset points", fontsize=6, rotation=60)
    axes.margins(x=0.08)
    axes.set_ylim(0, 100)
    axes.set_ylabel("accuracy (%)")
    axes.set_title(f"one die, {found[0].images:,} images; numbers: wrong cells", fontsize=9)
    axes.legend(fontsize=8)


def _label(age_s: float, held_us: float) -> str:
    """Age of cells and nodes in words."""
    node = f"{held_us:.0f} us after the read" if held_us else "right after a read"
    return f"{node}, cells of ten years" if age_s else node
