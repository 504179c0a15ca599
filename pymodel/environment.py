"""Where and how long a die has been: temperature, time since programming, total ionizing dose.

At 300 K, fresh and unirradiated nothing changes, not a bit. Sources of the laws are in
`chips.sections` (circuit) and `pymodel.retention` (cells).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from chips.description import Chip
from chips.errors import InputError
from chips.sections import Dose, Mac, Reader, Temperature
from pymodel.retention import ROOM_K

TEMPERATURE_K = (233.0, 398.0)  # -40 to 125 degC
AGE_S = (0.0, 3.2e8)  # ten years
DOSE_KRAD = (0.0, 500.0)  # the highest dose of the data that the talk of Marinella 2022 cites


@dataclass(frozen=True)
class Environment:
    """Temperature of the die in kelvin, time since programming in seconds, dose in krad(Si).

    Raises
    ------
    InputError
        A temperature outside 233..398 K, an age outside 0..10 years, a dose outside 0..500 krad.
    """

    temperature_k: float = ROOM_K
    age_s: float = 0.0
    dose_krad: float = 0.0

    def __post_init__(self) -> None:
        _require("temperature", self.temperature_k, "K", TEMPERATURE_K)
        _require("age", self.age_s, "s", AGE_S)
        _require("dose", self.dose_krad, "krad(Si)", DOSE_KRAD)


@dataclass(frozen=True)
class WiredReader(Reader):
    """A reader away from 300 K: what its reference has become does not move its banks."""

    bank_cells: int = 0

    @property
    def cells_per_bank(self) -> int:
        """Cells that are read at once, as they were wired."""
        return self.bank_cells


def _require(name: str, value: float, unit: str, limits: tuple[float, float]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise InputError(f"{name} of {value:g} {unit}, allowed are {low:g}..{high:g} {unit}")


def mobility_factor(law: Temperature, temperature_k: float) -> float:
    """Transconductance relative to 300 K: (T / 300 K)^m, m near -1.5 (phonon scattering)."""
    return float((temperature_k / ROOM_K) ** law.mobility_exponent)


def leakage_factor(heat: Temperature, dose: Dose, environment: Environment) -> float:
    """Leakage relative to 300 K without dose: 2^((T - 300 K) / T_double) (1 + D / D_double).

    The doubling per some 10 K is the rule of junction leakage; that it grows in proportion to the
    dose is ASSUMED.
    """
    heated = 2.0 ** ((environment.temperature_k - ROOM_K) / heat.leak_doubling_k)
    return float(heated * (1 + environment.dose_krad / dose.leak_doubling_krad))


def inverter_shift_v(heat: Temperature, dose: Dose, environment: Environment) -> float:
    """Shift of the threshold of the readers' inverters in volts: linear in temperature and dose."""
    heated_mv = heat.inverter_mv_per_k * (environment.temperature_k - ROOM_K)
    return (heated_mv + dose.inverter_mv_per_krad * environment.dose_krad) * 1e-3


def resistor_factor(law: Temperature, temperature_k: float) -> float:
    """Reference resistor relative to 300 K: 1 + a (T - 300 K)."""
    return 1 + law.resistor_ppm_per_k * 1e-6 * (temperature_k - ROOM_K)


def chip_in(chip: Chip, environment: Environment) -> Chip:
    """The circuit of a chip at a temperature and after a dose; its age is one of the cells.

    Mobility moves the transconductance of the MACs, leakage the time constants of nodes and holds,
    the threshold of the inverters and the reference resistor what is read.

    Raises
    ------
    InputError
        The threshold of the inverters leaves the supply.
    """
    if environment.temperature_k == ROOM_K and environment.dose_krad == 0:
        return chip
    leakage = leakage_factor(chip.temperature, chip.dose, environment)
    return replace(
        chip,
        mac=_mac_in(chip.mac, chip.temperature, environment.temperature_k, leakage),
        reader=_reader_in(chip, environment, leakage),
    )


def _mac_in(mac: Mac, law: Temperature, temperature_k: float, leakage: float) -> Mac:
    g_lsb_us = mac.g_lsb_us * mobility_factor(law, temperature_k)
    return replace(mac, g_lsb_us=g_lsb_us, hold_tau_us=mac.hold_tau_us / leakage)


def _reader_in(chip: Chip, environment: Environment, leakage: float) -> Reader:
    reader, heat = chip.reader, chip.temperature
    moved = {
        "r_ref_ohm": reader.r_ref_ohm * resistor_factor(heat, environment.temperature_k),
        "inverter_threshold_v": reader.inverter_threshold_v
        + inverter_shift_v(heat, chip.dose, environment),
        "leak_tau_us": reader.leak_tau_us / leakage,
    }
    try:
        return WiredReader(**asdict(reader) | moved | {"bank_cells": reader.cells_per_bank})
    except InputError as error:
        raise InputError(
            f"{environment.temperature_k:g} K, {environment.dose_krad:g} krad(Si): {error}"
        ) from None
