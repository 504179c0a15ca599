"""Points that no test has to reach, each with its reason: tb/coverage/waivers.toml.

Each `[[waiver]]` has a `file`, `kinds` (some of "line", "branch", "expr", "toggle"), a `reason`,
and says which points it means: `source`, a text within the source line, or `name`, a regular
expression for the whole name of a point (a signal with its edge, an expression), or both. Only what
was not reached is waived; a waiver that finds nothing of that kind is out of date and refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chips.errors import InputError
from scripts.coverage.records import KINDS

if TYPE_CHECKING:
    from scripts.coverage.code import Item

KEYS = {"file", "kinds", "source", "name", "reason"}


@dataclass(frozen=True)
class Waiver:
    """One entry of the file."""

    file: str
    kinds: tuple[str, ...]
    reason: str
    source: str = ""
    name: str = ""

    def means(self, item: Item, text: str) -> bool:
        """Whether an item in a source line `text` is meant."""
        return (
            item.file == self.file
            and item.kind in self.kinds
            and self.source in text
            and (not self.name or re.fullmatch(self.name, item.name) is not None)
        )


def load_waivers(file: Path) -> list[Waiver]:
    """Read the file.

    Raises
    ------
    InputError
        It is no TOML, or an entry lacks something or has too much.
    """
    try:
        entries = tomllib.loads(file.read_text()).get("waiver", [])
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: {error}") from None
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        raise InputError(f"{file.name}: waiver must be a list of tables, [[waiver]]")
    return [_waiver(f"{file.name}, waiver {n}", entry) for n, entry in enumerate(entries, 1)]


def _waiver(where: str, entry: dict[str, Any]) -> Waiver:
    wrong = sorted(entry.keys() - KEYS)
    if wrong:
        raise InputError(f"{where}: unknown key {wrong[0]}; allowed: {', '.join(sorted(KEYS))}")
    _require_types(where, entry)
    for key in ("file", "kinds", "reason"):
        if not entry.get(key):
            raise InputError(f"{where}: {key} is missing")
    if not (entry.get("source") or entry.get("name")):
        raise InputError(f"{where}: source or name is missing")
    strange = [kind for kind in entry["kinds"] if kind not in KINDS]
    if strange:
        raise InputError(f"{where}: kind {strange[0]!r}; allowed: {', '.join(KINDS)}")
    try:
        re.compile(entry.get("name", ""))
    except re.error as error:
        raise InputError(f"{where}: name is no regular expression: {error}") from None
    return Waiver(**{**entry, "kinds": tuple(entry["kinds"])})


def _require_types(where: str, entry: dict[str, Any]) -> None:
    if not isinstance(entry.get("kinds", []), list):
        raise InputError(f"{where}: kinds must be a list of some of {', '.join(KINDS)}")
    for key in sorted(entry.keys() - {"kinds"}):
        if not isinstance(entry[key], str):
            raise InputError(f"{where}: {key} must be text")


def waive(found: Iterable[Item], waivers: list[Waiver], root: Path) -> list[Item]:
    """The items, those that were not reached and are meant by a waiver with it.

    Raises
    ------
    InputError
        A waiver means nothing that was not reached.
    """

    @cache
    def source(file: str) -> list[str]:
        return (root / file).read_text().splitlines()

    def waived(item: Item) -> Item:
        if item.hits:
            return item
        text = source(item.file)[item.line - 1]
        waiver = next((w for w in waivers if w.means(item, text)), None)
        return replace(item, waiver=waiver)

    result = [waived(item) for item in found]
    used = {item.waiver for item in result}
    idle = next((waiver for waiver in waivers if waiver not in used), None)
    if idle:
        what = " and ".join(repr(text) for text in (idle.source, idle.name) if text)
        kinds = " or ".join(idle.kinds)
        raise InputError(f"waiver of {what} in {idle.file}: no {kinds} is missed there; drop it")
    return result
