"""Short random lives of the chip: they pass, repeat in every bit, and a failure can be repeated."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.regress import outcomes_of
from scripts.regression.life import TRACE, run_in_own_process, run_seed
from scripts.regression.sources import digest
from sim.benches import BENCHES
from sim.runner import run_bench
from sim.sources import ROOT

LENGTH = 1
SEEDS = "1..2"  # each test has seeds of its own: two runs of a seed at once would share a folder
TWICE = 3
PLANTED = 4
CLUSTER = (5, 6)


def test_two_seeds_pass(tmp_path: Path) -> None:
    options = ("--seeds", SEEDS, "--length", str(LENGTH), "--out", str(tmp_path))
    run = subprocess.run(
        [sys.executable, "scripts/regress.py", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "2 seeds, 0 failed" in run.stdout
    seeds = json.loads((tmp_path / "summary.json").read_text())["seeds"]
    assert [seed["seed"] for seed in seeds] == [1, 2]
    assert seeds[0]["trace"] != seeds[1]["trace"]
    assert all(seed["journal"]["words"] for seed in seeds)


def trace(power_up: int) -> str:
    """Hash over all pins of one life, with registers that power up at random."""
    results = run_bench(
        BENCHES["regress"],
        chip="mini",
        seed=TWICE,
        plusargs=(f"+verilator+seed+{power_up}",),
        extra_env={"CNR_LENGTH": str(LENGTH)},
    )
    return TRACE.findall(results.with_name("sim.log").read_text())[-1]


def test_a_seed_gives_the_same_trace_after_another_power_up() -> None:
    assert trace(power_up=4711) == trace(power_up=815)


def test_a_failed_seed_tells_its_cause_and_its_log() -> None:
    bench = replace(BENCHES["regress"], module="tb.tests.bench_regress_planted")
    outcome = run_seed(PLANTED, LENGTH, bench)
    assert outcome.cause == "AssertionError: this life is planted to fail"
    assert (ROOT / outcome.log).is_file()


def test_a_worker_with_other_sources_says_so() -> None:
    outcome = run_in_own_process(PLANTED, LENGTH, "0" * 64)
    assert "holds other sources" in outcome.cause


def test_a_cluster_gives_the_same_traces() -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as here:
        outcomes = outcomes_of(CLUSTER, LENGTH, 1, here.scheduler_address)
        there = {outcome.seed: outcome for outcome in outcomes}
    for seed in CLUSTER:
        alone = run_in_own_process(seed, LENGTH, digest())
        assert there[seed].passed, there[seed].cause
        assert there[seed].trace == alone.trace
