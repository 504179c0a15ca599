"""Strict reading of TOML tables into frozen dataclasses.

A key that is missing, unknown, of the wrong type or not finite is an `InputError` that names it.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from chips.errors import InputError

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file.

    Raises
    ------
    InputError
        The file does not exist or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a TOML file: {error}") from None


def from_table(cls: type[T], table: dict[str, Any], where: str) -> T:
    """Build dataclass `cls` from a TOML table; `where` is the prefix of every message.

    Fields with a default may be left out. Nested dataclasses, `tuple[cls, ...]` (arrays of tables
    or of numbers), `int`, `float`, `bool` and `str` fields are understood; an integer is taken for
    a float.
    """
    fields = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(cls)
    for key in table:
        if key not in fields:
            raise InputError(f"{where}: unknown key '{key}'; allowed: {', '.join(fields)}")
    missing = [n for n, f in fields.items() if n not in table and _required(f)]
    if missing:
        raise InputError(f"{where}: missing key '{missing[0]}'")
    values = {k: _convert(hints[k], v, f"{where}: {k}") for k, v in table.items()}
    return cls(**values)


def _required(field: dataclasses.Field[Any]) -> bool:
    no_default = field.default is dataclasses.MISSING
    return no_default and field.default_factory is dataclasses.MISSING


def _convert(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, types.UnionType):
        hint = next(a for a in typing.get_args(hint) if a is not types.NoneType)
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise InputError(f"{where}: expected a table, found {value!r}")
        return from_table(hint, value, where)  # type: ignore[arg-type]
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise InputError(f"{where}: expected an array, found {value!r}")
        item = typing.get_args(hint)[0]
        return tuple(_convert(item, v, f"{where}[{i}]") for i, v in enumerate(value))
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise InputError(f"{where}: expected {hint.__name__}, found {value!r}")
    if hint is float:
        require(math.isfinite(value), f"{where}: {value} must be finite")
    return value


def require(condition: bool, message: str) -> None:
    """Raise `InputError(message)` unless `condition` holds."""
    if not condition:
        raise InputError(message)


def require_positive(where: str, values: object, *names: str) -> None:
    """Raise `InputError` for the first of the named numbers that is not above 0."""
    for name in names:
        value = getattr(values, name)
        require(value > 0, f"{where}: {name} {value} must be above 0")
