"""Crossbar against dense nodal solutions, closed forms of ladders, and Kirchhoff's law."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from chips import InputError
from pymodel.crossbar import (
    Crossbar,
    Floats,
    Solver,
    Wires,
    driver_current_a,
    make_crossbar,
    transfer_s,
)
from pymodel.crossbar_exact import solve_exact
from pymodel.crossbar_fast import TOLERANCE, Iteration, solve_fast

SOLVERS: dict[str, Solver] = {"exact": solve_exact, "fast": solve_fast}
EXACT, FAST = 1e-9, 1e-6  # of the largest current of an input vector


def drawn(n: int, m: int, seed: int, ohm: float = 1.0) -> tuple[Floats, Wires, Floats]:
    """Cells of 1 kohm to 1 Mohm, a tenth of them open, uneven wires, inputs of both signs."""
    rng = np.random.default_rng(seed)
    cell_s = np.exp(rng.uniform(np.log(1e-6), np.log(1e-3), (n, m)))
    cell_s[rng.random((n, m)) < 0.1] = 0
    row, column = (ohm * rng.uniform(0.5, 2, (n, m)) for _ in range(2))
    wires = Wires(row, column, 10 * ohm * rng.random(n), 10 * ohm * rng.random(m))
    return cell_s, wires, rng.uniform(-0.5, 1, (3, n))


def segments(shape: tuple[int, int], wires: Wires) -> tuple[Floats, Floats]:
    """Resistance of every row and column segment, the first and the last with what is in series."""
    row, column = (np.broadcast_to(r, shape).copy() for r in (wires.row_ohm, wires.column_ohm))
    row[:, 0] += wires.source_ohm
    column[-1, :] += wires.sense_ohm
    return row, column


def stamped_a(cell_s: Floats, wires: Wires, input_v: Floats) -> Floats:
    """Clamp currents (k, m) by stamping every resistor into one dense matrix of node voltages."""
    n, m = cell_s.shape
    row, column = segments((n, m), wires)
    size = 2 * n * m
    matrix, right = np.zeros((size, size)), np.zeros((size, len(input_v)))

    def stamp(a: int, b: int | None, siemens: float) -> None:
        matrix[a, a] += siemens
        if b is not None:
            matrix[b, b] += siemens
            matrix[a, b] -= siemens
            matrix[b, a] -= siemens

    for i in range(n):
        for j in range(m):
            upper, lower = i * m + j, n * m + i * m + j
            stamp(upper, upper - 1 if j else None, 1 / row[i, j])
            stamp(lower, lower + m if i < n - 1 else None, 1 / column[i, j])
            stamp(upper, lower, cell_s[i, j])
        right[i * m] += input_v[:, i] / row[i, 0]
    node_v = np.linalg.solve(matrix, right).reshape(2, n, m, -1)
    current_a: Floats = (cell_s[:, :, None] * (node_v[0] - node_v[1])).sum(0).T
    return current_a


def eliminated_a(cell_s: Floats, wires: Wires, input_v: Floats) -> Floats:
    """Clamp currents (k, m) by dense block elimination from row to row, on node voltages.

    Only the column segments join one row of cells (2 m nodes) to the next.
    """
    n, m = cell_s.shape
    row, column = segments((n, m), wires)
    right = np.zeros((n, 2 * m, len(input_v)))
    right[:, 0] = (input_v / row[:, 0]).T
    blocks = [block_of(cell_s[i], row[i], column[i]) for i in range(n)]
    solved = []
    for i in range(n):
        down = 1 / column[i]
        solved.append(
            np.linalg.solve(blocks[i], np.hstack([np.eye(2 * m)[:, m:] * down, right[i]]))
        )
        if i < n - 1:
            blocks[i + 1][m:, m:] += np.diag(down) - down[:, None] * solved[i][m:, :m]
            right[i + 1, m:] += down[:, None] * solved[i][m:, m:]
    below_v, current_a = np.zeros((m, len(input_v))), np.zeros((m, len(input_v)))
    for i in reversed(range(n)):
        node_v = solved[i][:, m:] + solved[i][:, :m] @ below_v
        current_a += cell_s[i][:, None] * (node_v[:m] - node_v[m:])
        below_v = node_v[m:]
    return current_a.T


def block_of(cell_s: Floats, row_ohm: Floats, down_ohm: Floats) -> Floats:
    """Nodal matrix of one row of cells with its segments to the right of the driver and down."""
    along = np.diag(1 / row_ohm) + np.diag(np.append(1 / row_ohm[1:], 0))
    along -= np.diag(1 / row_ohm[1:], 1) + np.diag(1 / row_ohm[1:], -1)
    cells = np.diag(cell_s)
    return np.block([[along + cells, -cells], [-cells, cells + np.diag(1 / down_ohm)]])


def worst(found: Floats, expected: Floats) -> float:
    """Largest difference relative to the largest current of its input vector."""
    return float((np.abs(found - expected).max(1) / np.abs(expected).max(1)).max())


SIZES = [(1, 1), (1, 7), (7, 1), (2, 3), (12, 9), (20, 24)]


@pytest.mark.parametrize(("n", "m"), SIZES)
def test_both_solvers_agree_with_every_resistor_stamped(n: int, m: int) -> None:
    cell_s, wires, input_v = drawn(n, m, seed=n * m)
    if not cell_s.any():
        cell_s[0, 0] = 1e-5
    array, expected = make_crossbar(cell_s, wires), stamped_a(cell_s, wires, input_v)
    assert worst(solve_exact(array, input_v).current_a, expected) < EXACT
    fast = solve_fast(array, input_v)
    assert worst(fast.current_a, expected) < FAST
    assert fast.fallback == ""
    assert worst(eliminated_a(cell_s, wires, input_v), expected) < EXACT


@pytest.mark.parametrize("ohm", [0.01, 1.0, 5.0])
def test_both_solvers_agree_with_block_elimination_at_full_size(ohm: float) -> None:
    cell_s, wires, input_v = drawn(128, 128, seed=3, ohm=ohm)
    array, expected = make_crossbar(cell_s, wires), eliminated_a(cell_s, wires, input_v)
    assert worst(solve_exact(array, input_v).current_a, expected) < EXACT
    fast = solve_fast(array, input_v)
    assert worst(fast.current_a, expected) < FAST
    assert fast.fallback == ""
    assert 1 < fast.iterations < 15


@pytest.mark.parametrize("name", SOLVERS)
def test_without_wires_the_result_is_the_product(name: str) -> None:
    cell_s, _, input_v = drawn(9, 5, seed=1)
    found = SOLVERS[name](make_crossbar(cell_s, Wires()), input_v)
    assert np.array_equal(found.current_a, input_v @ cell_s)
    assert not found.row_drop_v.any()
    assert not found.column_rise_v.any()


@pytest.mark.parametrize("name", SOLVERS)
def test_very_good_wires_lose_what_first_order_says(name: str) -> None:
    """Losses of 1e-9 are exact to 1e-6 of themselves: nothing cancels."""
    cells, ohm, siemens = 40, 1e-6, 1e-6
    array = make_crossbar(np.full((cells, 1), siemens), Wires(column_ohm=ohm))
    found = SOLVERS[name](array, np.ones(cells))
    expected_v = ohm * siemens * cells * (cells + 1) / 2
    assert found.column_rise_v[0, 0, 0] == pytest.approx(expected_v, rel=1e-6)


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("direction", ["row", "column"])
def test_one_line_follows_the_recursion_of_a_ladder(name: str, direction: str) -> None:
    """v_k = cosh((N - k + 1/2) a) / cosh((N + 1/2) a) with sinh(a / 2)^2 = G r / 4."""
    cells, ohm, siemens = 30, 7.0, 1e-4
    a = 2 * np.arcsinh(np.sqrt(ohm * siemens) / 2)
    k = np.arange(1, cells + 1)
    left = np.cosh((cells - k + 0.5) * a) / np.cosh((cells + 0.5) * a)
    if direction == "row":
        array = make_crossbar(np.full((1, cells), siemens), Wires(row_ohm=ohm))
        drop_v = SOLVERS[name](array, [1.0]).row_drop_v[0, 0]
    else:
        array = make_crossbar(np.full((cells, 1), siemens), Wires(column_ohm=ohm))
        drop_v = SOLVERS[name](array, np.ones(cells)).column_rise_v[0, ::-1, 0]
    assert 1 - drop_v == pytest.approx(left, rel=1e-12)


@pytest.mark.parametrize("name", SOLVERS)
def test_drivers_deliver_what_the_clamps_take(name: str) -> None:
    cell_s, wires, input_v = drawn(16, 11, seed=5)
    array = make_crossbar(cell_s, wires)
    found = SOLVERS[name](array, input_v)
    delivered = driver_current_a(array, found, input_v).sum(1)
    assert delivered == pytest.approx(found.current_a.sum(1), rel=1e-9)
    row, column = segments((16, 11), wires)
    assert found.row_drop_v[:, :, 0] / row[:, 0] == pytest.approx(
        driver_current_a(array, found, input_v), rel=1e-5, abs=1e-9
    )
    assert found.column_rise_v[:, -1] / column[-1] == pytest.approx(
        found.current_a, rel=1e-5, abs=1e-9
    )


@pytest.mark.parametrize("name", SOLVERS)
def test_an_open_column_carries_nothing_and_an_open_array_neither(name: str) -> None:
    cell_s, wires, input_v = drawn(8, 6, seed=2)
    cell_s[:, 3] = 0
    found = SOLVERS[name](make_crossbar(cell_s, wires), input_v)
    assert (found.current_a[:, 3] == 0).all()
    assert (found.current_a[:, 2] != 0).all()
    nothing = SOLVERS[name](make_crossbar(np.zeros((8, 6)), wires), input_v)
    assert not nothing.current_a.any()


@pytest.mark.parametrize("name", SOLVERS)
def test_no_input_gives_no_current_and_the_opposite_input_the_opposite(name: str) -> None:
    cell_s, wires, input_v = drawn(10, 8, seed=4)
    array = make_crossbar(cell_s, wires)
    found = SOLVERS[name](array, [input_v[0], -input_v[0], 0 * input_v[0]]).current_a
    assert found[1] == pytest.approx(-found[0], rel=1e-9)
    assert not found[2].any()


@pytest.mark.parametrize("name", SOLVERS)
def test_inputs_that_cancel_keep_their_digits(name: str) -> None:
    """As one input goes through the zero of an output, the output stays on a straight line."""
    cell_s, wires, input_v = drawn(10, 8, seed=6)
    array = make_crossbar(cell_s, wires)
    one, other = SOLVERS[name](array, input_v[:2]).current_a
    share = one[0] / (one[0] - other[0])
    steps = share + np.array([-1e-6, 0, 1e-6])
    mixed = [(1 - s) * input_v[0] + s * input_v[1] for s in steps]
    found = SOLVERS[name](array, mixed).current_a[:, 0]
    expected = (other[0] - one[0]) * (steps - share)
    tolerance = (EXACT if name == "exact" else FAST) * np.abs(one).max()
    assert found == pytest.approx(expected, abs=tolerance)


def test_the_terminals_alone_give_the_same_currents() -> None:
    cell_s, wires, input_v = drawn(14, 9, seed=8)
    array = make_crossbar(cell_s, wires)
    found = solve_exact(array, input_v).current_a
    assert worst(input_v @ transfer_s(array, solve_exact), found) < EXACT
    assert worst(input_v @ transfer_s(array, solve_fast), found) < FAST


def test_what_does_not_converge_is_solved_directly_and_says_so() -> None:
    cell_s, wires, input_v = drawn(12, 12, seed=9, ohm=100)
    array = make_crossbar(cell_s, wires)
    found = solve_fast(array, input_v, steps_max=2)
    assert found.fallback == "not converged after 2 steps"
    assert found.iterations == 2
    assert np.array_equal(found.current_a, solve_exact(array, input_v).current_a)


@pytest.mark.parametrize("tolerance", [1e-1, 1e-3, 1e-5])
def test_the_error_stays_within_the_tolerance_that_was_asked_for(tolerance: float) -> None:
    assert TOLERANCE < FAST
    cell_s, wires, input_v = drawn(16, 16, seed=9, ohm=100)
    array = make_crossbar(cell_s, wires)
    found, finest = (solve_fast(array, input_v, t) for t in (tolerance, TOLERANCE))
    assert worst(found.current_a, solve_exact(array, input_v).current_a) < tolerance
    assert found.iterations < finest.iterations


def test_a_step_that_went_wrong_is_found_by_kirchhoffs_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last check knows nothing of the way there."""
    right = Iteration._step

    def wrong(self: Iteration, *args: Floats) -> Floats:
        left = right(self, *args)
        self.drop_v *= 1.001
        return left

    monkeypatch.setattr(Iteration, "_step", wrong)
    cell_s, wires, input_v = drawn(12, 12, seed=9)
    array = make_crossbar(cell_s, wires)
    found = solve_fast(array, input_v)
    assert found.fallback.startswith("Kirchhoff's law misses")
    assert np.array_equal(found.current_a, solve_exact(array, input_v).current_a)


@pytest.mark.parametrize(
    ("factor", "says"),
    [(np.nan, "diverged at step 1"), (1.0, "no progress in the last 40 of 40 steps")],
)
def test_an_iteration_that_gets_nowhere_is_given_up(
    factor: float, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Iteration, "_step", lambda self, row_a, *_: row_a * factor)
    cell_s, wires, input_v = drawn(6, 6, seed=9)
    array = make_crossbar(cell_s, wires)
    found = solve_fast(array, input_v)
    assert found.fallback == says
    assert np.array_equal(found.current_a, solve_exact(array, input_v).current_a)


CELLS = np.full((2, 3), 1e-5)
BAD: dict[str, tuple[npt.ArrayLike, Wires, str]] = {
    "negative cell": (-CELLS, Wires(1, 1), "cell conductance -1e-05 S, must be finite"),
    "short cell": (CELLS * np.inf, Wires(1, 1), "cell conductance inf S, must be finite"),
    "nan cell": (CELLS * np.nan, Wires(1, 1), "cell conductance nan S, must be finite"),
    "flat": (
        CELLS[0],
        Wires(1, 1),
        r"conductances of shape \(3,\), must be \(rows, columns\)",
    ),
    "empty": (CELLS[:0], Wires(1, 1), r"of shape \(0, 3\), must be \(rows, columns\)"),
    "negative wire": (CELLS, Wires(-1, 1), "row segment resistance -1 ohm, must be finite and not"),
    "nan wire": (CELLS, Wires(1, np.nan), "column segment resistance nan ohm"),
    "negative sense": (CELLS, Wires(1, 1, 0, -2), "sense resistance -2 ohm"),
    "zero between": (
        CELLS,
        Wires(1, [[1, 1, 1], [1, 0, 1]]),
        r"column segment \(1, 1\) has 0 ohm and others have more",
    ),
    "source alone": (CELLS, Wires(0, 1, 5), r"row segment \(0, 1\) has 0 ohm"),
    "shape": (CELLS, Wires([1, 1], 1), r"row segment resistances of shape \(2,\), must be one or"),
    "source shape": (CELLS, Wires(1, 1, [1, 1, 1]), r"source .* must be one or \(2,\)"),
}


@pytest.mark.parametrize("case", BAD)
def test_impossible_arrays_are_refused(case: str) -> None:
    cell_s, wires, says = BAD[case]
    with pytest.raises(InputError, match=says):
        make_crossbar(cell_s, wires)


@pytest.mark.parametrize("name", SOLVERS)
def test_inputs_that_do_not_fit_are_refused(name: str) -> None:
    array: Crossbar = make_crossbar(CELLS, Wires(1, 1))
    with pytest.raises(InputError, match=r"inputs of shape \(3,\), must be \(2,\) or \(k, 2\)"):
        SOLVERS[name](array, [1, 2, 3])
    with pytest.raises(InputError, match="inputs must be finite"):
        SOLVERS[name](array, [1, np.nan])
