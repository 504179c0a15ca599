"""All figures, as text for a terminal of 100 columns and as plain values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from chips.description import Chip
from pymodel.figures import (
    amer_performance,
    amer_sizes,
    cosemans2019,
    cosemans_lines,
    lee2020,
    marinella2022,
)
from pymodel.figures.accuracies import Accuracy, accuracies
from pymodel.figures.figure import Figure, Status
from pymodel.figures.marinella2022 import OPERATIONS, TILES

DIGITS = 5


def all_figures(chip: Chip) -> list[Figure]:
    """Every figure of every source, those of a source together."""
    return [
        *amer_sizes.figures(chip),
        *amer_performance.figures(chip),
        *cosemans2019.figures(),
        *cosemans_lines.figures(),
        *lee2020.figures(),
        *marinella2022.figures(),
    ]


def number(value: float) -> str:
    """A number with five significant digits, without trailing zeros."""
    if value == 0 or not 1e-3 <= abs(value) < 1e7:
        return f"{value:.3g}"
    decimals = max(DIGITS - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def printed_text(figure: Figure) -> str:
    """The number as the source prints it."""
    plain = "e" not in figure.printed or abs(figure.printed_value) < 1e-3
    return figure.printed if plain else number(figure.printed_value)


def difference_text(figure: Figure) -> str:
    """Relative difference in percent, without a sign where there is none to see."""
    percent = round(100 * figure.difference, 2)
    return f"{percent:+.2f} %" if percent else "0 %"


def explanation(figure: Figure) -> list[str]:
    """Formula and convention; then the counting that gives the printed number, if it is another."""
    lines = ["; ".join(part for part in (figure.formula, figure.convention) if part)]
    if figure.stretch is not None:
        lines.append(f"{number(figure.stretch.value)} by {figure.stretch.formula}")
    return lines


def values(chip: Chip) -> dict[str, Any]:
    """Everything as plain values, for a JSON file."""
    return {
        "figures": [_plain(figure) for figure in all_figures(chip)],
        "tiles": [tile._asdict() for tile in TILES],
        "accuracies": [asdict(accuracy) for accuracy in accuracies()],
    }


def _plain(figure: Figure) -> dict[str, Any]:
    return asdict(figure) | {
        "printed_value": figure.printed_value,
        "difference": figure.difference,
        "status": figure.status.value,
    }


def text(chip: Chip) -> Iterator[str]:
    """Lines of the table, grouped by source and place."""
    figures = all_figures(chip)
    for source, rows in groupby(figures, lambda figure: figure.source):
        yield from ("", source, "=" * len(source))
        for place, group in groupby(rows, lambda figure: figure.place):
            yield from ("", place)
            for figure in group:
                yield from _rows(figure)
        if source == lee2020.SOURCE:
            yield from _accuracies()
        if source == marinella2022.SOURCE:
            yield from _tiles()
    yield from ("", summary(figures))


def summary(figures: list[Figure]) -> str:
    """How many of each status."""
    counts = Counter(figure.status for figure in figures)
    return f"{len(figures)} figures: " + ", ".join(f"{counts[s]} {s.value}" for s in Status)


def _rows(figure: Figure) -> Iterator[str]:
    yield (
        f"  {figure.name:<32} {printed_text(figure):>8} {number(figure.value):>9} "
        f"{figure.unit:<9} {difference_text(figure):>10}  {figure.status.value}"
    )
    for line in explanation(figure):
        yield f"      {line}"


def _accuracies() -> Iterator[str]:
    yield from ("", "test accuracies on MNIST in percent", f"  {'':34}printed  trained here")
    for row in accuracies():
        name = f"table {row.table}  {row.case:<6} {row.column}"
        yield f"  {name:<32} {row.printed:8.2f} {percent_text(row):>13}"


def _tiles() -> Iterator[str]:
    yield from ("", "energy per operation in fJ / array latency in us, 14 nm, 8 bits; cited")
    yield "  " + " " * 8 + "".join(f"{operation:>18}" for operation in OPERATIONS)
    for tile in TILES:
        yield f"  {tile.technology:<8}" + "".join(f"{cell:>18}" for cell in tile.cells)


def percent_text(accuracy: Accuracy) -> str:
    """What was trained here, in percent."""
    return "-" if accuracy.trained is None else f"{accuracy.trained:.2f}"
