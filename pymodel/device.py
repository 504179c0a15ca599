"""RRAM parameter sets: `devices/<name>.toml`.

A missing, unknown or impossible value is refused. What the parameters do is in `pymodel.switching`
(one pulse), `relaxation`, `retention`, `endurance` and `stress`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from chips.description import Chip
from chips.errors import InputError
from chips.tables import from_table, read_toml, require, require_positive

DEVICES = Path(__file__).resolve().parent / "devices"
LINE_MAX_V = 6.0


@dataclass(frozen=True)
class Level:
    """Acceptance window of one resistance level: lo < R <= hi; None is an open end."""

    name: str
    verify_lo_ohm: float | None = None
    verify_hi_ohm: float | None = None
    read_lo_ohm: float | None = None
    read_hi_ohm: float | None = None

    def __post_init__(self) -> None:
        for window in ("verify", "read"):
            low, high = getattr(self, f"{window}_lo_ohm"), getattr(self, f"{window}_hi_ohm")
            require(
                min(low or math.inf, math.inf if high is None else high) > 0
                and (low or 0) < (math.inf if high is None else high),
                f"levels: {self.name}: {window} window {low}..{high} ohm must be above 0 and rise",
            )
        require(
            (self.verify_lo_ohm or 0) >= (self.read_lo_ohm or 0)
            and (self.verify_hi_ohm or math.inf) <= (self.read_hi_ohm or math.inf),
            f"levels: {self.name}: the verify window must lie inside the read window",
        )


@dataclass(frozen=True)
class Switching:
    """Threshold of one polarity at a width of 1 us, its spread and its fall with the width."""

    threshold_v: float
    cell_sigma_v: float
    cycle_sigma_v: float
    width_slope_v: float

    def __post_init__(self) -> None:
        require(0 < self.threshold_v <= LINE_MAX_V, f"threshold_v must be in 0..{LINE_MAX_V}")
        spread = min(self.cell_sigma_v, self.cycle_sigma_v, self.width_slope_v)
        require(spread >= 0, "cell_sigma_v, cycle_sigma_v and width_slope_v must not be negative")


@dataclass(frozen=True)
class FormSwitching(Switching):
    """FORM; a pulse further than `over_form_v` above the threshold of a cell damages it."""

    over_form_v: float

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.over_form_v > 0, "over_form_v must be above 0")


@dataclass(frozen=True)
class ResetSwitching(Switching):
    """Gradual RESET: `onset_ohm` at the threshold, e times as much per `efold_v` above it."""

    onset_ohm: float
    efold_v: float

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.onset_ohm > 0 and self.efold_v > 0, "onset_ohm and efold_v must be above 0")


@dataclass(frozen=True)
class Access:
    """Access transistor."""

    threshold_v: float
    compliance_us: float
    wl_reference_v: float
    wl_assist: float
    dibl: float
    channel_ohm_v: float

    def __post_init__(self) -> None:
        require(self.compliance_us > 0, "compliance_us must be above 0")
        require(self.wl_reference_v > self.threshold_v, "wl_reference_v must be above threshold_v")
        require(self.channel_ohm_v >= 0, f"channel_ohm_v {self.channel_ohm_v} must not be negative")


@dataclass(frozen=True)
class Resistance:
    """Resistances of virgin and formed cells."""

    virgin_min_ohm: float
    virgin_log_sigma: float
    form_voltage_v: float
    set_voltage_v: float
    lrs_min_ohm: float
    hrs_max_ohm: float
    variation_rms: float
    variation_bound: float
    filament_log_sigma: float

    def __post_init__(self) -> None:
        require(
            0 < self.lrs_min_ohm < self.hrs_max_ohm < self.virgin_min_ohm,
            "lrs_min_ohm, hrs_max_ohm and virgin_min_ohm must be above 0 and rise in this order",
        )
        require(
            self.form_voltage_v > 0 and self.set_voltage_v > 0,
            "form_voltage_v and set_voltage_v must be above 0",
        )
        require(0 < self.variation_bound < 1, "variation_bound must be in 0..1")
        for name in ("variation_rms", "virgin_log_sigma"):
            value = getattr(self, name)
            require(value >= 0, f"{name} {value} must not be negative")
        require(0 <= self.filament_log_sigma <= 2, "filament_log_sigma must be in 0..2")


@dataclass(frozen=True)
class Tuning:
    """Gradual SET: above `base_ohm` stays `excess_ohm` at `reference_v`, 1/e per `efold_v`."""

    base_ohm: float
    excess_ohm: float
    reference_v: float
    efold_v: float

    def __post_init__(self) -> None:
        require_positive("tuning", self, "base_ohm", "excess_ohm", "reference_v", "efold_v")


@dataclass(frozen=True)
class Sensing:
    """Sense amplifier and bleed of the lines."""

    noise_rms_relative: float
    read_v: float
    bleed_tau_ns: float
    residual_us: float

    def __post_init__(self) -> None:
        require(0 <= self.noise_rms_relative < 0.2, "noise_rms_relative must be in 0..0.2")
        require(self.read_v > 0 and self.bleed_tau_ns > 0, "read_v, bleed_tau_ns must be above 0")
        require(self.residual_us >= 0, f"residual_us {self.residual_us} must not be negative")

    @property
    def bleed_tau_s(self) -> float:
        """Time constant of the bleed in seconds."""
        return self.bleed_tau_ns * 1e-9


@dataclass(frozen=True)
class Disturb:
    """Stress of half-selected cells in seconds at `reference_v`."""

    reference_v: float
    efold_v: float
    budget_s: float
    masked_fraction: float

    def __post_init__(self) -> None:
        require(self.efold_v > 0 and self.budget_s > 0, "efold_v and budget_s must be above 0")
        require(
            0 <= self.masked_fraction <= 1,
            f"masked_fraction {self.masked_fraction} must be in 0..1",
        )


@dataclass(frozen=True)
class Relaxation:
    """Drift of a cell after it has switched: spread of ln R per decade of time beyond `tau_us`."""

    tau_us: float
    set_log_sigma: float
    reset_log_sigma: float

    def __post_init__(self) -> None:
        require(self.tau_us > 0, "tau_us must be above 0")
        require(
            0 <= self.set_log_sigma <= 1 and 0 <= self.reset_log_sigma <= 1,
            "set_log_sigma and reset_log_sigma must be in 0..1",
        )

    @property
    def on(self) -> bool:
        """Whether any cell drifts."""
        return max(self.set_log_sigma, self.reset_log_sigma) > 0


@dataclass(frozen=True)
class Retention:
    """Drift of ln R that all cells of a state share, per decade of time beyond `tau_s` at 300 K.

    Heat speeds it up, and the relaxation with it, by `activation_ev`.
    """

    tau_s: float
    activation_ev: float
    low_log_rate: float
    high_log_rate: float

    def __post_init__(self) -> None:
        require(self.tau_s > 0, "retention: tau_s must be above 0")
        require(0 <= self.activation_ev <= 3, "retention: activation_ev must be in 0..3")
        rates = abs(self.low_log_rate), abs(self.high_log_rate)
        require(max(rates) <= 1, "retention: low_log_rate and high_log_rate must be in -1..1")


@dataclass(frozen=True)
class Heat:
    """Resistance against temperature, of the low and of the high state."""

    low_per_k: float
    high_ev: float

    def __post_init__(self) -> None:
        require(abs(self.low_per_k) <= 0.008, "heat: low_per_k must be in -0.008..0.008")
        require(0 <= self.high_ev <= 0.5, "heat: high_ev must be in 0..0.5")


@dataclass(frozen=True)
class Endurance:
    """Weibull distribution of the SET cycles that a cell lives."""

    life_cycles: float
    shape: float

    def __post_init__(self) -> None:
        require_positive("endurance", self, "life_cycles", "shape")


@dataclass(frozen=True)
class Device:
    """One parameter set with its source. Without `tuning` a SET lands at the compliance."""

    name: str
    source: str
    form_pass_ohm: float
    levels: tuple[Level, ...]
    form: FormSwitching
    set: Switching
    reset: ResetSwitching
    access: Access
    resistance: Resistance
    sensing: Sensing
    disturb: Disturb
    relaxation: Relaxation
    retention: Retention
    heat: Heat
    endurance: Endurance
    tuning: Tuning | None = None

    def __post_init__(self) -> None:
        require(len(self.levels) >= 2, "levels: a cell needs at least 2")
        require(
            self.resistance.hrs_max_ohm < self.form_pass_ohm < self.resistance.virgin_min_ohm,
            "form_pass_ohm must lie between hrs_max_ohm and virgin_min_ohm",
        )

    @property
    def evolves(self) -> bool:
        """Whether a cell remembers more of its last switching than its resistance."""
        return self.relaxation.on or self.resistance.filament_log_sigma > 0

    @property
    def boundary_ohm(self) -> float:
        """Resistance between the lowest two levels."""
        return self.levels[0].read_hi_ohm or self.levels[1].read_lo_ohm or self.form_pass_ohm


def device_names() -> list[str]:
    """Names of the parameter sets."""
    return sorted(path.stem for path in DEVICES.glob("*.toml"))


def load_device(name: str) -> Device:
    """Read and check `devices/<name>.toml`.

    Raises
    ------
    InputError
        Unknown name, or a key that is missing, unknown, of the wrong type or out of range.
    """
    if name not in device_names():
        raise InputError(f"device '{name}' is unknown; allowed: {', '.join(device_names())}")
    path = DEVICES / f"{name}.toml"
    try:
        return from_table(Device, read_toml(path), path.name)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def load_device_of(chip: Chip, name: str) -> Device:
    """Read a parameter set for the cells of a chip.

    Raises
    ------
    InputError
        As of `load_device`, or its cells have another number of levels than those of the chip.
    """
    device, levels = load_device(name), chip.chip.levels
    if len(device.levels) != levels:
        raise InputError(
            f"device '{name}' has {len(device.levels)} levels, must have the {levels} of chip "
            f"'{chip.name}'"
        )
    return device
