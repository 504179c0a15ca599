"""What one measurement has found, and whether it reaches the goals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from chips.errors import InputError
from scripts.coverage.code import Item, Share, items, shares
from scripts.coverage.functional import Covered, functional_share, read_hits
from scripts.coverage.records import read_records
from scripts.coverage.waivers import Waiver, load_waivers, waive
from sim.benches import COVERED_CHIP
from sim.runner import COUNTERS, FUNCTIONAL
from tb.coverage.group import Group

GOALS = {"line": 95.0, "branch": 95.0, "toggle": 90.0, "functional": 100.0}  # percent


@dataclass(frozen=True)
class Result:
    """Everything that was counted.

    Parameters
    ----------
    code
        Items of the hand-written RTL, waived ones with their waiver.
    functional
        Groups of the plan with their hits.
    waivers
        All waivers.
    runs
        Number of tests that were counted.
    minutes
        What building and running them took, wall clock; 0 if nothing was run.
    chip
        The chip that they ran on.
    """

    code: list[Item]
    functional: list[Covered]
    waivers: list[Waiver]
    runs: int
    minutes: float
    chip: str = COVERED_CHIP

    @property
    def shares(self) -> dict[str, Share]:
        """The share of each measure that has a goal."""
        return {**shares(self.code), "functional": functional_share(self.functional)}

    @property
    def raw(self) -> dict[str, Share]:
        """The shares of the code as if nothing were waived."""
        return shares(replace(item, waiver=None) for item in self.code)

    @property
    def holes(self) -> list[Item]:
        """Code that was missed and is not waived."""
        return [item for item in self.code if item.hole]

    @property
    def impossible(self) -> list[tuple[str, str]]:
        """Group and bin of what cannot happen and has."""
        return [(c.group.name, " | ".join(b)) for c in self.functional for b in c.impossible]

    @property
    def passes(self) -> bool:
        """Whether every goal is reached and nothing impossible happened."""
        reached = all(share.percent >= GOALS[name] for name, share in self.shares.items())
        return reached and not self.impossible


def collect(
    runs: Path, root: Path, waivers: Path, plan: Mapping[str, Group], minutes: float
) -> Result:
    """Read what all runs below a folder have counted.

    Raises
    ------
    InputError
        There is none, or a file cannot be read, or a waiver is out of date.
    """
    counters = sorted(runs.glob(f"*/runs/*/{COUNTERS}"))
    if not counters:
        raise InputError(f"{runs}: no run was counted; run make coverage")
    hits = read_hits(sorted(runs.glob(f"*/runs/*/{FUNCTIONAL}")), plan)
    listed = load_waivers(waivers)
    code = waive(items(read_records(counters, root)), listed, root)
    return Result(code, hits, listed, len(counters), minutes)
