"""The rows of the test plan, read from their file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from chips.errors import InputError

COMMAND = "make "  # a test that is a target of make, not one of pytest


@dataclass(frozen=True)
class Point:
    """One row.

    Parameters
    ----------
    name
        Its name.
    what, stimulus, check
        What holds, what is done to see it, and what tells.
    tests
        Patterns of test ids, or targets of make.
    covers
        Properties (A1..A20) and groups of the functional coverage plan.
    """

    name: str
    what: str
    stimulus: str
    check: str
    tests: tuple[str, ...]
    covers: tuple[str, ...]


def load_plan(path: Path) -> list[Point]:
    """Read a test plan.

    Raises
    ------
    InputError
        The file is no TOML, or a row lacks a key, has an unknown one or one of the wrong kind, a
        pattern is no regular expression, or a name comes twice.
    """
    try:
        rows = tomllib.loads(path.read_text()).get("point", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    points = [_point(path, number, row) for number, row in enumerate(rows, 1)]
    names = [point.name for point in points]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"{path}: {', '.join(twice)}: more than one point has this name")
    return points


def _point(path: Path, number: int, row: dict[str, Any]) -> Point:
    place = f"{path}: point {number} ({row.get('name', 'without a name')})"
    keys = {field.name for field in fields(Point)}
    if wrong := keys ^ row.keys():
        raise InputError(f"{place}: missing or unknown: {', '.join(sorted(wrong))}")
    for key in ("tests", "covers"):
        if not (isinstance(row[key], list) and all(isinstance(item, str) for item in row[key])):
            raise InputError(f"{place}: {key} must be a list of strings")
        row[key] = tuple(row[key])
    for pattern in row["tests"]:
        _require_pattern(place, pattern)
    return Point(**row)


def _require_pattern(place: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise InputError(f"{place}: {pattern}: not a regular expression: {error}") from None
