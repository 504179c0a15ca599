"""The figures as `docs/figures.md`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from chips.description import Chip
from pymodel.figures import lee2020, marinella2022
from pymodel.figures.accuracies import accuracies
from pymodel.figures.figure import Figure
from pymodel.figures.marinella2022 import OPERATIONS, TILES
from pymodel.figures.table import (
    all_figures,
    difference_text,
    explanation,
    number,
    percent_text,
    printed_text,
    summary,
)

INTRODUCTION = (
    "# Published figures",
    "",
    "<!-- Written by `python -m pymodel.figures --markdown`; do not edit. -->",
    "",
    "What the four papers behind this chip print, and what the formula behind each figure gives.",
    "`.venv/bin/python -m pymodel.figures` prints the same table, `--json` gives it to a script.",
    "Sizes come from `chips/cifar10/chip.toml`, the rest from what the papers print.",
    "",
    "| status | means |",
    "|---|---|",
    "| follows | the plain formula gives the printed number, its last digit rounded up or down |",
    "| stretched | only an unusual way of counting gives it; that way is named |",
    "| not reproducible | no honest formula gives it; the value is what the formula gives |",
    "",
    "Ki and Mi are 1024 and 1024^2, k is 1000, whatever the paper writes. F filters, C input",
    "channels, H x W outputs, k x k kernel; N inputs, M outputs.",
)
HEADER = (
    "| where | figure | printed | formula | unit | difference | status | how |",
    "|---|---|---:|---:|---|---:|---|---|",
)


def markdown(chip: Chip) -> Iterator[str]:
    """Lines of the page."""
    figures = all_figures(chip)
    yield from INTRODUCTION
    yield from ("", f"{summary(figures)}.")
    for source, rows in groupby(figures, lambda figure: figure.source):
        yield from ("", f"## {source}", "", *HEADER)
        yield from map(_row, rows)
        if source == lee2020.SOURCE:
            yield from _accuracies()
        if source == marinella2022.SOURCE:
            yield from _tiles()


def _row(figure: Figure) -> str:
    cells = (
        *(figure.place, figure.name, printed_text(figure), number(figure.value), figure.unit),
        *(difference_text(figure), figure.status.value, "; ".join(explanation(figure))),
    )
    return f"| {' | '.join(cells)} |"


def _accuracies() -> Iterator[str]:
    yield from ("", "Test accuracies on MNIST in percent; `-` where nothing was trained here.", "")
    yield from ("| table | case | column | printed | trained here |", "|---|---|---|---:|---:|")
    for row in accuracies():
        cells = (str(row.table), row.case, row.column, f"{row.printed:.2f}", percent_text(row))
        yield f"| {' | '.join(cells)} |"


def _tiles() -> Iterator[str]:
    yield from ("", "Energy per operation in fJ / array latency in us, 14 nm, 8 bits; cited.", "")
    yield from (f"| technology | {' | '.join(OPERATIONS)} |", "|---|---:|---:|---:|")
    for tile in TILES:
        yield f"| {tile.technology} | {' | '.join(tile.cells)} |"
