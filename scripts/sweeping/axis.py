"""Parameters of a sweep as a user writes them: `ratio:1.5..10/8`, `age_s:1..1e8/9log`."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from chips.errors import InputError
from pymodel.die import Point

NAMES = tuple(field.name for field in fields(Point))
LABELS = {
    "ratio": "Roff / Ron",
    "variation": "bound of the relative variation",
    "spread": "RMS of the variation / bound",
    "r_ref_ohm": "reference resistor (ohm)",
    "noise_scale": "stage noise / table",
    "t_ctrl_error": "relative error of T_ctrl",
    "hold_s": "time since the read (s)",
    "stuck": "share of stuck cells",
    "weight_bits": "bits of a weight, with its sign",
    "temperature_k": "temperature (K)",
    "age_s": "time since programming (s)",
    "dose_krad": "total ionizing dose (krad(Si))",
}
MOST = 1000  # values of one axis
DIGITS = 12  # of a value, so that a grid point is the number that a user would write


@dataclass(frozen=True)
class Axis:
    """A parameter of `Point` and the values that it takes, rising."""

    name: str
    values: tuple[float, ...]


def parse_axis(variable: str, text: str) -> Axis:
    """Read `name:first..last/count`, the same with `log` behind it, or `name:value,value`.

    Parameters
    ----------
    variable : of make, for the message

    Raises
    ------
    InputError
        It is no such text, no such parameter, or a value that the parameter cannot have.
    """
    where = f"{variable}={text}"
    name, colon, values = text.partition(":")
    if not colon:
        raise InputError(f"{where}: allowed is name:first..last/count or name:value,value")
    numbers = _grid(where, values) if ".." in values else _list(where, values)
    if len(set(numbers)) < len(numbers):
        raise InputError(f"{where}: each value once")
    for number in numbers:
        moved(where, Point(), name, number)
    return Axis(name, tuple(sorted(numbers)))


def parse_fixed(text: str) -> Point:
    """Read `name=value name=value`: where all dies of a sweep stand.

    Raises
    ------
    InputError
        It is no such text, no such parameter, or a value that the parameter cannot have.
    """
    where, point = f"AT={text}", Point()
    for part in text.split():
        name, _, value = part.partition("=")
        point = moved(where, point, name, _number(where, value))
    return point


def moved(where: str, point: Point, name: str, value: float) -> Point:
    """The point with another value of one parameter.

    Raises
    ------
    InputError
        No such parameter, or a value that it cannot have; `where` is the prefix of the message.
    """
    if name not in NAMES:
        raise InputError(f"{where}: '{name}' is no parameter; allowed: {', '.join(NAMES)}")
    try:
        return replace(point, **{name: value})
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _list(where: str, text: str) -> list[float]:
    return [_number(where, part) for part in text.split(",")]


def _grid(where: str, text: str) -> list[float]:
    ends, _, steps = text.partition("/")
    first, last = (_number(where, end) for end in ends.split("..", 1))
    count = steps.removesuffix("log")
    if not (count.isascii() and count.isdigit() and 2 <= int(count) <= MOST):
        raise InputError(f"{where}: '{steps}', allowed are 2..{MOST} values, with or without log")
    if not first < last:
        raise InputError(f"{where}: {first:g}..{last:g} does not rise")
    if not steps.endswith("log"):
        return _rounded(np.linspace(first, last, int(count)).tolist())
    if first <= 0:
        raise InputError(f"{where}: a logarithmic grid must begin above 0")
    return _rounded(np.geomspace(first, last, int(count)).tolist())


def _rounded(values: list[float]) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values]


def _number(where: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{where}: '{text}' is no number")
    return number
