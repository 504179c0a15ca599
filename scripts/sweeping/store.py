"""The folder of a sweep: its definition, and a line for every die that is done."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chips.errors import InputError
from scripts.sweeping.definition import Definition
from scripts.sweeping.task import Result


class Store:
    """Results of one sweep in a folder, each on disk before the next is taken.

    Only `open_store` makes one: it holds the lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.results = _read(path)

    def add(self, result: Result) -> None:
        """Append a result; it is on disk when this returns."""
        with self._path.open("a") as file:
            file.write(result.to_json() + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.results.append(result)


@contextmanager
def open_store(folder: Path, definition: Definition) -> Iterator[Store]:
    """The results that a folder holds for a definition so far, none in a new one.

    Raises
    ------
    InputError
        The folder holds another sweep, another run is at it, or a line is no result.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "definition.json").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{folder}: another run is at this sweep") from None
        file.seek(0)
        _claim(folder, file.read(), definition)
        yield Store(folder / "results.jsonl")


def _claim(folder: Path, found: str, definition: Definition) -> None:
    """Write the definition into a new folder; refuse one that holds another."""
    digest = definition.digest
    if not found:
        content = {"digest": digest, **definition.to_dict()}
        (folder / "definition.json").write_text(json.dumps(content, indent=1) + "\n")
        return
    try:
        same = json.loads(found)["digest"] == digest
    except (ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise InputError(
            f"{folder}: holds another sweep, or one of other sources; choose another SWEEP "
            "or remove it"
        )


def _read(path: Path) -> list[Result]:
    """All whole lines; what a run has left of a last one is cut off."""
    whole, end, _ = path.read_bytes().rpartition(b"\n") if path.exists() else (b"", b"", b"")
    if path.exists():
        os.truncate(path, len(whole) + len(end))
    return [_result(path, n, line) for n, line in enumerate(whole.decode().splitlines(), 1)]


def _result(path: Path, number: int, line: str) -> Result:
    try:
        return Result.from_json(line)
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: line {number} is no result; remove it") from None
