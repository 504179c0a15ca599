"""The chip in numbers: `chips/<name>/chip.toml`, checked as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chips.errors import InputError
from chips.geometry import (
    LayerGeometry,
    PinWidths,
    geometry_hash,
    layer_geometries,
    pin_widths,
)
from chips.sections import (
    WIDTH_CYCLES_MAX,
    Clock,
    Dose,
    Energy,
    Identity,
    Layer,
    Mac,
    Phases,
    Programming,
    Reader,
    Temperature,
)
from chips.tables import from_table, read_toml, require

CHIPS = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Chip:
    """One chip description; derived geometry is in `geometry`."""

    chip: Identity
    layers: tuple[Layer, ...]
    clock: Clock
    phases: Phases
    mac: Mac
    reader: Reader
    temperature: Temperature
    dose: Dose
    energy: Energy
    programming: Programming

    def __post_init__(self) -> None:
        require(1 <= len(self.layers) <= 8, "layers: 1..8 layers")
        require(
            self.layers[-1].filters == self.chip.classes,
            "layers: the last has one filter per class",
        )
        self._check_layer_clock()
        self._check_watchdog()
        self._check_reader()

    def _check_layer_clock(self) -> None:
        period = self.clock.layer_period_cycles
        phases, reader = self.phases, self.reader
        longest, gap = phases.longest_cycles, period - phases.sampled_cycles
        require(
            longest < period,
            f"phases: {longest} cycles must be below layer_period_cycles = {period}",
        )
        require(
            reader.active_cycles <= gap,
            f"reader: reset to pulse take {reader.active_cycles} cycles, must be at most the {gap} "
            "between the longest sample and the next reset",
        )
        require(
            reader.setup_cycles < phases.sample_cycles,
            f"reader: setup_cycles {reader.setup_cycles} must be below sample_cycles = "
            f"{phases.sample_cycles}",
        )
        require(
            phases.bias_warmup_cycles <= period,
            f"phases: bias_warmup_cycles {phases.bias_warmup_cycles} must be at most "
            f"layer_period_cycles = {period}",
        )

    def _check_watchdog(self) -> None:
        """The widest legal pulse must not trip it, and its register must hold the width."""
        programming, clk_ns = self.programming, self.clock.clk_period_ns
        widest = programming.ceilings.width_ns // clk_ns
        require(
            widest < programming.hv_on_max_cycles and widest <= WIDTH_CYCLES_MAX,
            f"programming: ceilings.width_ns is {widest} cycles, must be below hv_on_max_cycles = "
            f"{programming.hv_on_max_cycles} and at most {WIDTH_CYCLES_MAX}",
        )

    def _check_reader(self) -> None:
        """The oldest node is refreshed before it loses its weight, also under full load."""
        reader = self.reader
        layer_period_us = self.clock.layer_period_cycles * self.clock.clk_period_ns / 1000
        sweep_us = (self.banks + 1) * layer_period_us  # one slot per layer clock
        require(
            max(reader.refresh_interval_us, sweep_us) + sweep_us <= reader.retention_us,
            f"reader: refresh_interval_us = {reader.refresh_interval_us} and a sweep of "
            f"{sweep_us:g} us take longer than retention_us = {reader.retention_us}",
        )

    @property
    def name(self) -> str:
        """Name of the chip and of its folder."""
        return self.chip.name

    @cached_property
    def geometry(self) -> tuple[LayerGeometry, ...]:
        """Derived sizes of every layer."""
        return layer_geometries(self)

    @cached_property
    def geometry_hash(self) -> int:
        """32-bit hash by which chip and weight file recognise each other."""
        return geometry_hash(self)

    @cached_property
    def pins(self) -> PinWidths:
        """Widths of the macro pins."""
        return pin_widths(self)

    @property
    def word_cells(self) -> int:
        """Cells of one programming operation: lanes times cells per weight."""
        return self.chip.lanes * self.chip.weight_bits

    @property
    def words(self) -> int:
        """Words of the whole chip."""
        return sum(g.words for g in self.geometry)

    @property
    def cells(self) -> int:
        """RRAM cells of the whole chip."""
        return sum(g.cells for g in self.geometry)

    @property
    def banks(self) -> int:
        """Banks of the pulsed read."""
        return sum(g.banks for g in self.geometry)

    @property
    def image_bytes(self) -> int:
        """Bytes of one input image."""
        return self.chip.input_channels * self.chip.input_height * self.chip.input_width

    def gain(self, t_ctrl: int, cf_sel: int) -> float:
        """Stage gain (V/V per weight LSB) for an integration time and capacitor choice."""
        return self.mac.gain_per_clock(self.clock.clk_period_s) * t_ctrl / (1 << cf_sel)


def chip_names() -> list[str]:
    """Names of the chips that have a description."""
    return sorted(p.parent.name for p in CHIPS.glob("*/chip.toml"))


def load_chip(name: str) -> Chip:
    """Read and validate `chips/<name>/chip.toml`.

    Raises
    ------
    InputError
        Unknown chip, or a key that is missing, unknown, of the wrong type or out of range.
    """
    if name not in chip_names():
        raise InputError(f"chip '{name}' is unknown; allowed: {', '.join(chip_names())}")
    return read_chip(CHIPS / name / "chip.toml")


def read_chip(path: Path) -> Chip:
    """Read and validate one chip description file."""
    try:
        return from_table(Chip, read_toml(path), path.name)
    except InputError as error:
        message = str(error)
        raise InputError(message if str(path) in message else f"{path}: {message}") from None
