"""The coverage report for the terminal, at most 100 columns wide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from scripts.coverage.code import TITLES, Item, Share, by_file, shares
from scripts.coverage.result import GOALS, Result

WIDTH = 100
HOLES_SHOWN = 40  # lines of holes per part; the HTML report has all


def table(result: Result, out: Path) -> str:
    """The whole report."""
    parts = (_files(result), _groups(result), _holes(result), _bins(result), _goals(result, out))
    return "\n\n".join("\n".join(part) for part in parts if part)


def _files(result: Result) -> list[str]:
    lines = [f"{'file':<28}{'line':>16}{'branch+expr':>18}{'toggle':>18}"]
    for file, found in by_file(result.code).items():
        cells = [_cell(share) for share in shares(found).values()]
        lines.append(f"{file:<28}{cells[0]:>16}{cells[1]:>18}{cells[2]:>18}")
    return lines


def _cell(share: Share) -> str:
    if not share.total:
        return "-"
    return f"{share.reached:,}/{share.total:,} {share.percent:5.1f}"


def _groups(result: Result) -> list[str]:
    lines = [f"{'functional group':<28}{'bins':>16}"]
    return lines + [f"{c.group.name:<28}{_cell(c.share):>16}" for c in result.functional]


def _holes(result: Result) -> list[str]:
    lines = [line[:WIDTH] for line in hole_lines(result.holes)]
    return _shortened(["code that was missed", *lines] if lines else [])


def hole_lines(holes: list[Item]) -> Iterator[str]:
    """The holes, those of one line and kind together, toggles by signal."""
    for (file, line, kind), found in groupby(holes, key=lambda i: (i.file, i.line, i.kind)):
        names = [item.name for item in found]
        said = _signals(names) if kind == "toggle" else "; ".join(names)
        yield f"  {file}:{line} {kind} {said}".rstrip()


def _signals(names: list[str]) -> str:
    edges: dict[str, list[str]] = defaultdict(list)
    for name in names:
        signal, _, edge = name.partition(":")
        edges[signal.partition("[")[0]].append(edge)
    return ", ".join(f"{signal} ({len(missing)})" for signal, missing in edges.items())


def _bins(result: Result) -> list[str]:
    lines = [
        f"  {covered.group.name}: {' | '.join(bin_)}"[:WIDTH]
        for covered in result.functional
        for bin_ in covered.holes
    ]
    lines = _shortened(["bins that were missed", *lines] if lines else [])
    wrong = [f"  {name}: {bin_}"[:WIDTH] for name, bin_ in result.impossible]
    return lines + (["bins that the plan excludes and that were hit", *wrong] if wrong else [])


def _shortened(lines: list[str]) -> list[str]:
    more = len(lines) - 1 - HOLES_SHOWN
    return [*lines[: HOLES_SHOWN + 1], f"  ... and {more:,} more"] if more > 0 else lines


def _goals(result: Result, out: Path) -> list[str]:
    waived = sum(item.waiver is not None for item in result.code)
    took = f", {result.minutes:.1f} minutes" if result.minutes else ""
    lines = [f"chip {result.chip}, {result.runs} tests{took}"]
    for name, share in result.shares.items():
        verdict = "pass" if share.percent >= GOALS[name] else "FAIL"
        raw = f", {result.raw[name].percent:.2f} % without waivers" if name in result.raw else ""
        goal = f"{share.percent:6.2f} % of {share.total:,}, goal {GOALS[name]:g} %{raw}"
        lines.append(f"{verdict}  {TITLES.get(name, name):<18}{goal}")
    lines.append(f"{waived:,} points waived by {len(result.waivers)} waivers")
    return [*lines, f"report: {out / 'index.html'}"]
