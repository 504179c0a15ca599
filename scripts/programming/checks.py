"""What a programming run must show."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scripts.inference.report import Check
from scripts.programming.analysis import Analysis
from scripts.programming.places import BoolArray
from scripts.programming.pulse_log import Kind, Sweep
from scripts.programming.result import SweepResult


def checks(found: Analysis) -> list[Check]:
    """All of them."""
    return [*_cells(found), *_counters(found), *_limits(found)]


def _cells(found: Analysis) -> Iterator[Check]:
    chip, cells = found.inputs.chip, found.failed
    counts = [sweep.requested for sweep in (found.result.form, found.result.write)]
    text = f"{' and '.join(f'{count:,}' for count in counts)} of {chip.cells:,}"
    whole = all(count == chip.cells for count in counts)
    yield Check("both sweeps cover every cell", text, whole)
    yield _same("FORM fails the cells stuck high, no other", cells.form, cells.form_expected)
    yield _same("WRITE fails stuck cells off target, no other", cells.write, cells.write_expected)
    misread = int(cells.misread.sum())
    yield Check("accepted cells read as their target", f"{misread} do not", misread == 0)


def _same(name: str, logged: BoolArray, expected: BoolArray) -> Check:
    missing, other = int((expected & ~logged).sum()), int((logged & ~expected).sum())
    text = f"{logged.sum()} failed, {expected.sum()} expected"
    if missing or other:
        text += f"; {missing} missing, {other} other"
    return Check(name, text, missing == other == 0)


def _counters(found: Analysis) -> Iterator[Check]:
    result = found.result
    sweeps = ((Sweep.FORM, result.form), (Sweep.WRITE, result.write))
    logged = [int((result.fails.sweep == sweep).sum()) for sweep, _ in sweeps]
    told = [counters.failed for _, counters in sweeps]
    text = f"{sum(logged)} entries, {sum(told)} counted"
    yield Check("the fail log holds what the counters say", text, logged == told)
    same = all(at_pins(found, sweep) == counted(counters) for sweep, counters in sweeps)
    text = f"{len(result.pulses):,} at the pins"
    yield Check("pulses at the pins are those counted", text, same)


def at_pins(found: Analysis, sweep: Sweep) -> list[tuple[int, int]]:
    """Pulses and driven cells of each kind in a sweep, from the pins."""
    pulses = found.result.pulses
    chosen = pulses.of(pulses.sweep == sweep)
    cells = chosen.driven(found.inputs.chip).sum(1)
    return [
        (int((chosen.kind == kind).sum()), int(cells[chosen.kind == kind].sum())) for kind in Kind
    ]


def counted(sweep: SweepResult) -> list[tuple[int, int]]:
    """Pulses and driven cells of each kind in a sweep, from the counters of the chip."""
    return [
        (sweep.pulses_form, sweep.cells_formed),
        (sweep.pulses_set, sweep.cells_set),
        (sweep.pulses_reset, sweep.cells_reset),
    ]


def _limits(found: Analysis) -> Iterator[Check]:
    for budget in found.budgets:
        text = f"{budget.used:,.6g} of {budget.limit:,} {budget.unit}"
        yield Check(f"{budget.name} within its budget", text, budget.held)
    result = found.result
    over = int(np.sum(result.most_cycles > result.wear))
    text = f"{over} groups with a cell beyond it"
    yield Check("no cell cycled more often than its counter", text, over == 0)
