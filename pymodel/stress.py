"""Disturb of half-selected cells: stress is counted per line, looked at only where it may matter.

A cell that shares a driven line with a selected one sees the voltage of the line; so does, with a
small weight, a masked cell on the driven word line.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from chips.errors import InputError
from pymodel.device import LINE_MAX_V, Disturb
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION

BoolArray = npt.NDArray[np.bool_]
SecondsArray = npt.NDArray[np.float64]


def stress_rate(disturb: Disturb, line_v: float) -> float:
    """Seconds of stress per second at `line_v`: e times as many per `efold_v` (ASSUMED).

    Raises
    ------
    InputError
        `line_v` outside 0..6 V.
    """
    if not 0 <= line_v <= LINE_MAX_V:
        raise InputError(f"line voltage {line_v:g} V, valid are 0..{LINE_MAX_V:g} V")
    return math.exp((line_v - disturb.reference_v) / disturb.efold_v)


class LineStress:
    """Stress that the cells of one layer have seen since each last switched, in seconds.

    Arrays (groups, rows, 2 directions, cells). Lines and rows are counted, not cells: only a group
    whose lines could have brought a cell over the budget is ever looked at.
    """

    def __init__(self, law: Disturb, shape: tuple[int, int, int]) -> None:
        groups, rows, cells = shape
        self._budget_s = law.budget_s
        self._rows = rows
        self._line_s = np.zeros((groups, 2, cells))
        self._row_s = np.zeros((groups, rows, 2, 1))
        self._seen_s = np.zeros((groups, rows, 2, cells))  # when last switched
        self._worst_s = [0.0] * groups
        self._added_s, self._both = np.empty((2, cells)), np.empty((2, cells), np.bool_)

    def harmless(self, group: int) -> bool:
        """Whether no cell of a group can have seen more than the budget."""
        return self._worst_s[group] <= self._budget_s

    def all_harmless(self) -> bool:
        """Whether no cell of the layer can have seen more than the budget."""
        return max(self._worst_s) <= self._budget_s

    def add_lines(
        self, group: int, direction: int, weight: npt.NDArray[np.float64], stress_s: float
    ) -> None:
        """Count stress on lines of a group: all rows of the columns with weight 1 see it."""
        line, added = self._line_s[group, direction], self._added_s[0]
        np.multiply(weight, stress_s, out=added)
        np.add(line, added, out=line)
        self._worst_s[group] += stress_s

    def add_row(self, group: int, row: int, direction: int, stress_s: float) -> None:
        """Count stress on all cells of one word."""
        self._row_s[group, row, direction, 0] += stress_s
        self._worst_s[group] += stress_s

    def add_words(self, first: int, last: int, stress_s: float) -> None:
        """Let words first..last-1 have seen at most this in a read, which `ReadStress` counts."""
        for group in range(first // self._rows, (last - 1) // self._rows + 1):
            self._worst_s[group] += stress_s

    def forget(self, group: int, row: int, switched: BoolArray) -> None:
        """The switched cells of a word start anew."""
        seen, both = self._added_s, self._both
        np.add(self._line_s[group], self._row_s[group, row], out=seen)
        both[:] = switched
        np.copyto(self._seen_s[group, row], seen, where=both)

    def factor(self, groups: slice, rows: slice, read_s: SecondsArray) -> SecondsArray:
        """By what the stress multiplies each resistance, (groups, rows, cells).

        Beyond the budget a cell moves in proportion to the stress: down by SET-direction stress,
        up by RESET-direction stress. Form assumed.

        Parameters
        ----------
        read_s : stress of the reads in the RESET direction, (groups, rows, cells), in seconds
        """
        seen_s = self._line_s[groups][:, None] + self._row_s[groups, rows]
        seen_s[:, :, RESET_DIRECTION] += read_s
        excess = np.maximum((seen_s - self._seen_s[groups, rows]) / self._budget_s, 1.0)
        moved: SecondsArray = excess[:, :, RESET_DIRECTION] / excess[:, :, SET_DIRECTION]
        return moved
