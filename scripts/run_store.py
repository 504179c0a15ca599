"""The folder of a run: its definition, and a line for every task that is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from chips.errors import InputError
from scripts.line_store import LineStore, Result, claim


class Definition(Protocol):
    """All that the results of a run depend on."""

    @property
    def digest(self) -> str:
        """Hash of it."""

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it."""


@contextmanager
def open_store(
    folder: Path, definition: Definition, read: Callable[[str], Result]
) -> Iterator[LineStore[Result]]:
    """The results that a folder holds for a definition so far, none in a new one.

    Raises
    ------
    InputError
        It holds those of another definition, another run is at it, or a line is no result.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "definition.json").open("a+") as file:
        claim(file, folder)
        file.seek(0)
        _keep(folder, file.read(), definition)
        yield LineStore(folder / "results.jsonl", read)


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
            f"{folder}: holds results of another definition or of other sources; choose another "
            "name or remove it"
        )
