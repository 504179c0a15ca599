"""Code coverage: from the counters to lines, branches, expressions and toggles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scripts.coverage.records import Point
from scripts.coverage.waivers import Waiver

MEASURES = {"line": ("line",), "branch": ("branch", "expr"), "toggle": ("toggle",)}
TITLES = {"line": "line", "branch": "branch+expression", "toggle": "toggle"}


@dataclass(frozen=True)
class Item:
    """Something that a test can reach.

    Parameters
    ----------
    file, line
        Where it is; the file relative to the root of the project.
    kind
        "line", "branch", "expr" or "toggle".
    name
        What it is within its line; empty for a line.
    hits
        How often it was reached.
    waiver
        Why it need not be, if it was not.
    """

    file: str
    line: int
    kind: str
    name: str
    hits: int
    waiver: Waiver | None = None

    @property
    def hole(self) -> bool:
        """Whether it was missed and is not waived."""
        return not self.hits and not self.waiver


@dataclass(frozen=True)
class Share:
    """How much of something was reached; waived items do not count."""

    reached: int
    total: int

    @property
    def percent(self) -> float:
        """Reached of all; 100 of nothing."""
        return 100.0 * self.reached / self.total if self.total else 100.0


def items(hits: Mapping[Point, int]) -> list[Item]:
    """Everything that the counters tell of, by file, line, kind and name."""
    lines: Counter[tuple[str, int]] = Counter()
    points: Counter[tuple[str, int, str, str, int]] = Counter()
    for point, count in hits.items():
        for line in point.lines:
            lines[point.file, line] = max(lines[point.file, line], count)
        if point.kind != "line":
            key = point.file, point.line, point.kind, point.name, point.column
            points[key] += count
    found = [Item(file, line, "line", "", count) for (file, line), count in lines.items()]
    found += [
        Item(file, line, kind, name, count) for (file, line, kind, name, _), count in points.items()
    ]
    return sorted(found, key=lambda item: (item.file, item.line, item.kind, item.name))


def shares(found: Iterable[Item]) -> dict[str, Share]:
    """The share of each measure."""
    reached, total = Counter[str](), Counter[str]()
    for item in found:
        if not item.waiver:
            total[item.kind] += 1
            reached[item.kind] += item.hits > 0
    return {
        measure: Share(sum(reached[k] for k in kinds), sum(total[k] for k in kinds))
        for measure, kinds in MEASURES.items()
    }


def by_file(found: Iterable[Item]) -> dict[str, list[Item]]:
    """The items of each file."""
    files: dict[str, list[Item]] = defaultdict(list)
    for item in found:
        files[item.file].append(item)
    return dict(sorted(files.items()))
