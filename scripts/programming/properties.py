"""How often each property of the sequence checker was exercised, from the log of a run."""

from __future__ import annotations

import re
from pathlib import Path

PLUSARG = "+cnr_properties"
LINE = re.compile(r"property (A\d+) exercised (\d+)")


def exercised(log: Path) -> dict[str, int]:
    """Evaluations per property, summed over all checkers; empty where none was recorded."""
    found: dict[str, int] = {}
    for name, count in LINE.findall(log.read_text(errors="replace")):
        found[name] = found.get(name, 0) + int(count)
    return dict(sorted(found.items(), key=lambda item: int(item[0][1:])))
