"""Resistive crossbar: cells between rows and columns whose wires have resistance.

Rows are driven at their left end, columns are clamped to ground at their lower end:

    V_0 -source-row- o -row- o        a row segment leads to the cell on its right,
                     |cell   |cell    a column segment from its cell downwards,
                     o       o        the last one through `sense` to the clamp
                   column  column

What is solved for are the voltages that the wires lose: the drop u of every row node below its
driver and the rise w of every column node above its clamp, arrays (n, m). A cell carries
G (V - u - w), so Kirchhoff's law at both of its nodes is

    (L_r + G) u + G w = G V,    G u + (L_c + G) w = G V,

with the Laplacian L of the wires. Symmetric and positive definite, and since a loss is small where
its wire is good, no figures cancel. `pymodel.crossbar_exact` solves it directly,
`pymodel.crossbar_fast` line by line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.errors import InputError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Wires:
    """Parasitic resistances in ohms, each a number or one per segment, row or column.

    row_ohm, column_ohm: (n, m); source_ohm: (n,), in series with the first row segment;
    sense_ohm: (m,), in series with the last column segment.
    """

    row_ohm: npt.ArrayLike = 0.0
    column_ohm: npt.ArrayLike = 0.0
    source_ohm: npt.ArrayLike = 0.0
    sense_ohm: npt.ArrayLike = 0.0


@dataclass(frozen=True, eq=False)
class Crossbar:
    """Conductances in siemens, float64 (n, m), of the cells and of the segments.

    The wires of a direction are None where they have no resistance at all.
    """

    cell_s: Floats
    row_s: Floats | None
    column_s: Floats | None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.cell_s.shape
        return rows, columns


@dataclass(frozen=True, eq=False)
class Solution:
    """Currents and losses of k input vectors.

    current_a: (k, m), into the clamps. row_drop_v, column_rise_v: (k, n, m). iterations: 0 where it
    was solved directly. fallback: why the iteration was given up, empty if it was not.
    """

    current_a: Floats
    row_drop_v: Floats
    column_rise_v: Floats
    iterations: int = 0
    fallback: str = ""


Solver = Callable[[Crossbar, npt.ArrayLike], Solution]


def make_crossbar(cell_s: npt.ArrayLike, wires: Wires) -> Crossbar:
    """Check and combine cells and wires.

    Parameters
    ----------
    cell_s : (n, m) conductances in siemens; 0 is an open cell
    wires : its resistances; those of a direction are all above 0, or all 0

    Raises
    ------
    InputError
        A conductance or resistance that is negative or not finite, a short segment between
        others that are not, or arrays that do not fit.
    """
    cells = np.array(cell_s, np.float64)
    if cells.ndim != 2 or cells.size == 0:
        raise InputError(f"cell conductances of shape {cells.shape}, must be (rows, columns)")
    _require_finite("cell conductance", "S", cells)
    rows = _segments("row", wires.row_ohm, cells.shape)
    rows[:, 0] += _resistances("source", wires.source_ohm, cells.shape[:1])
    columns = _segments("column", wires.column_ohm, cells.shape)
    columns[-1] += _resistances("sense", wires.sense_ohm, cells.shape[1:])
    return Crossbar(cells, _conductances("row", rows), _conductances("column", columns))


def _segments(name: str, ohm: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    return _resistances(f"{name} segment", ohm, shape)


def _resistances(name: str, ohm: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    given = np.asarray(ohm, np.float64)
    if given.ndim and given.shape != shape:
        raise InputError(f"{name} resistances of shape {given.shape}, must be one or {shape}")
    _require_finite(f"{name} resistance", "ohm", given)
    return np.broadcast_to(given, shape).copy()


def _require_finite(name: str, unit: str, values: Floats) -> None:
    bad = values[~(np.isfinite(values) & (values >= 0))]
    if bad.size:
        raise InputError(f"{name} {bad.flat[0]:g} {unit}, must be finite and not negative")


def _conductances(name: str, ohm: Floats) -> Floats | None:
    if not ohm.any():
        return None
    if not ohm.all():
        place = tuple(int(i) for i in np.argwhere(ohm == 0)[0])
        raise InputError(
            f"{name} segment {place} has 0 ohm and others have more: all of a direction must be "
            "above 0, or all 0"
        )
    return 1 / ohm


def input_vectors(array: Crossbar, input_v: npt.ArrayLike) -> Floats:
    """Inputs as float64 (k, n).

    Raises
    ------
    InputError
        Not (n,) or (k, n), or not finite.
    """
    vectors = np.atleast_2d(np.asarray(input_v, np.float64))
    rows = array.shape[0]
    if vectors.ndim != 2 or vectors.shape[1] != rows:
        raise InputError(f"inputs of shape {np.shape(input_v)}, must be ({rows},) or (k, {rows})")
    if not np.isfinite(vectors).all():
        raise InputError("inputs must be finite voltages")
    return vectors


def cell_current_a(array: Crossbar, vectors: Floats, drop_v: Floats, rise_v: Floats) -> Floats:
    """Current of every cell G (V - u - w), in amperes, (k, n, m)."""
    carried_a: Floats = array.cell_s * (vectors[:, :, None] - drop_v - rise_v)
    return carried_a


def solution(array: Crossbar, vectors: Floats, drop_v: Floats, rise_v: Floats) -> Solution:
    """Output currents (k, m), the sums of what the cells of a column carry, with the losses."""
    current_a = cell_current_a(array, vectors, drop_v, rise_v).sum(1)
    return Solution(current_a, drop_v, rise_v)


def ideal_solution(array: Crossbar, vectors: Floats) -> Solution:
    """Wires without resistance: I = G^T V, nothing is lost."""
    nothing = np.zeros((len(vectors), *array.shape))
    return Solution(vectors @ array.cell_s, nothing, nothing)


def driver_current_a(array: Crossbar, found: Solution, input_v: npt.ArrayLike) -> Floats:
    """Current that each driver delivers, in amperes, (k, n)."""
    vectors = input_vectors(array, input_v)
    current_a = cell_current_a(array, vectors, found.row_drop_v, found.column_rise_v)
    return np.asarray(current_a.sum(2))


def transfer_s(array: Crossbar, solve: Solver) -> Floats:
    """The array as seen at its terminals, in siemens, (n, m): I = V @ transfer.

    A linear network with n inputs is known after n solutions; every further vector is a product.
    """
    return solve(array, np.eye(array.shape[0])).current_a


def line_bands(segment_s: Floats) -> tuple[Floats, Floats]:
    """Diagonal and next band of the Laplacian of lines that are held before their first segment.

    Parameters
    ----------
    segment_s : (lines, length); segment j leads to node j

    Returns
    -------
    diagonal, beside : (lines, length); `beside` couples a node to the next, 0 at the end of a line
    """
    onward = np.zeros_like(segment_s)
    onward[:, :-1] = segment_s[:, 1:]
    return segment_s + onward, -onward


def from_clamp(values: Floats) -> Floats:
    """(..., n, m) as lines that begin at the clamps, (..., m, n)."""
    lines: Floats = np.swapaxes(values[..., ::-1, :], -1, -2)
    return lines


def from_columns(lines: Floats) -> Floats:
    """Lines (..., m, n) that begin at the clamps, as (..., n, m)."""
    values: Floats = np.swapaxes(lines, -1, -2)[..., ::-1, :]
    return values
