"""Crossbar by sparse nodal analysis, factorised once for all input vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import splu

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


def solve_exact(array: Crossbar, input_v: npt.ArrayLike) -> Solution:
    """Solve the nodal equations directly.

    Parameters
    ----------
    input_v : (n,) or (k, n) driver voltages

    Raises
    ------
    InputError
        Inputs that do not fit or are not finite.
    """
    vectors = input_vectors(array, input_v)
    if array.row_s is None and array.column_s is None:
        return ideal_solution(array, vectors)
    matrix, places = nodal_matrix(array)
    ideal_a = (vectors[:, :, None] * array.cell_s).reshape(len(vectors), -1).T
    factors = splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    lost_v = factors.solve(np.tile(ideal_a, (sum(places), 1))).T
    return solution(array, vectors, *_fields(lost_v, places, array.shape))


def nodal_matrix(array: Crossbar) -> tuple[Any, tuple[bool, bool]]:
    """Matrix of the losses, scipy.sparse csc, and which of u and w it holds.

    Nodes are numbered row by row, those of the rows first.
    """
    coupling = sparse.diags_array(array.cell_s.ravel())
    rows, columns = row_matrix(array), column_matrix(array)
    if rows is None or columns is None:
        wired = columns if rows is None else rows
        return (wired + coupling).tocsc(), (rows is not None, columns is not None)
    blocks = [[rows + coupling, coupling], [coupling, columns + coupling]]
    return sparse.block_array(blocks, format="csc"), (True, True)


def row_matrix(array: Crossbar) -> Any:
    """Laplacian of the row wires, (n m, n m), or None."""
    if array.row_s is None:
        return None
    return _symmetric(*line_bands(array.row_s), 1)


def column_matrix(array: Crossbar) -> Any:
    """Laplacian of the column wires, (n m, n m), or None."""
    if array.column_s is None:
        return None
    diagonal, beside = (from_columns(b) for b in line_bands(from_clamp(array.column_s)))
    return _symmetric(diagonal, np.roll(beside, -1, axis=0), array.shape[1])


def _symmetric(diagonal: Floats, beside: Floats, offset: int) -> Any:
    """Matrix with two equal side bands; `beside` couples node i to node i + offset."""
    size = diagonal.size
    band = beside.ravel()[: size - offset]
    bands = (band, diagonal.ravel(), band)
    return sparse.diags_array(bands, offsets=(-offset, 0, offset), shape=(size, size))


def _fields(
    lost_v: Floats, places: tuple[bool, bool], shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Drop and rise (k, n, m) of the solved nodes (k, nodes)."""
    parts = iter(lost_v.reshape(len(lost_v), sum(places), *shape).swapaxes(0, 1))
    nothing = np.zeros((len(lost_v), *shape))
    drop_v, rise_v = (next(parts) if here else nothing for here in places)
    return drop_v, rise_v
