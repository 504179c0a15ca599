"""From ohms, millivolts and nanoseconds to the codes of the registers."""

from __future__ import annotations

import math
from dataclasses import dataclass

R_LOWEST_OHM = 500.0  # reference code 0
CODES_PER_OCTAVE = 64
CODE_MAX = 1023
ROUNDING = 1e-9  # codes; a resistance that is exactly a code stays that code


@dataclass(frozen=True)
class LevelWindow:
    """Where one level is written and read: lo < R <= hi, 0 and infinity are open ends."""

    verify_lo_ohm: float
    verify_hi_ohm: float
    read_lo_ohm: float
    read_hi_ohm: float

    @property
    def verify_codes(self) -> tuple[int, int]:
        """Codes of the verify window."""
        return window_codes(self.verify_lo_ohm, self.verify_hi_ohm)

    @property
    def read_codes(self) -> tuple[int, int]:
        """Codes of the read window."""
        return window_codes(self.read_lo_ohm, self.read_hi_ohm)


def window_codes(lo_ohm: float, hi_ohm: float) -> tuple[int, int]:
    """Codes of the widest window that lies within lo < R <= hi.

    Raises
    ------
    ValueError
        An end is outside the codes without being open, or nothing is left between them.
    """
    lo = 0 if lo_ohm == 0 else _checked(math.ceil(exact_code(lo_ohm) - ROUNDING), lo_ohm)
    hi = CODE_MAX if hi_ohm == math.inf else upper_code(hi_ohm)
    if lo >= hi:
        raise ValueError(f"no code lies between {lo_ohm:g} and {hi_ohm:g} ohm")
    return lo, hi


def upper_code(ohm: float) -> int:
    """Highest code at or below a resistance."""
    return _checked(math.floor(exact_code(ohm) + ROUNDING), ohm)


def formed_code(ohm: float) -> int:
    """Reference below which a cell reads formed, rounded so that none is formed twice."""
    return _checked(math.ceil(exact_code(ohm) - ROUNDING), ohm)


def exact_code(ohm: float) -> float:
    """Reference code of a resistance, not rounded."""
    return CODES_PER_OCTAVE * math.log2(ohm / R_LOWEST_OHM)


def code_ohm(code: float) -> float:
    """Resistance of a reference code."""
    return R_LOWEST_OHM * 2 ** (code / CODES_PER_OCTAVE)


def whole(value: int, step: int, what: str) -> int:
    """`value / step`, which must be a whole number.

    Raises
    ------
    ValueError
        If it is not.
    """
    if value % step:
        raise ValueError(f"{what} = {value} is no multiple of {step}")
    return value // step


def _checked(code: int, ohm: float) -> int:
    """A code that is not an open end."""
    if not 0 < code < CODE_MAX:
        low, high = code_ohm(1), code_ohm(CODE_MAX - 1)
        raise ValueError(f"{ohm:g} ohm has no reference code, allowed are {low:g}..{high:g} ohm")
    return code
