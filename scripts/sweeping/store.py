"""The folder of a sweep: its definition, and a line for every die that is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chips.errors import InputError
from scripts.line_store import LineStore, claim
from scripts.sweeping.definition import Definition
from scripts.sweeping.task import Result


@contextmanager
def open_store(folder: Path, definition: Definition) -> Iterator[LineStore[Result]]:
    """The results that a folder holds for a definition so far, none in a new one.

    Raises
    ------
    InputError
        The folder holds another sweep, another run is at it, or a line is no result.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "definition.json").open("a+") as file:
        claim(file, folder)
        file.seek(0)
        _keep(folder, file.read(), definition)
        yield LineStore(folder / "results.jsonl", Result.from_json)


def _keep(folder: Path, found: str, definition: Definition) -> None:
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
