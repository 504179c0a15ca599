"""Failed cells by place and cause, and whether they are the ones that had to fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.weights import word_masks
from pymodel.defects import Defects
from pymodel.device import Device
from scripts.programming.places import BoolArray, CellPlace, cell_place
from scripts.programming.pulse_log import Kind, Pulses, Sweep
from scripts.programming.result import FailLogs, ProgramResult
from tb.host.codes import formed_code

NEEDED = {"never formed": Kind.FORM, "stays high": Kind.SET, "stays low": Kind.RESET}


@dataclass(frozen=True)
class Failure:
    """One failed cell.

    symptom: a key of `NEEDED`, from the last sense in the fail log. limit: what was used up when it
    was given up, judged by all pulses of its word in the sweep.
    """

    sweep: Sweep
    place: CellPlace
    symptom: str
    limit: str


@dataclass(frozen=True)
class FailedCells:
    """The cells in the fail logs and the cells that belong there, bool (words, cells).

    form, write: logged by each sweep. form_expected: cells that never form. write_expected: stuck
    cells that cannot hold their target. misread: not logged by WRITE, but the reader takes them for
    the other level.
    """

    form: BoolArray
    write: BoolArray
    form_expected: BoolArray
    write_expected: BoolArray
    misread: BoolArray


def failed_cells(
    chip: Chip, device: Device, result: ProgramResult, targets: BoolArray, defects: Defects
) -> FailedCells:
    """Compare the fail logs with the stuck cells, and accepted cells with their targets."""
    write = logged(chip, result.fails, Sweep.WRITE)
    wrong = (result.written > device.boundary_ohm) != targets
    return FailedCells(
        form=logged(chip, result.fails, Sweep.FORM),
        write=write,
        form_expected=defects.high,
        write_expected=defects.wrong(targets),
        misread=wrong & word_masks(chip) & ~write,
    )


def logged(chip: Chip, fails: FailLogs, sweep: Sweep) -> BoolArray:
    """Cells in the fail log of a sweep, bool (words, cells)."""
    cells = np.zeros((chip.words, chip.word_cells), np.bool_)
    chosen = fails.sweep == sweep
    cells[fails.word[chosen], fails.column[chosen]] = True
    return cells


def stuck_cells(
    device: Device, result: ProgramResult, cells: FailedCells, defects: Defects
) -> BoolArray:
    """Cells that keep their state: injected, failed by WRITE, or by FORM and still virgin."""
    virgin = cells.form & (result.written > device.form_pass_ohm)
    return defects.any | cells.write | virgin


def failures(chip: Chip, device: Device, result: ProgramResult) -> list[Failure]:
    """Every entry of the fail logs with its cause."""
    spent = _Spent(chip, result.pulses)
    form_ref = formed_code(device.form_pass_ohm)
    return [
        Failure(sweep, cell_place(chip, word, column), symptom, spent.limit(sweep, word, symptom))
        for sweep, word, column, symptom in _entries(result.fails, form_ref)
    ]


def by_cause(found: list[Failure]) -> Counter[tuple[str, str, str]]:
    """Entries per sweep, symptom and limit."""
    return Counter((failure.sweep.name, failure.symptom, failure.limit) for failure in found)


def _entries(fails: FailLogs, form_ref: int) -> Iterator[tuple[Sweep, int, int, str]]:
    for index in range(len(fails)):
        sweep = Sweep(fails.sweep[index])
        unformed = sweep is Sweep.FORM and fails.sense_ref[index] == form_ref
        symptom = "stays high" if fails.sense[index] else "stays low"
        if unformed and fails.sense[index]:
            symptom = "never formed"
        yield sweep, int(fails.word[index]), int(fails.column[index]), symptom


class _Spent:
    """Pulses and reversals of every word in each sweep, against the limits of the chip."""

    def __init__(self, chip: Chip, pulses: Pulses) -> None:
        limits = chip.programming
        self._limits = limits
        self._pulses = _pulses_of_words(chip, pulses)
        self._reversals = _reversals_of_words(chip, pulses)
        self._of_kind = (limits.max_pulses_form, limits.max_pulses_set, limits.max_pulses_reset)

    def limit(self, sweep: Sweep, word: int, symptom: str) -> str:
        """The limit that a cell of the word has met."""
        kind, pulses = NEEDED[symptom], self._pulses[sweep, word]
        if pulses[kind] >= self._of_kind[kind]:
            return f"{self._of_kind[kind]} {kind.name} pulses"
        if pulses.sum() >= self._limits.max_pulses_total:
            return f"{self._limits.max_pulses_total} pulses in total"
        if self._reversals[sweep, word] >= self._limits.max_reversals:
            return f"{self._limits.max_reversals} reversals"
        return "none"


def _pulses_of_words(chip: Chip, pulses: Pulses) -> npt.NDArray[np.int64]:
    counts = np.zeros((len(Sweep), chip.words, len(Kind)), np.int64)
    np.add.at(counts, (pulses.sweep, pulses.word, pulses.kind), 1)
    return counts


def _reversals_of_words(chip: Chip, pulses: Pulses) -> npt.NDArray[np.int64]:
    """Changes between SET and RESET; from FORM to RESET is none."""
    counts = np.zeros((len(Sweep), chip.words), np.int64)
    shaped = pulses.of(pulses.kind != Kind.FORM)
    same = (shaped.word[1:] == shaped.word[:-1]) & (shaped.sweep[1:] == shaped.sweep[:-1])
    turned = same & (shaped.direction[1:] != shaped.direction[:-1])
    np.add.at(counts, (shaped.sweep[1:][turned], shaped.word[1:][turned]), 1)
    return counts
