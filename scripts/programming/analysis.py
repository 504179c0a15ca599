"""Everything that the report says, computed from one result."""

from __future__ import annotations

from dataclasses import dataclass

from chips.weights import weight_words
from scripts.programming.accuracy import Accuracy, accuracies
from scripts.programming.budgets import Budget, budgets
from scripts.programming.cells import Histogram, Population, histograms, populations
from scripts.programming.codes import CodeReport, code_report
from scripts.programming.energy import energy_j
from scripts.programming.failures import (
    FailedCells,
    Failure,
    failed_cells,
    failures,
    stuck_cells,
)
from scripts.programming.job import Inputs, ProgramJob
from scripts.programming.result import ProgramResult
from tb.sequence.report import Report


@dataclass(frozen=True)
class Analysis:
    """What one programming run gave; `properties`: what the checker of the pins said."""

    job: ProgramJob
    inputs: Inputs
    result: ProgramResult
    histograms: dict[str, Histogram]
    populations: list[Population]
    failures: list[Failure]
    failed: FailedCells
    budgets: list[Budget]
    energy_j: dict[str, float]
    codes: CodeReport
    accuracies: list[Accuracy]
    properties: Report


def analyse(job: ProgramJob, inputs: Inputs, result: ProgramResult, properties: Report) -> Analysis:
    """Judge nothing yet: count, sort and compare."""
    chip, device = inputs.chip, inputs.device
    targets = weight_words(chip, inputs.weights)
    failed = failed_cells(chip, device, result, targets, inputs.defects)
    stuck = stuck_cells(device, result, failed, inputs.defects)
    held = result.written > device.boundary_ohm
    codes = code_report(chip, inputs.weights, targets, held, stuck)
    return Analysis(
        job=job,
        inputs=inputs,
        result=result,
        histograms=histograms(chip, result.pulses),
        populations=list(populations(chip, device, result, targets, failed.write)),
        failures=failures(chip, device, result),
        failed=failed,
        budgets=budgets(chip, result),
        energy_j=energy_j(chip, device, result),
        codes=codes,
        accuracies=accuracies(chip, codes, inputs.images, job.seed),
        properties=properties,
    )
