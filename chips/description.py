"""The chip in numbers: `chips/<name>/chip.toml` as frozen, validated dataclasses.

Field names carry the unit of the file; properties ending in `_s`, `_f`, `_v` are SI.
"""

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
from chips.tables import from_table, read_toml, require

CHIPS = Path(__file__).resolve().parent
WIDTH_CYCLES_MAX = 65535
LIMIT_MAX = 4095
NESTINGS = (
    "width,line,wl",
    "line,width,wl",
    "width,wl,line",
    "wl,width,line",
    "line,wl,width",
    "wl,line,width",
)  # the position is the code of the register field


@dataclass(frozen=True)
class Identity:
    """What the chip is: cell coding, parallelism and image format."""

    name: str
    device: str
    interlayer: str
    weight_bits: int
    levels: int
    lanes: int
    classes: int
    input_channels: int
    input_height: int
    input_width: int

    def __post_init__(self) -> None:
        require(
            self.interlayer in ("analog", "binary", "adc"),
            f"chip: interlayer {self.interlayer!r}; allowed: analog, binary, adc",
        )
        require(2 <= self.weight_bits <= 8, "chip: weight_bits must be 2..8")
        require(2 <= self.levels <= 16, "chip: levels must be 2..16")
        require(1 <= self.lanes <= 64, "chip: lanes must be 1..64")
        require(2 <= self.classes <= 16, "chip: classes must be 2..16")

    @property
    def code_max(self) -> int:
        """Largest weight magnitude of the sign-magnitude code."""
        return int(2 ** (self.weight_bits - 1)) - 1


@dataclass(frozen=True)
class Layer:
    """One layer and the noise of its stages in percent of the full output range."""

    kind: str
    filters: int
    noise_mean_percent: float
    noise_rms_percent: float
    kernel: int = 1
    pool: int = 1
    relu: bool = True
    pool_noise_mean_percent: float = 0.0
    pool_noise_rms_percent: float = 0.0

    def __post_init__(self) -> None:
        require(self.kind in ("conv", "fc"), f"layers: kind {self.kind!r}; allowed: conv, fc")
        require(self.filters >= 1, "layers: filters must be at least 1")
        require(self.kernel % 2 == 1, "layers: kernel must be odd (same padding)")
        require(self.kind == "conv" or self.kernel == 1, "layers: a fc layer has no kernel")
        require(self.kind == "conv" or self.pool == 1, "layers: a fc layer has no pool")


@dataclass(frozen=True)
class Clock:
    """System clock and layer clock."""

    clk_period_ns: int
    layer_period_cycles: int

    @property
    def clk_period_s(self) -> float:
        """Period of `clk_i` in seconds."""
        return self.clk_period_ns * 1e-9


@dataclass(frozen=True)
class Phases:
    """Phases of one layer clock in system clocks."""

    reset_cycles: int
    gap_cycles: int
    sample_cycles: int
    t_ctrl_max_cycles: int
    compare_cycles: int

    @property
    def longest_cycles(self) -> int:
        """Reset to the sampled comparator outputs with the longest `T_ctrl`."""
        computing = self.reset_cycles + self.t_ctrl_max_cycles + self.sample_cycles
        return computing + 3 * self.gap_cycles + self.compare_cycles


@dataclass(frozen=True)
class Mac:
    """MAC cells, integrator and comparators."""

    v_fs_v: float
    g_lsb_us: float
    mirror_ratio: float
    c_f0_ff: float
    cf_sel_bits: int
    reset_tau_ns: float
    mismatch_rms_percent: float
    comparator_offset_mv: float
    comparator_noise_mv: float
    comparator_trim_bits: int
    comparator_trim_step_mv: float

    def gain_per_clock(self, clk_period_s: float) -> float:
        """Integrator gain (V/V per weight LSB) of one system clock at `cf_sel` 0."""
        current_s = self.g_lsb_us * 1e-6 * self.mirror_ratio
        return current_s * clk_period_s / (self.c_f0_ff * 1e-15)


@dataclass(frozen=True)
class Reader:
    """Pulsed read of the RRAM cells into their storage nodes."""

    vdd_v: float
    r_ref_ohm: float
    c_hold_ff: float
    inverter_threshold_v: float
    leak_tau_us: float
    peak_current_a: float
    r_lrs_min_ohm: float
    reset_cycles: int
    gap_cycles: int
    pulse_cycles: int
    refresh_interval_us: int
    retention_us: int

    @property
    def cells_per_bank(self) -> int:
        """Cells that may be read at once: the worst draw of each within the peak current."""
        per_cell_a = self.vdd_v / (self.r_lrs_min_ohm + self.r_ref_ohm)
        return int(self.peak_current_a / per_cell_a)

    @property
    def slot_cycles(self) -> int:
        """System clocks of one bank: reset, gap, pulse, gap."""
        return self.reset_cycles + self.pulse_cycles + 2 * self.gap_cycles


@dataclass(frozen=True)
class Ramp:
    """Ramp table of one operation; `nesting` names the loops, outermost first."""

    nesting: str
    wl_start_mv: int
    wl_stop_mv: int
    wl_step_mv: int
    line_start_mv: int
    line_stop_mv: int
    line_step_mv: int
    width_start_ns: int
    width_stop_ns: int
    width_step_ns: int

    def __post_init__(self) -> None:
        require(
            self.nesting in NESTINGS,
            f"nesting {self.nesting!r}; allowed: {'; '.join(NESTINGS)}",
        )
        for name in ("wl", "line", "width"):
            unit = "ns" if name == "width" else "mv"
            start = getattr(self, f"{name}_start_{unit}")
            stop = getattr(self, f"{name}_stop_{unit}")
            step = getattr(self, f"{name}_step_{unit}")
            require(0 < start <= stop, f"{name} ramp: start {start} must be in 1..stop ({stop})")
            require(step > 0, f"{name} ramp: step must be above 0")


@dataclass(frozen=True)
class Ceilings:
    """Highest allowed line amplitudes per operation, and the widest pulse."""

    form_wl_mv: int
    form_line_mv: int
    set_wl_mv: int
    set_line_mv: int
    reset_wl_mv: int
    reset_line_mv: int
    width_ns: int


@dataclass(frozen=True)
class Programming:
    """Timing in system clocks, default ramps and limits of the write-verify engine."""

    dac_step_mv: int
    setup_cycles: int
    wordline_cycles: int
    hold_cycles: int
    discharge_cycles: int
    sense_setup_cycles: int
    sense_timeout_cycles: int
    pump_timeout_cycles: int
    hv_on_max_cycles: int
    wl_sense_mv: int
    max_pulses_form: int
    max_pulses_set: int
    max_pulses_reset: int
    max_pulses_total: int
    max_reversals: int
    form: Ramp
    set: Ramp
    reset: Ramp
    ceilings: Ceilings


@dataclass(frozen=True)
class Chip:
    """One chip description; derived geometry is in `geometry`."""

    chip: Identity
    layers: tuple[Layer, ...]
    clock: Clock
    phases: Phases
    mac: Mac
    reader: Reader
    programming: Programming

    def __post_init__(self) -> None:
        require(1 <= len(self.layers) <= 8, "layers: 1..8 layers")
        require(
            self.layers[-1].filters == self.chip.classes,
            "layers: the last has one filter per class",
        )
        self._check_layer_clock()
        self._check_reader()

    def _check_layer_clock(self) -> None:
        period = self.clock.layer_period_cycles
        limit = f"cycles must be below layer_period_cycles = {period}"
        phases, slot = self.phases.longest_cycles, self.reader.slot_cycles
        require(phases < period, f"phases: {phases} {limit}")
        require(slot < period, f"reader: a slot of {slot} {limit}")

    def _check_reader(self) -> None:
        """The oldest node is refreshed before it loses its weight."""
        reader = self.reader
        sweep_us = self.banks * reader.slot_cycles * self.clock.clk_period_ns / 1000
        require(
            reader.refresh_interval_us + sweep_us <= reader.retention_us,
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
