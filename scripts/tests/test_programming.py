"""The parts of the programming report, each against an independent count."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from chips import load_chip
from chips.errors import InputError
from chips.weights import Weights, default_weights, load_weights, weight_words, word_masks
from pymodel.defects import drawn_defects
from pymodel.device import load_device
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION, Drive
from scripts.programming.budgets import line_time, word_time
from scripts.programming.cells import BINS, histogram, outside, pulses_per_cell
from scripts.programming.codes import code_report, code_values, nearest_patterns, patterns_of
from scripts.programming.defects import read_defects
from scripts.programming.energy import pulse_energy_j
from scripts.programming.places import cell_index, cell_place
from scripts.programming.pulse_log import PULSES_KEPT, Kind, LoggingMacro, Sweep

CHIP = load_chip("mini")
DEVICE = load_device(CHIP.chip.device)
WEIGHTS = load_weights(default_weights(CHIP), CHIP)
TARGETS = weight_words(CHIP, WEIGHTS)
MASKS = word_masks(CHIP)


def drive(layer: int, group: int, row: int, cells: int, direction: int, **changes: float) -> Drive:
    """A pulse of 1 us."""
    reset = direction == RESET_DIRECTION
    lines = (0, cells, True, 250, 0, 260) if reset else (cells, 0, True, 170, 240, 0)
    return Drive(layer, group, row, *lines, direction, 1e-6)._replace(**changes)  # type: ignore[arg-type]


def test_a_place_and_its_word_and_column_are_the_same_cell() -> None:
    places = [cell_place(CHIP, int(w), int(c)) for w, c in np.argwhere(MASKS)]
    assert len(set(places)) == CHIP.cells
    assert [cell_index(CHIP, place) for place in places] == [*map(tuple, np.argwhere(MASKS))]


def test_drawn_defects_are_as_many_as_asked_for_and_exist() -> None:
    defects = drawn_defects(CHIP, 0.1, seed=3)
    assert defects.any.sum() == 128
    assert not (defects.low & defects.high).any()
    assert not (defects.any & ~MASKS).any()
    assert 32 < defects.low.sum() < 96
    assert (drawn_defects(CHIP, 0.1, seed=3).low == defects.low).all()
    assert (drawn_defects(CHIP, 0.1, seed=4).any != defects.any).any()


def test_a_stuck_cell_is_wrong_unless_its_state_is_the_target() -> None:
    defects = drawn_defects(CHIP, 0.5, seed=1)
    wrong = defects.wrong(TARGETS)
    for word, column in np.argwhere(defects.any):
        assert wrong[word, column] == (defects.high[word, column] != TARGETS[word, column])
    assert not (wrong & ~defects.any).any()


def test_listed_cells_are_stuck_as_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "defects.csv"
    path.write_text("layer,filter,row,bit,state\n0,1,3,4,low\n2,5,16,0,high\n")
    defects = read_defects(path, CHIP)
    for cells, place in ((defects.low, (0, 1, 3, 4)), (defects.high, (2, 5, 16, 0))):
        assert [cell_place(CHIP, int(w), int(c)) for w, c in np.argwhere(cells)] == [place]


BAD_DEFECTS = {
    "header": ("layer,row\n", "first line layer,row, must be layer,filter,row,bit,state"),
    "empty": ("", "empty, its first line must be layer,filter,row,bit,state"),
    "count": ("layer,filter,row,bit,state\n0,0,0,low\n", "line 2: 4 values, must be 5"),
    "state": ("layer,filter,row,bit,state\n0,0,0,0,off\n", "line 2: state 'off', allowed are low"),
    "number": ("layer,filter,row,bit,state\n0,x,0,0,low\n", "line 2: 0,x,0,0: not four whole"),
    "layer": ("layer,filter,row,bit,state\n4,0,0,0,low\n", "line 2: layer 4, allowed are 0..3"),
    "row": ("layer,filter,row,bit,state\n0,0,27,0,low\n", "line 2: row 27, allowed are 0..26"),
    "bit": ("layer,filter,row,bit,state\n0,0,0,-1,low\n", "line 2: bit -1, allowed are 0..4"),
    "twice": ("layer,filter,row,bit,state\n0,0,0,0,low\n0,0,0,0,high\n", "line 3: this cell"),
}


@pytest.mark.parametrize("case", BAD_DEFECTS)
def test_an_unusable_list_of_defects_is_refused(tmp_path: Path, case: str) -> None:
    text, message = BAD_DEFECTS[case]
    path = tmp_path / "defects.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=f"^{path}: {message}"):
        read_defects(path, CHIP)


def test_pulses_are_logged_and_packed_without_a_loss() -> None:
    macro = LoggingMacro(CHIP, DEVICE, seed=1)
    count = PULSES_KEPT + 10
    for index in range(count):
        macro.sweep = Sweep.FORM if index < 7 else Sweep.WRITE
        direction = RESET_DIRECTION if index % 3 == 0 else SET_DIRECTION
        macro.drive(drive(2, 1, index % 17, 1 << index % 10, direction))
    pulses, base = macro.pulses, CHIP.geometry[2].word_base + 17
    assert len(pulses) == count
    assert pulses.word.tolist() == [base + index % 17 for index in range(count)]
    assert [int(kind) for kind in pulses.kind[:9]] == [2, 0, 0, 2, 0, 0, 2, 1, 1]
    assert (pulses.driven(CHIP).argmax(1) == np.arange(count) % 10).all()
    np.testing.assert_allclose(pulses.line_v, np.where(np.arange(count) % 3 == 0, 2.6, 2.4))


def test_pulses_per_cell_word_and_line_are_summed() -> None:
    macro = LoggingMacro(CHIP, DEVICE, seed=1)
    for row, cells, direction in ((0, 0b011, SET_DIRECTION), (0, 0b001, SET_DIRECTION)):
        macro.drive(drive(1, 0, row, cells, direction))
    macro.sweep = Sweep.WRITE
    macro.drive(drive(1, 0, 5, 0b001, SET_DIRECTION, duration_s=5e-6))
    macro.drive(drive(1, 0, 6, 0b101, RESET_DIRECTION, duration_s=4e-6))
    base, pulses = CHIP.geometry[1].word_base, macro.pulses
    counts = pulses_per_cell(CHIP, pulses)
    assert counts[Kind.FORM, base, :3].tolist() == [2, 1, 0]
    assert (counts[Kind.SET].sum(), counts[Kind.RESET, base + 6, 2]) == (1, 1)
    word, line = word_time(CHIP, pulses), line_time(CHIP, pulses)
    assert [word.used, line.used] == pytest.approx([5.0, 7e-3])
    assert word.place == "WRITE of layer 1 group 0 row 5"
    assert line.place == "bit line 0 of layer 1 group 0"
    assert word.held
    assert line.held


def test_the_energy_of_a_pulse_is_that_of_its_cells_at_compliance() -> None:
    macro = LoggingMacro(CHIP, DEVICE, seed=1)
    macro.drive(drive(1, 0, 0, 0b111, SET_DIRECTION))
    # 3 cells, 2.4 V, 300 uS x (1.7 V - 0.7 V), 1 us
    assert pulse_energy_j(CHIP, DEVICE, macro.pulses)[0] == pytest.approx(3 * 2.4 * 300e-6 * 1e-6)


def test_a_histogram_holds_every_cell_once() -> None:
    found = histogram(np.array([0, 1, 1, 4, 5, 50, 51, 200]))
    assert dict(zip(BINS, found.bins, strict=True)) == {
        **dict.fromkeys(BINS, 0),
        (0, 0): 1,
        (1, 1): 2,
        (4, 5): 2,
        (21, 50): 1,
        (51, None): 2,
    }
    assert (found.mean, found.p99, found.most) == (39.0, 200.0, 200)


def test_windows_exclude_their_lower_and_include_their_upper_end() -> None:
    ohm = np.array([1e3, 2e3, 3e3], np.float32)
    assert outside(ohm, 1e3, 2e3).tolist() == [True, False, True]
    assert outside(ohm, None, 1e3).tolist() == [False, True, True]
    assert outside(ohm, 2e3, None).tolist() == [True, True, False]


def test_the_nearest_code_is_that_of_brute_force() -> None:
    """Every code with every choice of stuck cells."""
    bits = CHIP.chip.weight_bits
    values = [int(value) for value in code_values(bits)]
    cases = list(product(range(1 << bits), repeat=3))
    targets, stuck_cells, held_cells = np.array(cases).T
    found = nearest_patterns(targets, stuck_cells, held_cells, bits)
    for (target, stuck, held), pattern in zip(cases, found, strict=True):
        allowed = [p for p in range(1 << bits) if p & stuck == held & stuck]
        best = min((abs(values[p] - values[target]), abs(values[p])) for p in allowed)
        assert int(pattern) in allowed
        got = values[int(pattern)]
        assert (abs(got - values[target]), abs(got)) == best


def test_cells_give_back_the_codes_that_they_were_made_from() -> None:
    none = np.zeros_like(TARGETS)
    report = code_report(CHIP, WEIGHTS, TARGETS, TARGETS, none)
    for network in (report.programmed, report.nearest):
        for codes, wanted in zip(network.codes, WEIGHTS.codes, strict=True):
            np.testing.assert_array_equal(codes, wanted)
    assert report.affected == []


def test_only_weights_with_a_stuck_cell_off_target_are_affected() -> None:
    defects = drawn_defects(CHIP, 0.05, seed=2)
    held = np.where(defects.any, defects.high, TARGETS)
    report = code_report(CHIP, WEIGHTS, TARGETS, held, defects.any)
    words, columns = np.nonzero(defects.wrong(TARGETS))
    expected = {cell_place(CHIP, int(w), int(c))[:3] for w, c in zip(words, columns, strict=True)}
    assert {tuple(weight.place) for weight in report.affected} == expected
    for weight in report.affected:
        layer, *where = weight.place
        for network, code in (
            (WEIGHTS, weight.wanted),
            (report.programmed, weight.programmed),
            (report.nearest, weight.nearest),
        ):
            assert network.codes[layer][tuple(where)] == code
        assert abs(weight.nearest - weight.wanted) <= abs(weight.programmed - weight.wanted)
    assert changed(report.nearest) <= len(expected)


def changed(network: Weights) -> int:
    """Codes that are not those of the weight file."""
    pairs = zip(network.codes, WEIGHTS.codes, strict=True)
    return sum(int((codes != wanted).sum()) for codes, wanted in pairs)


def test_the_pattern_of_a_weight_has_its_lowest_bit_first() -> None:
    words = np.zeros((1, CHIP.word_cells), np.bool_)
    words[0, [0, 4, 6]] = True
    assert patterns_of(CHIP, words)[0, :2].tolist() == [0b10001, 0b00010]
