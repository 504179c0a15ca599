"""A line on disk for every network that is trained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts import sources
from scripts.line_store import LineStore, claim
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


@contextmanager
def open_store(folder: Path, recipe: Mapping[str, Any]) -> Iterator[LineStore[Result]]:
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
        claim(lock, path)
        yield LineStore(path, Result.from_json)


def digest(recipe: Mapping[str, Any]) -> str:
    """Hash of a recipe and of the sources that carry it out."""
    text = json.dumps({**recipe, "sources": sources.digest(SOURCES)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
