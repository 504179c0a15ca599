"""The tables of a chip description as frozen dataclasses, each with its own checks.

Field names carry the unit of the file; properties ending in `_s`, `_f`, `_v` are SI.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from chips.tables import require, require_positive

INTERLAYERS = ("analog", "adc")  # held voltages, or codes of an ADC and a DAC between layers
INTERLAYER_BITS_MAX = 12
SPREADS = ("_percent", "_offset_na", "_offset_mv", "_noise_mv")  # standard deviations
WIDTH_CYCLES_MAX = 65535
LIMIT_MAX = 4095
REVERSALS_MAX = 15
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
    interlayer_bits: int = 0

    def __post_init__(self) -> None:
        require(
            self.interlayer in INTERLAYERS,
            f"chip: interlayer {self.interlayer!r}; allowed: {', '.join(INTERLAYERS)}",
        )
        lowest, highest = (1, INTERLAYER_BITS_MAX) if self.interlayer == "adc" else (0, 0)
        require(
            lowest <= self.interlayer_bits <= highest,
            f"chip: interlayer_bits {self.interlayer_bits} must be in {lowest}..{highest} with "
            f"interlayer {self.interlayer!r}",
        )
        require(1 <= self.weight_bits <= 8, "chip: weight_bits must be 1..8")
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
        require(
            self.kernel >= 1 and self.kernel % 2 == 1,
            f"layers: kernel {self.kernel} must be odd (same padding) and above 0",
        )
        require(self.pool >= 1, f"layers: pool {self.pool} must be at least 1")
        for name in ("noise_rms_percent", "pool_noise_rms_percent"):
            value = getattr(self, name)
            require(value >= 0, f"layers: {name} {value} must not be negative")
        require(self.kind == "conv" or self.kernel == 1, "layers: a fc layer has no kernel")
        require(self.kind == "conv" or self.pool == 1, "layers: a fc layer has no pool")


@dataclass(frozen=True)
class Clock:
    """System clock and layer clock."""

    clk_period_ns: int
    layer_period_cycles: int

    def __post_init__(self) -> None:
        require(
            2 <= self.clk_period_ns <= 1000 and self.clk_period_ns % 2 == 0,
            f"clock: clk_period_ns {self.clk_period_ns} must be even and in 2..1000",
        )
        require_positive("clock", self, "layer_period_cycles")

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
    bias_warmup_cycles: int

    def __post_init__(self) -> None:
        require_positive("phases", self, *(field.name for field in fields(self)))

    @property
    def sampled_cycles(self) -> int:
        """Reset to the end of the sample with the longest `T_ctrl`."""
        computing = self.reset_cycles + self.t_ctrl_max_cycles + self.sample_cycles
        return computing + 2 * self.gap_cycles

    @property
    def longest_cycles(self) -> int:
        """Reset to the sampled comparator outputs with the longest `T_ctrl`."""
        return self.sampled_cycles + self.gap_cycles + self.compare_cycles


@dataclass(frozen=True)
class Mac:
    """MAC cells, integrator and comparators."""

    v_fs_v: float
    g_lsb_us: float
    mirror_ratio: float
    c_f0_ff: float
    cf_sel_bits: int
    reset_tau_ns: float
    settle_tau_ns: float
    c_in_ff: float
    bias_tau_ns: float
    hold_tau_us: float
    triode_overdrive_v: float
    mismatch_rms_percent: float
    read_noise_percent: float
    mirror_error_percent: float
    isense_offset_na: float
    buffer_offset_mv: float
    comparator_offset_mv: float
    comparator_noise_mv: float
    comparator_trim_bits: int
    comparator_trim_step_mv: float

    def __post_init__(self) -> None:
        require_positive("mac", self, "v_fs_v", "g_lsb_us", "mirror_ratio", "c_f0_ff")
        require_positive("mac", self, "cf_sel_bits", "comparator_trim_bits")
        require_positive("mac", self, "reset_tau_ns", "settle_tau_ns", "bias_tau_ns", "hold_tau_us")
        require(
            self.triode_overdrive_v >= self.v_fs_v,
            f"mac: triode_overdrive_v {self.triode_overdrive_v} must be at least v_fs_v = "
            f"{self.v_fs_v}",
        )
        require(self.c_in_ff >= 0, "mac: c_in_ff must not be negative")
        spreads = [f.name for f in fields(self) if f.name.endswith(SPREADS)]
        for name in spreads:
            require(getattr(self, name) >= 0, f"mac: {name} must not be negative")

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
    inverter_gain: float
    node_reset_tau_ns: float
    leak_tau_us: float
    peak_current_a: float
    r_lrs_min_ohm: float
    setup_cycles: int
    reset_cycles: int
    gap_cycles: int
    pulse_cycles: int
    refresh_interval_us: int
    retention_us: int

    def __post_init__(self) -> None:
        require_positive("reader", self, *(field.name for field in fields(self)))
        require(
            0 < self.inverter_threshold_v < self.vdd_v,
            f"reader: inverter_threshold_v must be in 0..vdd_v ({self.vdd_v})",
        )

    @property
    def cells_per_bank(self) -> int:
        """Cells that may be read at once: the worst draw of each within the peak current."""
        per_cell_a = self.vdd_v / (self.r_lrs_min_ohm + self.r_ref_ohm)
        return int(self.peak_current_a / per_cell_a)

    @property
    def slot_cycles(self) -> int:
        """System clocks of one bank: setup, reset, gap, pulse, gap."""
        return self.setup_cycles + self.active_cycles + self.gap_cycles

    @property
    def active_cycles(self) -> int:
        """System clocks of a slot from the first to the last in which it touches its nodes."""
        return self.reset_cycles + self.gap_cycles + self.pulse_cycles


@dataclass(frozen=True)
class Temperature:
    """What heat does to the circuit, from 300 K on."""

    mobility_exponent: float
    leak_doubling_k: float
    inverter_mv_per_k: float
    resistor_ppm_per_k: float

    def __post_init__(self) -> None:
        require(
            -3 <= self.mobility_exponent <= 0,
            f"temperature: mobility_exponent {self.mobility_exponent} must be in -3..0",
        )
        require_positive("temperature", self, "leak_doubling_k")
        require(
            abs(self.resistor_ppm_per_k) <= 5000,
            f"temperature: resistor_ppm_per_k {self.resistor_ppm_per_k} must be in -5000..5000",
        )


@dataclass(frozen=True)
class Dose:
    """What a total ionizing dose does to the circuit."""

    inverter_mv_per_krad: float
    leak_doubling_krad: float

    def __post_init__(self) -> None:
        require_positive("dose", self, "leak_doubling_krad")


@dataclass(frozen=True)
class Energy:
    """What is assumed of the circuits whose currents follow from nothing else here."""

    integrator_bias_ua: float
    pool_bias_ua: float
    comparator_fj: float
    input_dac_fj: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            require(value >= 0, f"energy: {field.name} {value} must not be negative")


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

    def require_below(self, ceilings: Ceilings, operation: str) -> None:
        """Check every end of the ramp against the ceiling of its operation and line."""
        limits = {
            "wl_stop_mv": getattr(ceilings, f"{operation}_wl_mv"),
            "line_stop_mv": getattr(ceilings, f"{operation}_line_mv"),
            "width_stop_ns": ceilings.width_ns,
        }
        for name, limit in limits.items():
            found = getattr(self, name)
            require(
                found <= limit,
                f"programming.{operation}: {name} = {found} is above its ceiling {limit}",
            )


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
    word_hv_max_us: int
    half_select_max_ms: int
    endurance_cycles: int
    form: Ramp
    set: Ramp
    reset: Ramp
    ceilings: Ceilings

    def __post_init__(self) -> None:
        numbers = [f.name for f in fields(self) if isinstance(getattr(self, f.name), int)]
        require_positive("programming", self, *numbers)
        for name in ("form", "set", "reset", "total"):
            limit = getattr(self, f"max_pulses_{name}")
            require(
                limit <= LIMIT_MAX,
                f"programming: max_pulses_{name} {limit}, allowed are 1..{LIMIT_MAX}",
            )
        require(
            self.max_reversals <= REVERSALS_MAX,
            f"programming: max_reversals {self.max_reversals}, allowed are 1..{REVERSALS_MAX}",
        )
        for name in ("form", "set", "reset"):
            getattr(self, name).require_below(self.ceilings, name)
