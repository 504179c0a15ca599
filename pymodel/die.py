"""One die at one point of the design space: its cells drawn, read, and made a network.

The cells go the way of the chip: they land around their level, the pulsed reader turns them into
gates, and the gates are the weights. A point moves what a designer would move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from chips.description import Chip
from chips.errors import InputError
from chips.sections import Layer
from chips.weights import Weights, weight_words, word_masks
from pymodel.cell import BoolArray
from pymodel.defects import drawn_defects
from pymodel.device import Device, Level
from pymodel.environment import Environment
from pymodel.mac import load_macs
from pymodel.macro import Macro
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.requantisation import requantised
from pymodel.retention import ROOM_K
from pymodel.rng import FloatArray
from pymodel.switching import compliance_ohm

LIMITS = {
    "ratio": (1.0, 1000.0),
    "variation": (0.001, 0.99),
    "spread": (0.001, 10.0),
    "r_ref_ohm": (1.0, 1e9),
    "noise_scale": (0.0, 100.0),
    "t_ctrl_error": (-0.99, 10.0),
    "hold_s": (0.0, 1.0),
    "stuck": (0.0, 1.0),
    "weight_bits": (2.0, 8.0),
}  # of what a point may hold, ends included; an `Environment` has its own


@dataclass(frozen=True)
class Point:
    """Where a die stands; None: as device and chip have it.

    ratio: Roff / Ron, of the nominal resistances of the two levels. The low one stays at the upper
    bound of the device (the end of its verify window), the high one is ratio times that.
    variation: no cell is further from the nominal resistance of its level, relative to it.
    spread: RMS of the normal number behind the variation, in parts of the bound; at 0.85 cells are
    spread almost evenly up to the bound.
    r_ref_ohm: reference of the reader; if only a ratio is given, the geometric mean of both levels.
    noise_scale: factor on mean and RMS of the noise of all stages.
    t_ctrl_error: relative error of all integration times.
    hold_s: time since the storage nodes were read; they leak.
    stuck: fraction of the cells that is stuck, low or high with the same chance.
    weight_bits: bits of a weight with its sign, a whole number, not above that of the chip: the
    weights are rounded to them, with new gains. Their other cells stay low.
    temperature_k, age_s, dose_krad: environment of the die.

    Raises
    ------
    InputError
        A value beyond `LIMITS`, or no such environment.
    """

    ratio: float | None = None
    variation: float | None = None
    spread: float | None = None
    r_ref_ohm: float | None = None
    noise_scale: float = 1.0
    t_ctrl_error: float = 0.0
    hold_s: float = 0.0
    stuck: float = 0.0
    weight_bits: float | None = None
    temperature_k: float = ROOM_K
    age_s: float = 0.0
    dose_krad: float = 0.0

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise InputError(f"{name} {value:g}, allowed are {low:g}..{high:g}")
        if self.weight_bits is not None and self.weight_bits % 1:
            raise InputError(f"weight_bits {self.weight_bits:g}, must be a whole number")
        _ = self.environment

    @property
    def environment(self) -> Environment:
        """Environment of the die."""
        return Environment(self.temperature_k, self.age_s, self.dose_krad)


@dataclass(frozen=True)
class Die:
    """A die as a network, and how its cells were read.

    cells: how many exist. wrong: their gate is nearer to the other state than to the wanted one.
    partial: their gate is neither fully on nor fully off.
    """

    network: Network
    cells: int
    wrong: int
    partial: int


def nominal_ohm(device: Device, ratio: float) -> tuple[float, float]:
    """Nominal resistances of the low and the high level of cells with this ratio, in ohms.

    Raises
    ------
    InputError
        The cells have more than two levels, or no upper bound of the lower one.
    """
    low_ohm = device.levels[0].verify_hi_ohm
    if len(device.levels) != 2 or low_ohm is None:
        raise InputError(f"ratio: device '{device.name}' must have two levels, the lower bounded")
    return low_ohm, ratio * low_ohm


def device_at(device: Device, point: Point, wl_v: float) -> Device:
    """The device with the variation and the levels of a point.

    Parameters
    ----------
    wl_v : word line of a SET, in volts

    Raises
    ------
    InputError
        No cell can have these resistances.
    """
    moved = _with_variation(device, point)
    if point.ratio is None:
        return moved
    try:
        return _with_levels(moved, *nominal_ohm(device, point.ratio), wl_v)
    except InputError as error:
        raise InputError(f"ratio {point.ratio:g} of device '{device.name}': {error}") from None


def _with_variation(device: Device, point: Point) -> Device:
    old = device.resistance
    bound = old.variation_bound if point.variation is None else point.variation
    spread = old.variation_rms / old.variation_bound if point.spread is None else point.spread
    new = replace(old, variation_bound=bound, variation_rms=spread * bound)
    return replace(device, resistance=new)


def _with_levels(device: Device, low_ohm: float, high_ohm: float, wl_v: float) -> Device:
    """Cells whose levels lie around these resistances, as far as the variation takes them.

    `CellArray.preset` puts the low level at V / I of the compliance and the high one at the
    geometric mean of its ends.
    """
    bound = device.resistance.variation_bound
    ends = replace(
        device.resistance,
        set_voltage_v=low_ohm / compliance_ohm(device.access, 1.0, wl_v),
        lrs_min_ohm=low_ohm * (1 - bound),
        hrs_max_ohm=high_ohm / (1 - bound),
    )
    low, high = device.levels
    levels = (
        Level(low.name, verify_hi_ohm=low_ohm * (1 + bound)),
        Level(high.name, verify_lo_ohm=high_ohm * (1 - bound)),
    )
    return replace(device, resistance=ends, levels=levels, tuning=None)


def chip_at(chip: Chip, device: Device, point: Point) -> Chip:
    """The chip with the reference and the stage noise of a point.

    Raises
    ------
    InputError
        A reference that draws so much that the banks cannot be refreshed in time.
    """
    r_ref_ohm = _reference_ohm(device, point) or chip.reader.r_ref_ohm
    layers = tuple(_noisier(layer, point.noise_scale) for layer in chip.layers)
    try:
        return replace(chip, reader=replace(chip.reader, r_ref_ohm=r_ref_ohm), layers=layers)
    except InputError as error:
        raise InputError(f"r_ref_ohm {r_ref_ohm:g}: {error}") from None


def _reference_ohm(device: Device, point: Point) -> float | None:
    if point.r_ref_ohm is not None or point.ratio is None:
        return point.r_ref_ohm
    return math.sqrt(math.prod(nominal_ohm(device, point.ratio)))


def _noisier(layer: Layer, scale: float) -> Layer:
    names = [field.name for field in fields(layer) if "noise" in field.name]
    return replace(layer, **{name: scale * getattr(layer, name) for name in names})


def make_die(
    chip: Chip,
    device: Device,
    weights: Weights,
    point: Point,
    *,
    seed: int,
    die: int,
    effects: Effects,
) -> Die:
    """Draw the cells of a die, let them age, read them, and build the network of their gates.

    Raises
    ------
    InputError
        A point that the device or the chip cannot have, a seed or die out of range.
    """
    wl_v = chip.programming.set.wl_start_mv * 1e-3
    moved, cells = chip_at(chip, device, point), device_at(device, point, wl_v)
    if point.weight_bits is not None:
        weights = requantised(chip, weights, int(point.weight_bits))
    macro = Macro(moved, cells, seed=seed, die=die, environment=point.environment)
    macro.preset_weights(weights)
    drawn_defects(chip, point.stuck, seed, die).inject(macro, cells)
    macro.read_all(0.0)
    gates = [macro.gates(layer, point.hold_s) for layer in range(len(chip.layers))]
    network = Network(
        macro.chip,
        weights,
        macs=load_macs(moved, gates, effects, seed, die),
        effects=effects,
        seed=seed,
        die=die,
        t_ctrl_error=point.t_ctrl_error,
    )
    return _counted(network, gates, chip, weights)


def _counted(network: Network, gates: list[FloatArray], chip: Chip, weights: Weights) -> Die:
    """Compare gates with the codes that the cells were to hold."""
    exist, wanted, found = word_masks(chip), weight_words(chip, weights), np.concatenate(gates)
    wrong: BoolArray = (np.abs(found - wanted) > 0.5) & exist
    partial: BoolArray = (found > 0) & (found < 1) & exist
    return Die(network, chip.cells, int(wrong.sum()), int(partial.sum()))
