"""The verdict of a run: each thing that does not hold fails it and is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pymodel.energy import Energy
from scripts.inference.compare import Comparison
from scripts.inference.job import Inputs, load, make_job
from scripts.inference.report import checks, summary, table
from scripts.inference.result import Programming, RtlResult
from scripts.programming.places import CellPlace

JOB = make_job(
    chip="mini",
    device=None,
    weights=None,
    data=None,
    images=None,
    noise="on",
    mode="sequential",
    power_gate=False,
    seed=1,
)
PIPELINED = replace(JOB, pipelined=True)
GOOD_PROGRAMMING = Programming(1280, 0, 491, 157, 211, 1552, 1.0, 2e-3, 2.56e-6, ())
ENERGY = Energy(reads=1e-9, macs=8e-6, integrators=2e-6, pools=1e-6, comparators=1e-9, dacs=0.0)
GOOD = RtlResult(
    programming=GOOD_PROGRAMMING,
    ideal_labels=np.arange(4),
    ideal_outputs=(np.zeros((4, 3), np.float32),),
    labels=np.arange(4),
    outputs=(np.ones((4, 3), np.float32),),
    layer_clocks=np.full(8, 4.0),
    label_clocks=np.arange(4.0),
    energy=ENERGY,
    inference_seconds=1.0,
    system_clocks=1000,
    simulated_seconds=2e-5,
)
GOOD_COMPARISON = Comparison(1.0, 1e-7, 1.0, 0.0, 12, 0.5, 0)
FAILED = replace(GOOD_PROGRAMMING, failed=1, failures=(CellPlace(2, 5, 16, 4),))


@pytest.fixture
def inputs() -> Inputs:
    return load(JOB)


def test_a_good_run_passes(inputs: Inputs) -> None:
    assert all(check.passed for check in checks(JOB, inputs, GOOD, GOOD_COMPARISON))


@pytest.mark.parametrize(
    ("rtl", "compared"),
    [
        (replace(GOOD, layer_clocks=np.array([4.0] * 7 + [4.02])), GOOD_COMPARISON),
        (replace(GOOD, programming=FAILED), GOOD_COMPARISON),
        (replace(GOOD, programming=replace(GOOD_PROGRAMMING, cells=1279)), GOOD_COMPARISON),
        (GOOD, replace(GOOD_COMPARISON, label_match=0.99)),
        (GOOD, replace(GOOD_COMPARISON, analog_error=2e-5)),
        (GOOD, replace(GOOD_COMPARISON, noisy_match=0.99)),
        (GOOD, replace(GOOD_COMPARISON, model_error=1e-7)),
    ],
)
def test_one_thing_that_does_not_hold_fails_the_run(
    inputs: Inputs, rtl: RtlResult, compared: Comparison
) -> None:
    assert sum(not check.passed for check in checks(JOB, inputs, rtl, compared)) == 1


@pytest.mark.parametrize(
    ("label_clocks", "good"), [((0, 1, 2, 3), True), ((0, 1, 3, 4), False), ((0,), True)]
)
def test_pipelined_labels_come_one_per_layer_clock(
    inputs: Inputs, label_clocks: tuple[float, ...], good: bool
) -> None:
    rtl = replace(GOOD, label_clocks=np.array(label_clocks))
    assert all(check.passed for check in checks(PIPELINED, inputs, rtl, GOOD_COMPARISON)) == good
    assert all(check.passed for check in checks(JOB, inputs, rtl, GOOD_COMPARISON))


def test_a_failed_cell_is_named(inputs: Inputs) -> None:
    rtl = replace(GOOD, programming=FAILED)
    text = table(inputs, rtl, GOOD_COMPARISON, checks(JOB, inputs, rtl, GOOD_COMPARISON))
    assert "failed: layer 2 filter 5 row 16 bit 4" in text
    values = summary(JOB, inputs, rtl, GOOD_COMPARISON)
    assert values["failures"] == [{"layer": 2, "filter": 5, "row": 16, "bit": 4}]


def test_energy_is_told_per_image_and_per_cell(inputs: Inputs) -> None:
    """11.002 uJ for 4 images, 2.56 uJ for 1,280 cells."""
    values = summary(JOB, inputs, GOOD, GOOD_COMPARISON)["energy"]
    assert values["per_image_j"] == pytest.approx(11.002e-6 / 4)
    assert values["per_image_parts_j"]["macs"] == pytest.approx(2e-6)
    assert values["per_programmed_cell_at_most_j"] == pytest.approx(2e-9)
    assert values["assumed"]["pool_bias_ua"] == inputs.chip.energy.pool_bias_ua
    text = table(inputs, GOOD, GOOD_COMPARISON, [])
    assert "energy       2.75 uJ per image (Amer 2024 for CIFAR-10: 2.4)" in text
    assert "reads 0.00025, macs 2, integrators 0.5, pools 0.25" in text
    assert "2 nJ per programmed cell at the most" in text


def test_a_result_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "rtl.npz"
    replace(GOOD, programming=FAILED).write(path)
    again = RtlResult.read(path)
    assert again.programming == FAILED
    assert again.energy == ENERGY
    np.testing.assert_array_equal(again.layer_clocks, GOOD.layer_clocks)
    np.testing.assert_array_equal(again.ideal_outputs[0], GOOD.ideal_outputs[0])
    assert list(tmp_path.iterdir()) == [path]
