"""`docs/sensitivity.md`: every number comes from the summaries of the sweeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import Any

from scripts.sensitivity_report.cases import CASES, Case
from scripts.sweeping.axis import LABELS

INTRODUCTION = (
    "# Sensitivity",
    "",
    "<!-- Written by `make sensitivity PUBLISH=1`; do not edit. -->",
    "",
    "```sh",
    "make sensitivity DATA=data/cifar10               # all sweeps of the documentation",
    "make sensitivity DATA=data/cifar10 ONLY=stuck    # one of them",
    "make sensitivity DATA=data/cifar10 PUBLISH=1     # this page, and docs/plots/sweep_*",
    "```",
    "",
    "Accuracy over one parameter at a time, all else as chip and cells have it unless the command",
    "says so, every effect on. ±: standard error over the dies; images: Wilson interval at 95 %",
    "over the images, which all dies share; wrong: mean number of cells that are read as the other",
    "state. How a sweep works, and those over ratio, reference, temperature, hold time and age:",
    "[sweep.md](sweep.md); accuracy, classes and comparison: [accuracy.md](accuracy.md).",
)
WIDTH = 100


def path_of(case: Case, plots: Path, kind: str) -> Path:
    """File of a sweep in the documentation; kind: json or svg."""
    return plots / f"sweep_{case.name}.{kind}"


def markdown(plots: Path) -> Iterator[str]:
    """Lines of the page, from the summaries in a folder."""
    yield from INTRODUCTION
    for case in CASES:
        if case.title:
            yield from ("", f"## {case.title}", "", *wrap(case.says, WIDTH), "")
            yield from _measured(case, path_of(case, plots, "json"))


def _measured(case: Case, path: Path) -> Iterator[str]:
    """Command, plot and table of a sweep."""
    if not path.exists():
        yield f"`{case.command}`: not run yet."
        return
    summary = json.loads(path.read_text())
    yield from (*_subject(case, summary), "", *_table(summary))


def _subject(case: Case, summary: dict[str, Any]) -> Iterator[str]:
    definition = summary["definition"]
    weights, data, _ = (part[:12] for part in definition["hashes"])
    run = replace(case, dies=definition["dies"], images=definition["images"])
    yield f"`{run.command}`"
    yield f"([data](plots/sweep_{case.name}.json); SHA-256 of the weights {weights}, of the images"
    yield from (f"{data})", "", f"![{case.title}](plots/sweep_{case.name}.svg)")


def _table(summary: dict[str, Any]) -> Iterator[str]:
    (axis,) = summary["definition"]["axes"]
    yield f"| {LABELS[axis['name']]} | accuracy % | images % | worst die % | wrong |"
    yield "|---:|---:|---:|---:|---:|"
    for point in summary["points"]:
        mean, low, high, worst = (100 * point[n] for n in ("accuracy", "low", "high", "worst"))
        error = 100 * (point["die_error"] or 0.0)
        yield (
            f"| {point['at'][0]:g} | {mean:.2f} ± {error:.2f} | {low:.1f}..{high:.1f} | "
            f"{worst:.2f} | {point['wrong']:,.0f} |"
        )
