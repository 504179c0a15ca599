"""Results that outlive the run: a line on disk for each, written by one run at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Generic, Protocol, TypeVar

from chips.errors import InputError


class HasLine(Protocol):
    """What can be written as one line."""

    def to_json(self) -> str:
        """The line, without its end."""


Result = TypeVar("Result", bound=HasLine)


class LineStore(Generic[Result]):
    """Results in a file, each on disk before the next is taken.

    Parameters
    ----------
    read : the result of a line; a ValueError, KeyError or TypeError if it is none

    Raises
    ------
    InputError
        A line is no result.
    """

    def __init__(self, path: Path, read: Callable[[str], Result]) -> None:
        self._path = path
        lines = _whole_lines(path)
        self.results = [_result(path, n, line, read) for n, line in enumerate(lines, 1)]

    def add(self, result: Result) -> None:
        """Append a result; it is on disk when this returns."""
        with self._path.open("a") as file:
            file.write(result.to_json() + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.results.append(result)


def claim(file: IO[Any], what: Path) -> None:
    """Take an open file for this run, until it is closed.

    Raises
    ------
    InputError
        Another run has it.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise InputError(f"{what}: another run is at it") from None


def _whole_lines(path: Path) -> list[str]:
    """All whole lines; what a killed run has left of a last one is cut off."""
    if not path.exists():
        return []
    whole, end, _ = path.read_bytes().rpartition(b"\n")
    os.truncate(path, len(whole) + len(end))
    return whole.decode().splitlines()


def _result(path: Path, number: int, line: str, read: Callable[[str], Result]) -> Result:
    try:
        return read(line)
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: line {number} is no result; remove it") from None
