r"""Read what Verilator's coverage counters say at the end of a run.

A file `coverage.dat` has one line per counter: `C '<key>\x02<value>\x01...' <hits>`. The keys in
use are `f` file, `l` line, `n` column, `t` kind, `o` name of the point and `S` the source lines
that it stands for, such as `24-26,30`. Instances (`h`) and specialisations of a module (`page`) are
told apart there and put together here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from chips.errors import InputError

HEAD = "# SystemC::Coverage-3"
KINDS = ("line", "branch", "expr", "toggle")


class Point(NamedTuple):
    """One counter of the source, over all instances.

    Parameters
    ----------
    file
        Source file relative to the root of the project.
    line, column
        Where it stands, from 1.
    kind
        "line", "branch", "expr" or "toggle".
    name
        The branch ("if", "else"), the values of an expression, or the edge of a bit.
    lines
        Source lines that run with it; empty for expressions and toggles.
    """

    file: str
    line: int
    column: int
    kind: str
    name: str
    lines: tuple[int, ...]


def read_records(files: Iterable[Path], root: Path) -> Counter[Point]:
    """Hits of every point in the files of `root`, summed over runs and instances.

    Raises
    ------
    InputError
        If a file is no coverage data.
    """
    raw: Counter[str] = Counter()
    for file in files:
        _add(raw, file)
    hits: Counter[Point] = Counter()
    for key, count in raw.items():
        hits[_point(key, root)] += count
    return hits


def _add(raw: Counter[str], file: Path) -> None:
    head, *lines = file.read_text().splitlines() or [""]
    if head != HEAD:
        raise InputError(f"{file}: begins with {head[:40]!r}; allowed: {HEAD!r}")
    for number, line in enumerate(lines, 2):
        key, mark, count = line.rpartition("' ")
        if not (mark and key.startswith("C '") and count.isdigit()):
            raise InputError(
                f"{file}:{number}: not a counter: {line[:60]!r}; allowed: C '<key>' <n>"
            )
        raw[key[3:]] += int(count)


def _point(key: str, root: Path) -> Point:
    fields = dict(part.split("\x02", 1) for part in key.split("\x01") if "\x02" in part)
    try:
        file, kind = Path(fields["f"]), fields["t"]
        place = int(fields["l"]), int(fields["n"])
    except (KeyError, ValueError):
        raise InputError(f"coverage counter {key!r}: needs f, l, n and t") from None
    if kind not in KINDS:
        raise InputError(f"coverage counter of kind {kind!r}; allowed: {', '.join(KINDS)}")
    inside = file.relative_to(root) if file.is_relative_to(root) else file
    return Point(inside.as_posix(), *place, kind, fields.get("o", ""), _lines(fields.get("S", "")))


def _lines(text: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return tuple(numbers)
