"""Judges a run and says so: the summary file and the table on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scripts.inference.compare import Comparison
from scripts.inference.job import Inputs, Job
from scripts.inference.result import RtlResult

ANALOG_TOLERANCE = 1e-5  # of full scale, between RTL with model and golden outputs
FAILURES_SHOWN = 10
LABELS_SHOWN = 20
PUBLISHED_J = 2.4e-6  # 0.4 W x 6 us, Amer et al., 2024
NO_ENERGY = "digital, clocks, pads, pump"


@dataclass(frozen=True)
class Check:
    """One thing that must hold, with what was found."""

    name: str
    found: str
    passed: bool


def checks(job: Job, inputs: Inputs, rtl: RtlResult, compared: Comparison) -> list[Check]:
    """Everything a run must show."""
    layers, clocks = len(inputs.chip.layers), sorted(set(rtl.layer_clocks.tolist()))
    found_clocks = ", ".join(f"{clock:g}" for clock in clocks)
    programming = rtl.programming
    result = [
        Check(
            f"label {layers} layer clocks after the load clock",
            f"{len(rtl.layer_clocks)} images: {found_clocks}",
            clocks == [layers],
        ),
        Check(
            "every cell programmed",
            f"{programming.cells:,} of {inputs.chip.cells:,}, {programming.failed} failed",
            programming.cells == inputs.chip.cells and programming.failed == 0,
        ),
        Check(
            "labels without noise = golden",
            f"{compared.label_match:.4f} of {len(rtl.ideal_labels)}",
            compared.label_match == 1.0,
        ),
        Check(
            f"layer outputs within {ANALOG_TOLERANCE:.0e} of golden",
            f"worst {compared.analog_error:.1e} of full scale",
            compared.analog_error <= ANALOG_TOLERANCE,
        ),
    ]
    if job.pipelined:
        result.append(
            Check(
                "1 label per layer clock",
                f"{len(rtl.label_clocks)} labels, {rtl.labels_per_layer_clock:.4f} per clock",
                set(np.diff(rtl.label_clocks).tolist()) <= {1.0},
            )
        )
    if compared.noisy_match is not None:
        result.append(
            Check(
                "labels with noise = model alone",
                f"{compared.noisy_match:.4f} of {len(rtl.labels)}",
                compared.noisy_match == 1.0,
            )
        )
    result.append(
        Check(
            "layer outputs = model alone",
            f"worst {compared.model_error:.1e} of full scale",
            compared.model_error == 0.0,
        )
    )
    return result


def summary(job: Job, inputs: Inputs, rtl: RtlResult, compared: Comparison) -> dict[str, Any]:
    """Contents of `summary.json`."""
    programming, passes = rtl.programming, len(rtl.labels) + len(rtl.ideal_labels)
    return {
        "chip": job.chip,
        "device": job.device,
        "seed": job.seed,
        "data": job.data,
        "noise": job.noise,
        "images_rtl": len(rtl.labels),
        "images_model": compared.images_model,
        "accuracy": compared.accuracy,
        "mode": "pipelined" if job.pipelined else "sequential",
        "power_gate": job.power_gate,
        "labels_per_layer_clock": rtl.labels_per_layer_clock,
        "layer_clocks_per_image": float(rtl.layer_clocks.max()),
        "label_match": compared.label_match,
        "noisy_match": compared.noisy_match,
        "analog_error": compared.analog_error,
        "model_error": compared.model_error,
        "close_images": compared.close_images,
        "cells_programmed": programming.cells - programming.failed,
        "cells_failed": programming.failed,
        "failures": [cell._asdict() for cell in programming.failures],
        "program_seconds": programming.seconds,
        "program_cached": False,
        "program_chip_seconds": programming.chip_seconds,
        "pulses": {
            "form": programming.pulses_form,
            "set": programming.pulses_set,
            "reset": programming.pulses_reset,
        },
        "verifies": programming.senses,
        "energy": _energy(inputs, rtl),
        "system_clocks": rtl.system_clocks,
        "images_per_second": passes / rtl.inference_seconds,
        "simulated_seconds": rtl.simulated_seconds,
    }


def _energy(inputs: Inputs, rtl: RtlResult) -> dict[str, Any]:
    """Energy of one image of the main pass and of one programmed cell, and what to hold of it."""
    per_image_j = {name: joule / len(rtl.labels) for name, joule in asdict(rtl.energy).items()}
    return {
        "per_image_j": rtl.energy.total / len(rtl.labels),
        "per_image_parts_j": per_image_j,
        "per_image_published_j": PUBLISHED_J,
        "per_programmed_cell_at_most_j": rtl.programming.energy_j / rtl.programming.cells,
        "assumed": {"g_lsb_us": inputs.chip.mac.g_lsb_us, **asdict(inputs.chip.energy)},
        "not_in_it": NO_ENERGY,
    }


def write_summary(path: Path, values: dict[str, Any]) -> None:
    """Write `summary.json` whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(values, indent=2) + "\n")
    partial.replace(path)


def table(inputs: Inputs, rtl: RtlResult, compared: Comparison, found: list[Check]) -> str:
    """The text for the terminal."""
    return "\n".join(
        [*_labels(inputs, rtl), "", *_failures(rtl), *_figures(rtl, compared), "", *_checks(found)]
    )


def _labels(inputs: Inputs, rtl: RtlResult) -> Iterator[str]:
    yield "image  label  in the file"
    for index, label in enumerate(rtl.labels[:LABELS_SHOWN]):
        yield f"{index:5d}  {label:5d}  {inputs.images.labels[index]:11d}"
    if len(rtl.labels) > LABELS_SHOWN:
        yield f"  ... and {len(rtl.labels) - LABELS_SHOWN} more"


def _failures(rtl: RtlResult) -> Iterator[str]:
    failures = rtl.programming.failures
    for cell in failures[:FAILURES_SHOWN]:
        yield f"failed: layer {cell.layer} filter {cell.filter} row {cell.row} bit {cell.bit}"
    if len(failures) > FAILURES_SHOWN:
        yield f"  ... and {len(failures) - FAILURES_SHOWN} more failed cells, see the summary"


def _figures(rtl: RtlResult, compared: Comparison) -> Iterator[str]:
    programming = rtl.programming
    yield (
        f"programming  {programming.seconds:.0f} s wall, {1e3 * programming.chip_seconds:.1f} ms "
        f"of the chip; pulses: {programming.pulses_form:,} form, {programming.pulses_set:,} set, "
        f"{programming.pulses_reset:,} reset; {programming.senses:,} senses"
    )
    images = len(rtl.labels) + len(rtl.ideal_labels)
    yield (
        f"inference    {rtl.inference_seconds:.1f} s wall for {images} images through the RTL, "
        f"{rtl.labels_per_layer_clock:.4f} labels per layer clock"
    )
    if compared.close_images:
        yield f"             {compared.close_images} images of the main pass within 1e-5 of a tie"
    yield from _energy_lines(rtl)
    total = compared.images_model + len(rtl.labels)
    yield f"accuracy     {100 * compared.accuracy:.2f} % of {total} images"


def _energy_lines(rtl: RtlResult) -> Iterator[str]:
    micro = {name: 1e6 * j / len(rtl.labels) for name, j in asdict(rtl.energy).items()}
    parts = ", ".join(f"{name} {value:.3g}" for name, value in micro.items())
    per_cell_j = rtl.programming.energy_j / rtl.programming.cells
    total = f"{sum(micro.values()):.3g} uJ per image"
    yield f"energy       {total} (Amer 2024 for CIFAR-10: {1e6 * PUBLISHED_J:g}), no {NO_ENERGY}"
    yield f"             {parts}"
    yield f"             {1e9 * per_cell_j:.3g} nJ per programmed cell at the most, pulses alone"


def _checks(found: list[Check]) -> Iterator[str]:
    for check in found:
        yield f"{'pass' if check.passed else 'FAIL'}  {check.name:<42} {check.found}"
