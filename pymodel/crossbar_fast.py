"""Crossbar line by line: tridiagonal solutions of whole rows and columns in turn.

With the columns eliminated, w = (L_c + G)^-1 G (V - u), the rows are left with S u = b where
S = L_r + G - G (L_c + G)^-1 G is symmetric and positive definite. Conjugate gradients solve it with
the rows' own L_r + G as preconditioner (Saad, Iterative Methods for Sparse Linear Systems, 2nd ed.,
algorithm 9.1): each step is one tridiagonal solution of all columns and one of all rows.

The error is bounded, not estimated: what Kirchhoff's law misses at a node is a current that
would have to be injected there, and of a current injected into a passive network the clamps take
together no more than it is. So no clamp current is wrong by more than the sum of the magnitudes of
all that is missing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from pymodel.crossbar import (
    Crossbar,
    Floats,
    Solution,
    from_clamp,
    from_columns,
    ideal_solution,
    input_vectors,
    line_bands,
    solution,
)
from pymodel.crossbar_exact import solve_exact

TOLERANCE = 1e-7  # of the largest output current of an input vector
STEPS_MAX = 400
STALL_STEPS = 40  # what is missing must have halved within these


def solve_fast(
    array: Crossbar,
    input_v: npt.ArrayLike,
    tolerance: float = TOLERANCE,
    steps_max: int = STEPS_MAX,
) -> Solution:
    """Solve line by line; what does not converge is solved directly, and `fallback` says why.

    Parameters
    ----------
    input_v : (n,) or (k, n) driver voltages
    tolerance : bound of the error of every output, relative to the largest of its input vector

    Raises
    ------
    InputError
        Inputs that do not fit or are not finite.
    """
    vectors = input_vectors(array, input_v)
    if array.row_s is None or array.column_s is None:
        return _one_direction(array, vectors)
    iteration = Iteration(array.cell_s, array.row_s, array.column_s, vectors)
    fallback = iteration.run(tolerance, steps_max)
    if fallback:
        return replace(solve_exact(array, vectors), iterations=iteration.steps, fallback=fallback)
    found = solution(array, vectors, iteration.drop_v, iteration.rise_v)
    return replace(found, iterations=iteration.steps)


def _one_direction(array: Crossbar, vectors: Floats) -> Solution:
    """Resistance in the rows alone or in the columns alone: every line stands for itself."""
    ideal_a = vectors[:, :, None] * array.cell_s
    nothing = np.zeros_like(ideal_a)
    if array.row_s is not None:
        rows = LineSolver(array.row_s, array.cell_s)
        return solution(array, vectors, rows.solve(ideal_a), nothing)
    if array.column_s is not None:
        columns = ColumnSolver(array.column_s, array.cell_s)
        return solution(array, vectors, nothing, columns.solve(ideal_a))
    return ideal_solution(array, vectors)


class LineSolver:
    """Rows (L + G) x = b, which do not touch, factorised together as one tridiagonal matrix.

    Parameters
    ----------
    segment_s, cell_s : (lines, length); segment j leads to node j, the first from where it is held
    """

    def __init__(self, segment_s: Floats, cell_s: Floats) -> None:
        diagonal, beside = line_bands(segment_s)
        self._diagonal, self._beside = diagonal + cell_s, beside[:, :-1]
        band = beside.ravel()[: max(cell_s.size - 1, 1)]
        self._factors = lapack.dpttrf(self._diagonal.ravel(), band)[:2]

    def solve(self, right: Floats) -> Floats:
        """Solutions x of k right sides, (k, lines, length)."""
        flat = right.reshape(len(right), -1).T
        solved: Floats = lapack.dpttrs(*self._factors, flat)[0].T
        return solved.reshape(right.shape)

    def apply(self, x: Floats) -> Floats:
        """(L + G) x of k vectors, (k, lines, length)."""
        product: Floats = self._diagonal * x
        product[..., 1:] += self._beside * x[..., :-1]
        product[..., :-1] += self._beside * x[..., 1:]
        return product


class ColumnSolver:
    """The same for columns, which are held at their lower end, on arrays (k, n, m)."""

    def __init__(self, segment_s: Floats, cell_s: Floats) -> None:
        self._lines = LineSolver(from_clamp(segment_s), from_clamp(cell_s))

    def solve(self, right: Floats) -> Floats:
        """Solutions x of k right sides, (k, n, m)."""
        return from_columns(self._lines.solve(from_clamp(right)))

    def apply(self, x: Floats) -> Floats:
        """(L + G) x of k vectors, (k, n, m)."""
        return from_columns(self._lines.apply(from_clamp(x)))


class Iteration:
    """Conjugate gradients on the rows of k input vectors at once, each with its own steps.

    drop_v, rise_v: the losses u and w so far, (k, n, m). steps: how many were taken.
    """

    def __init__(self, cell_s: Floats, row_s: Floats, column_s: Floats, vectors: Floats) -> None:
        self._cell_s = cell_s
        self._rows, self._columns = LineSolver(row_s, cell_s), ColumnSolver(column_s, cell_s)
        self._ideal_a = vectors[:, :, None] * cell_s
        self.drop_v = np.zeros_like(self._ideal_a)
        self.rise_v = self._columns.solve(self._ideal_a)
        self.steps = 0

    def run(self, tolerance: float, steps_max: int) -> str:
        """Iterate to the tolerance; empty, or why it was not reached."""
        row_a = self._ideal_a - self._cell_s * self.rise_v
        direction, strength = np.zeros_like(row_a), np.ones(len(row_a))
        missing = [self._relative(_magnitude(row_a))]
        while not missing[-1] <= tolerance:
            if reason := _given_up(missing, steps_max):
                return reason
            preconditioned = self._rows.solve(row_a)
            old, strength = strength, _dot(row_a, preconditioned)
            direction = preconditioned + _ratio(strength, old) * direction
            row_a = self._step(row_a, direction, strength)
            missing.append(self._relative(_magnitude(row_a)))
            self.steps += 1
        left = self._relative(self._missing_a())
        return "" if left <= tolerance else f"Kirchhoff's law misses {left:.1e} of the current"

    def _step(self, row_a: Floats, direction: Floats, strength: Floats) -> Floats:
        """Go along `direction` to the minimum; what the rows miss afterwards."""
        answer = self._columns.solve(self._cell_s * direction)
        change_a = self._rows.apply(direction) - self._cell_s * answer
        length = _ratio(strength, _dot(direction, change_a))
        self.drop_v += length * direction
        self.rise_v -= length * answer
        return row_a - length * change_a

    def _relative(self, current_a: Floats) -> float:
        """The worst of k currents, relative to the largest output of its input vector."""
        carried_a = self._ideal_a - self._cell_s * (self.drop_v + self.rise_v)
        largest_a = np.abs(carried_a.sum(1)).max(1)
        with np.errstate(divide="ignore"):
            share = np.divide(current_a, largest_a, out=current_a.copy(), where=current_a > 0)
        return float(share.max())

    def _missing_a(self) -> Floats:
        """Sum of the magnitudes of what Kirchhoff's law misses at all nodes, amperes (k,)."""
        row_a = self._ideal_a - self._cell_s * self.rise_v - self._rows.apply(self.drop_v)
        column_a = self._ideal_a - self._cell_s * self.drop_v - self._columns.apply(self.rise_v)
        return _magnitude(row_a) + _magnitude(column_a)


def _given_up(missing: list[float], steps_max: int) -> str:
    """Why an iteration that misses these currents, step by step, is not worth going on."""
    steps = len(missing) - 1
    if not np.isfinite(missing[-1]):
        return f"diverged at step {steps}"
    if steps >= steps_max:
        return f"not converged after {steps} steps"
    if steps >= STALL_STEPS and missing[-1] > 0.5 * missing[-1 - STALL_STEPS]:
        return f"no progress in the last {STALL_STEPS} of {steps} steps"
    return ""


def _dot(a: Floats, b: Floats) -> Floats:
    """Inner products of k arrays, (k,)."""
    products: Floats = np.einsum("knm,knm->k", a, b)
    return products


def _ratio(above: Floats, below: Floats) -> Floats:
    """Quotients as (k, 1, 1); 0 where there is nothing left to divide."""
    quotient = np.divide(above, below, out=np.zeros_like(above), where=below != 0)
    return quotient[:, None, None]


def _magnitude(values: Floats) -> Floats:
    """Sums of the magnitudes of k arrays, (k,)."""
    total: Floats = np.abs(values).sum((1, 2))
    return total
