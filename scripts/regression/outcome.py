"""What became of one seed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from tb.regress.journal import Journal


@dataclass(frozen=True)
class Outcome:
    """The result of one seed.

    Parameters
    ----------
    seed, chip
        What ran.
    cause
        Why it failed, in one line; empty if it passed.
    log
        Log of the simulator, relative to the root of the project; empty if there is none.
    trace
        Hash over all pins in every clock; empty if it failed.
    journal
        What has happened; None if it failed.
    seconds
        Wall-clock time.
    """

    seed: int
    chip: str
    cause: str = ""
    log: str = ""
    trace: str = ""
    journal: Journal | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether all of it was right."""
        return not self.cause

    def failed(self, cause: str) -> Outcome:
        """The same, failed after all."""
        return replace(self, cause=cause)

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold."""
        return {**vars(self), "journal": vars(self.journal) if self.journal else None}

    def to_json(self) -> str:
        """One line."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        """The outcome that was written as one line."""
        values = json.loads(text)
        journal = values.pop("journal")
        return cls(**values, journal=Journal.from_dict(journal) if journal else None)
