"""Contents of `build/program/summary.json`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from scripts.inference.report import Check
from scripts.programming.analysis import Analysis
from scripts.programming.cells import BINS, PERCENTS
from scripts.programming.failures import Failure


def summary(found: Analysis, checks: list[Check]) -> dict[str, Any]:
    """Figures, failures and verdicts of one run; SI units, or the unit in the key."""
    job, result, chip = found.job, found.result, found.inputs.chip
    sweeps, pulses = (result.form, result.write), found.histograms["all"]
    wall = sum(sweep.seconds for sweep in sweeps)
    return {
        "chip": job.chip,
        "device": job.device,
        "weights": job.weights,
        "seed": job.seed,
        "cells": chip.cells,
        "cells_failed": result.write.failed,
        "pulses": {
            "form": sum(sweep.pulses_form for sweep in sweeps),
            "set": sum(sweep.pulses_set for sweep in sweeps),
            "reset": sum(sweep.pulses_reset for sweep in sweeps),
        },
        "verifies": sum(sweep.senses for sweep in sweeps),
        "mean_pulses_per_cell": pulses.mean,
        "p99_pulses_per_cell": pulses.p99,
        "chip_seconds": sum(sweep.chip_seconds for sweep in sweeps),
        "wall_seconds": wall,
        "cells_per_second": chip.cells / wall,
        "system_clocks": result.system_clocks,
        "properties_checked": sum(count > 0 for count in found.properties.exercised.values()),
        "property_evaluations": found.properties.exercised,
        "property_failures": sum(v.count for v in found.properties.violations),
        "sweeps": {"form": asdict(result.form), "write": asdict(result.write)},
        "pulses_per_cell": {
            "bins": [list(edges) for edges in BINS],
            **{kind: asdict(histogram) for kind, histogram in found.histograms.items()},
        },
        "resistances": {
            "percents": PERCENTS,
            "populations": [asdict(population) for population in found.populations],
        },
        "budgets": [asdict(budget) for budget in found.budgets],
        "energy_j": found.energy_j,
        "stuck": {
            "low": int(found.inputs.defects.low.sum()),
            "high": int(found.inputs.defects.high.sum()),
            "off_target": int(found.failed.write_expected.sum()),
        },
        "failures": [_failure(failure) for failure in found.failures],
        "weights_affected": [
            {**weight.place._asdict(), **_codes(asdict(weight))} for weight in found.codes.affected
        ],
        "accuracy": [asdict(accuracy) for accuracy in found.accuracies],
        "checks": [asdict(check) for check in checks],
        "passed": all(check.passed for check in checks),
    }


def _failure(failure: Failure) -> dict[str, Any]:
    causes = {"symptom": failure.symptom, "limit": failure.limit}
    return {"sweep": failure.sweep.name, **failure.place._asdict(), **causes}


def _codes(weight: dict[str, Any]) -> dict[str, int]:
    return {name: weight[name] for name in ("wanted", "programmed", "nearest")}
