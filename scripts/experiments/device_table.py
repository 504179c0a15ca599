"""The loss on published devices as a table and as a plot; the rows are those of `device_loss`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes

from scripts.experiments.device_loss import Row

DAY_S = 86400.0


def age_text(age_s: float) -> str:
    """Age of the cells."""
    return f"{age_s / DAY_S:g} days" if age_s >= DAY_S else f"{age_s:g} s"


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal."""
    yield "device                       age        loss (dies)       accuracy"
    for row in found:
        yield (
            f"{row.device:<28} {age_text(row.age_s):<8} {row.loss_percent:6.2f} +- "
            f"{row.spread_percent:4.2f} %  {row.accuracy_percent:8.2f} %"
        )


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """Loss of every device, the spread of its dies as bars."""
    names = [f"{row.device}, {age_text(row.age_s)}" for row in found]
    losses, spreads = ([getattr(r, n) for r in found] for n in ("loss_percent", "spread_percent"))
    axes.barh(names, losses, xerr=spreads, height=0.6, capsize=3)
    axes.invert_yaxis()
    axes.set_xlabel("loss of accuracy (percentage points), bars: spread of the dies")
    axes.set_title(f"{found[0].images:,} images, {found[0].dies} dies each", fontsize=9)
