"""What has happened in a scenario, for the report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "scenario.json"  # in the folder of the run


@dataclass
class Journal:
    """Counts of all that a scenario has done.

    Attributes
    ----------
    chip, device
        Names of the chip and of its cell parameter set.
    operations
        Programming operations that ran, by name.
    refusals
        Programming operations that were refused, by error.
    events
        What came in between, by name.
    pictures
        What was done with images, by name.
    words
        Words whose pulses and senses were judged.
    labels
        Labels that were compared with the golden network.
    cycles
        System clocks.
    """

    chip: str = ""
    device: str = ""
    operations: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    pictures: Counter[str] = field(default_factory=Counter)
    words: int = 0
    labels: int = 0
    cycles: int = 0

    def write(self, folder: Path) -> None:
        """Write it to the folder of the run."""
        (folder / FILE).write_text(json.dumps(vars(self), indent=2))

    @classmethod
    def read(cls, folder: Path) -> Journal:
        """Read that of a run."""
        return cls.from_dict(json.loads((folder / FILE).read_text()))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Journal:
        """The journal with these fields."""
        counts = {name: Counter(v) for name, v in values.items() if isinstance(v, dict)}
        return cls(**{**values, **counts})
