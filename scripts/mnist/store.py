"""A line on disk for every network that is trained."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chips.errors import InputError
from scripts import sources
from scripts.mnist.nets import Measure

SOURCES = (
    "scripts/mnist/images.py",
    "scripts/mnist/inference.py",
    "scripts/mnist/merge.py",
    "scripts/mnist/training.py",
    "requirements-train.txt",
)


@dataclass(frozen=True)
class Result:
    """Test accuracies in percent of one network, trained from one seed."""

    net: str
    seed: int
    percent: Mapping[Measure, float]

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Result:
        """The result of a line; a ValueError, KeyError or TypeError if it is none."""
        values = json.loads(line)
        percent = {Measure(name): float(value) for name, value in values["percent"].items()}
        return cls(str(values["net"]), int(values["seed"]), percent)


class Store:
    """Results in a file, each on disk before the next network is trained."""

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
def open_store(folder: Path, recipe: Mapping[str, Any]) -> Iterator[Store]:
    """The results so far of a recipe, which is all that they depend on but for net and seed.

    Results of other recipes, or of other sources, lie in other files of the folder.

    Raises
    ------
    InputError
        Another run is at it, or a line is no result.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{digest(recipe)}.jsonl"
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{path}: another run is at it") from None
        yield Store(path)


def digest(recipe: Mapping[str, Any]) -> str:
    """Hash of a recipe and of the sources that carry it out."""
    text = json.dumps({**recipe, "sources": sources.digest(SOURCES)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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
