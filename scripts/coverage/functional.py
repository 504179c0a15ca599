"""Functional coverage: the hits of all runs beside the plan."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chips.errors import InputError
from scripts.coverage.code import Share
from tb.coverage.group import Bin, Group


@dataclass(frozen=True)
class Covered:
    """A group of the plan and its hits.

    Parameters
    ----------
    group
        The group.
    hits
        Hits of each bin, and of what the plan excludes or does not know.
    """

    group: Group
    hits: Mapping[Bin, int]

    @property
    def share(self) -> Share:
        """Bins that were hit."""
        return Share(sum(bin_ in self.hits for bin_ in self.group.bins), len(self.group.bins))

    @property
    def holes(self) -> list[Bin]:
        """Bins that were not hit, in the order of the plan."""
        return [bin_ for bin_ in self.group.ordered if bin_ not in self.hits]

    @property
    def impossible(self) -> list[Bin]:
        """What was hit though the plan says that it cannot happen, or does not know it."""
        return sorted(bin_ for bin_ in self.hits if bin_ not in self.group.bins)


def read_hits(files: Iterable[Path], plan: Mapping[str, Group]) -> list[Covered]:
    """Sum the hits of all runs.

    Raises
    ------
    InputError
        A file is not JSON or names a group that the plan does not have.
    """
    total: dict[str, Counter[Bin]] = {name: Counter() for name in plan}
    for file in files:
        for name, counts in _load(file).items():
            if name not in plan:
                raise InputError(f"{file}: group {name!r}; allowed: {', '.join(plan)}")
            total[name].update({tuple(bin_.split("|")): n for bin_, n in counts.items()})
    return [Covered(group, total[name]) for name, group in plan.items()]


def _load(file: Path) -> dict[str, dict[str, int]]:
    try:
        return dict(json.loads(file.read_text()))
    except (ValueError, TypeError) as error:
        raise InputError(f"{file}: {error}; allowed: the hits of one run as JSON") from None


def functional_share(groups: Iterable[Covered]) -> Share:
    """Bins of the whole plan that were hit."""
    shares = [covered.share for covered in groups]
    return Share(sum(s.reached for s in shares), sum(s.total for s in shares))
