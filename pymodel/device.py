"""RRAM parameter sets and the physics of one pulse.

A parameter set is `devices/<name>.toml`; a missing, unknown or impossible value is refused. The
functions below are the steps of a pulse. They take scalars or arrays and keep no state; the
arrays of cells that they act on are in `pymodel.cell`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from chips.errors import InputError
from chips.tables import from_table, read_toml, require
from pymodel.rng import FloatArray

DEVICES = Path(__file__).resolve().parent / "devices"
WIDTH_UNIT_S = 1e-6
WIDTH_MIN_S = 1e-9
WIDTH_MAX_S = 1e-1
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


@dataclass(frozen=True)
class Resistance:
    """Resistances of virgin and formed cells."""

    virgin_min_ohm: float
    virgin_log_sigma: float
    set_voltage_v: float
    lrs_min_ohm: float
    hrs_max_ohm: float
    variation_rms: float
    variation_bound: float

    def __post_init__(self) -> None:
        require(
            0 < self.lrs_min_ohm < self.hrs_max_ohm < self.virgin_min_ohm,
            "lrs_min_ohm, hrs_max_ohm and virgin_min_ohm must be above 0 and rise in this order",
        )
        require(self.set_voltage_v > 0, "set_voltage_v must be above 0")
        require(0 < self.variation_bound < 1, "variation_bound must be in 0..1")


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


@dataclass(frozen=True)
class Device:
    """One parameter set with its source."""

    name: str
    source: str
    form_pass_ohm: float
    levels: tuple[Level, ...]
    form: Switching
    set: Switching
    reset: ResetSwitching
    access: Access
    resistance: Resistance
    sensing: Sensing
    disturb: Disturb

    def __post_init__(self) -> None:
        require(len(self.levels) >= 2, "levels: a cell needs at least 2")
        require(
            self.resistance.hrs_max_ohm < self.form_pass_ohm < self.resistance.virgin_min_ohm,
            "form_pass_ohm must lie between hrs_max_ohm and virgin_min_ohm",
        )

    @property
    def boundary_ohm(self) -> float:
        """Resistance between the lowest two levels, above which a SET counts as a cycle."""
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


def width_shift_v(slope_v: float, width_s: float) -> float:
    """How far a threshold lies below its value at 1 us, in volts.

    The switching time falls exponentially with the voltage, so the threshold falls with the
    logarithm of the width (voltage-time dilemma: Menzel et al., Adv. Funct. Mater. 21, 4487,
    2011). `slope_v` is the fall per decade.

    Raises
    ------
    InputError
        `width_s` outside 1 ns..0.1 s.
    """
    if not WIDTH_MIN_S <= width_s <= WIDTH_MAX_S:
        raise InputError(f"pulse width {width_s:g} s, valid are {WIDTH_MIN_S:g}..{WIDTH_MAX_S:g} s")
    return slope_v * math.log10(width_s / WIDTH_UNIT_S)


def compliance_a(access: Access, wl_v: float) -> float:
    """Current limit of the access transistor at the word-line voltage `wl_v`, in amperes.

    Saturation current of a velocity-saturated transistor, linear in the gate overdrive; 0 below
    its threshold.
    """
    return access.compliance_us * 1e-6 * max(wl_v - access.threshold_v, 0.0)


def lrs_ohm(device: Device, wl_v: float) -> float:
    """Median resistance that FORM and SET leave, in ohms: V_C / I_compliance.

    Source: D. Ielmini, IEEE Trans. Electron Devices 58, 4309 (2011): the voltage across a
    filament that stops growing is nearly constant.

    Raises
    ------
    InputError
        The word line does not turn the transistor on.
    """
    current_a = compliance_a(device.access, wl_v)
    if current_a <= 0:
        raise InputError(
            f"word line {wl_v:g} V, valid is above {device.access.threshold_v:g} V for FORM and SET"
        )
    return device.resistance.set_voltage_v / current_a


def set_amplitude_v(access: Access, wl_v: float, bl_v: float) -> float:
    """Bit-line voltage referred to the word line at which the thresholds hold, in volts.

    A stronger word line leaves more of the bit line to the cell. The coefficient is empirical
    (after SkyWater's procedure, which ramps the word line inside each bit-line step).
    """
    return bl_v + access.wl_assist * (wl_v - access.wl_reference_v)


def reset_amplitude_v(access: Access, wl_v: float, sl_v: float) -> float:
    """Voltage across the cell in RESET, in volts.

    The transistor is a source follower: it passes the source line up to a threshold below the
    word line; the threshold falls by `dibl` per volt of source line.
    """
    follower_v = wl_v - access.threshold_v + access.dibl * sl_v
    return max(min(sl_v, follower_v), 0.0)


def channel_ohm(access: Access, wl_v: float) -> float:
    """Resistance of the access transistor in its linear range, in ohms; infinite when off."""
    overdrive_v = wl_v - access.threshold_v
    return access.channel_ohm_v / overdrive_v if overdrive_v > 0 else math.inf


def stress_rate(disturb: Disturb, line_v: float) -> float:
    """Seconds of stress per second at `line_v`: e times as many per `efold_v`.

    Raises
    ------
    InputError
        `line_v` outside 0..6 V.
    """
    if not 0 <= line_v <= LINE_MAX_V:
        raise InputError(f"line voltage {line_v:g} V, valid are 0..{LINE_MAX_V:g} V")
    return math.exp((line_v - disturb.reference_v) / disturb.efold_v)


def constant(value: float) -> FloatArray:
    """Float32 array of no dimension: operations on a word take it twice as fast as a number."""
    return np.array(value, np.float32)


class SetPulse(NamedTuple):
    """What a pulse in the SET direction overcomes and leaves, float32 arrays of no dimension.

    set_level_v, form_level_v: highest threshold (at 1 us) of a formed and of a virgin cell that
    it overcomes. landing_ohm: median resistance that it leaves.
    """

    set_level_v: FloatArray
    form_level_v: FloatArray
    landing_ohm: FloatArray


class ResetPulse(NamedTuple):
    """What a pulse in the RESET direction overcomes: a threshold (at 1 us) up to `level_v`."""

    level_v: FloatArray


def set_pulse(device: Device, wl_v: float, bl_v: float, width_s: float) -> SetPulse:
    """A FORM or SET pulse from what the lines carry; volts and seconds.

    Raises
    ------
    InputError
        The word line does not turn the transistor on, or a width outside 1 ns..0.1 s.
    """
    amplitude_v = set_amplitude_v(device.access, wl_v, bl_v)
    return SetPulse(
        constant(amplitude_v + width_shift_v(device.set.width_slope_v, width_s)),
        constant(amplitude_v + width_shift_v(device.form.width_slope_v, width_s)),
        constant(lrs_ohm(device, wl_v)),
    )


def reset_pulse(device: Device, wl_v: float, sl_v: float, width_s: float) -> ResetPulse:
    """A RESET pulse from what the lines carry; volts and seconds.

    Raises
    ------
    InputError
        A width outside 1 ns..0.1 s.
    """
    amplitude_v = reset_amplitude_v(device.access, wl_v, sl_v)
    return ResetPulse(constant(amplitude_v + width_shift_v(device.reset.width_slope_v, width_s)))
