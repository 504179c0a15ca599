"""Progress of long work: a bar with rate and remaining time on a terminal, else a line per 10 %."""

from __future__ import annotations

import sys
import time

WIDTH = 30


class Progress:
    """Reports how much of `total` is done on standard error.

    Parameters
    ----------
    label
        What is being done.
    total
        Number of units.
    unit
        Name of a unit, for the rate.
    """

    def __init__(self, label: str, total: int, unit: str) -> None:
        self.label, self.total, self.unit = label, total, unit
        self._start = time.monotonic()
        self._tenth = 0
        self._bar = sys.stderr.isatty()

    def update(self, done: int) -> None:
        """Report `done` of the total; call it as often as convenient."""
        tenth = 10 * done // self.total
        if self._bar:
            end = "\n" if done >= self.total else ""
            print(f"\r{self._text(done)}\x1b[K", end=end, file=sys.stderr, flush=True)
        elif tenth > self._tenth:
            print(self._text(done), file=sys.stderr, flush=True)
        self._tenth = tenth

    def _text(self, done: int) -> str:
        seconds = max(time.monotonic() - self._start, 1e-9)
        rate = done / seconds
        left = (self.total - done) / rate if rate else 0.0
        bar = "#" * (WIDTH * done // self.total)
        shown = f"[{bar:<{WIDTH}}] " if self._bar else ""
        percent = 100 * done // self.total
        return (
            f"{self.label:<12} {shown}{percent:3d} %  {done:,}/{self.total:,} {self.unit}, "
            f"{rate:,.0f}/s, {seconds:.0f} s, {left:.0f} s left"
        )
