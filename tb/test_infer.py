"""The main job as a user starts it: what it prints and writes, and how it refuses bad input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chips import load_chip
from chips.weights import default_weights
from sim.sources import ROOT


def infer(
    out: Path, *options: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `scripts/infer.py`."""
    command = [sys.executable, "scripts/infer.py", "--out", str(out), *options]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(env or {})}, capture_output=True, text=True
    )


def summary(out: Path) -> dict[str, Any]:
    """Read what a run wrote."""
    values: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return values


def assert_all_held(values: dict[str, Any]) -> None:
    """Whatever the images: timing, programming, both references."""
    chip = load_chip(values["chip"])
    assert values["layer_clocks_per_image"] == len(chip.layers)
    assert values["cells_programmed"] == chip.cells
    assert values["cells_failed"] == 0
    assert values["failures"] == []
    assert values["label_match"] == 1.0
    assert values["noisy_match"] == 1.0
    assert values["analog_error"] <= 1e-5
    assert values["model_error"] == 0.0
    assert values["program_cached"] is False
    assert values["passed"] is True


def test_the_small_chip_from_end_to_end(tmp_path: Path, seed: int) -> None:
    run = infer(tmp_path, "--chip", "mini", "--seed", str(seed))
    assert run.returncode == 0, run.stderr
    assert_all_held(summary(tmp_path))
    assert summary(tmp_path)["images_rtl"] == 16
    assert summary(tmp_path)["labels_per_layer_clock"] == pytest.approx(1 / 5)
    assert run.stdout.count("pass  ") == 6


@pytest.mark.parametrize("gate", [(), ("--power-gate",)])
def test_the_small_chip_pipelined(tmp_path: Path, seed: int, gate: tuple[str, ...]) -> None:
    run = infer(tmp_path, "--chip", "mini", "--mode", "pipelined", *gate, "--seed", str(seed))
    assert run.returncode == 0, run.stderr
    values = summary(tmp_path)
    assert_all_held(values)
    assert (values["mode"], values["power_gate"]) == ("pipelined", bool(gate))
    assert values["labels_per_layer_clock"] == 1.0


def test_without_noise_the_labels_are_those_in_the_file(tmp_path: Path) -> None:
    run = infer(tmp_path, "--chip", "mini", "--noise", "off", "--images", "5")
    assert run.returncode == 0, run.stderr
    values = summary(tmp_path)
    assert (values["accuracy"], values["noisy_match"]) == (1.0, None)
    assert (values["images_rtl"], values["images_model"]) == (5, 11)


def test_the_full_chip_classifies_images(tmp_path: Path, seed: int) -> None:
    """All 653,410 cells through the RTL; real images where there are any, else embedded ones."""
    data = os.environ.get("CIFAR10_DIR")
    real = ("--data", data, "--images", "1000") if data else ()
    run = infer(tmp_path, "--seed", str(seed), *real)
    assert run.returncode == 0, run.stderr
    values = summary(tmp_path)
    assert_all_held(values)
    assert values["images_rtl"] == (1000 if real else 100)
    assert values["accuracy"] >= 0.80
    assert (values["data"] == "embedded") is not bool(real)


def changed_weights(folder: Path, **changes: Any) -> Path:
    """The weights of the small chip with some arrays replaced."""
    with np.load(default_weights(load_chip("mini"))) as file:
        arrays = {**file, **changes}
    path = folder / "weights.npz"
    np.savez(path, **arrays)
    return path


BAD_WEIGHTS = {
    "shape": ({"code1": np.zeros((4, 2, 3, 2), np.int8)}, "code1 has shape (4, 2, 3, 2), must be"),
    "chip": ({"chip": np.asarray("cifar10")}, "made for chip 'cifar10', not for 'mini'"),
    "code": ({"code2": np.full((6, 17), 16, np.int8)}, "code2 holds 16, allowed are -15..15"),
    "pickle": ({"code0": np.array([print], object)}, "holds pickled objects"),
}


@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_unusable_weights_are_one_line_and_exit_2(tmp_path: Path, case: str) -> None:
    changes, message = BAD_WEIGHTS[case]
    path = changed_weights(tmp_path, **changes)
    assert_refused(infer(tmp_path, "--chip", "mini", "--weights", str(path)), message)


BAD_OPTIONS = {
    "chip": (("--chip", "cifar11"), "chip 'cifar11' is unknown; allowed: cifar10, mini, radar"),
    "levels": (("--chip", "radar"), "chip 'radar' has no weights: its cells have 4 levels"),
    "noise": (("--chip", "mini", "--noise", "maybe"), "NOISE=maybe: allowed are on, off"),
    "mode": (("--mode", "fast"), "MODE=fast: allowed are sequential, pipelined"),
    "images": (("--chip", "mini", "--images", "17"), "IMAGES=17: the set holds 16"),
    "none": (("--chip", "mini", "--images", "0"), "IMAGES=0"),
    "weights": (("--chip", "mini", "--weights", "none.npz"), "no such weight file"),
    "data": (("--data", "/nowhere"), "/nowhere: holds no test_batch.bin"),
    "device": (("--chip", "mini", "--device", "sky"), "device 'sky' is unknown; allowed: amer2024"),
    "levels of the device": (
        ("--chip", "mini", "--device", "radar"),
        "device 'radar' has 4 levels, must have the 2 of chip 'mini'",
    ),
    "seed": (("--chip", "mini", "--seed", "0"), "SEED=0"),
    "number": (("--images", "abc"), "argument --images: invalid int value: 'abc'"),
    "unknown": (("--imags", "5"), "unrecognized arguments: --imags 5"),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_unusable_options_are_one_line_and_exit_2(tmp_path: Path, case: str) -> None:
    options, message = BAD_OPTIONS[case]
    assert_refused(infer(tmp_path, *options), message)


def test_a_truncated_image_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test_batch.bin").write_bytes(bytes(5000))
    run = infer(tmp_path, "--data", str(tmp_path))
    assert_refused(run, "5000 bytes, must be one or more records of 3073 bytes")


def test_no_compiler_is_one_line_and_exit_2(tmp_path: Path) -> None:
    perl = shutil.which("perl")
    assert perl
    (tmp_path / "perl").symlink_to(perl)
    run = infer(tmp_path, "--chip", "mini", env={"PATH": str(tmp_path)})
    assert_refused(run, "compiler")


def test_an_old_verilator_is_one_line_and_exit_2(tmp_path: Path) -> None:
    old = tmp_path / "verilator"
    old.write_text("#!/bin/sh\necho Verilator 5.006 2023-01-22 rev v5.006\n")
    old.chmod(0o755)
    run = infer(tmp_path, "--chip", "mini", env={"VERILATOR_BIN_DIR": str(tmp_path)})
    assert_refused(run, "5.006")
    assert "5.036" in run.stderr


def assert_refused(run: subprocess.CompletedProcess[str], message: str) -> None:
    """One line that holds the message, exit status 2, and no result."""
    assert run.returncode == 2, run.stderr
    assert message in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert run.stdout == ""
