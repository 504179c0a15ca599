"""When a bench is compiled, and when an earlier build is good enough."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim import build
from sim.benches import Bench
from sim.build import SimulationError, build_bench
from sim.toolchain import Toolchain

BENCH = Bench("count", "cnr_count", ("rtl/cnr_count.sv",))


class Project:
    """A project of one source file whose compiler is counted instead of run."""

    def __init__(self, root: Path) -> None:
        self.source = root / "cnr_count.sv"
        self.source.touch()
        self.runs = root / "runs.txt"
        self.runs.touch()
        self.fails = False

    @property
    def compiled(self) -> int:
        return len(self.runs.read_text())

    def compile(self) -> None:
        time.sleep(0.1)
        with self.runs.open("a") as runs:
            runs.write("x")
        if self.fails:
            raise SystemExit("perl ended with 1")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path)

    class Fake:
        def __init__(self, *, log: Path, verilog_sources: list[str], **options: Any) -> None:
            log.write_text("%Warning-WIDTHTRUNC: cnr_count.sv:9\n")
            self.log, self.verilog_sources_flat, self.options = log, verilog_sources, options

        def build_command(self) -> list[list[str]]:
            return [["verilator", *self.options["compile_args"]]]

        def run(self) -> None:
            made.compile()

    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "BUILD", tmp_path / "build")
    monkeypatch.setattr(build, "Simulation", Fake)
    monkeypatch.setattr(build, "design_sources", lambda entries, chip, checkers: [made.source])
    monkeypatch.setattr(build, "find_toolchain", lambda: Toolchain(Path("/v"), "5.048", ()))
    return made


def test_an_equal_build_is_reused(project: Project) -> None:
    folders = {build_bench(BENCH, "mini").folder for _ in range(3)}
    assert len(folders) == 1
    assert project.compiled == 1


def test_a_changed_source_is_compiled_again(project: Project) -> None:
    build_bench(BENCH, "mini")
    project.source.write_text("// changed\n")
    build_bench(BENCH, "mini")
    assert project.compiled == 2


def test_a_changed_tool_compiles_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    build_bench(BENCH, "mini")
    monkeypatch.setattr(build, "find_toolchain", lambda: Toolchain(Path("/v"), "5.050", ()))
    build_bench(BENCH, "mini")
    assert project.compiled == 2


def test_chips_waves_coverage_and_parameters_have_builds_of_their_own(project: Project) -> None:
    builds = [
        build_bench(BENCH, "mini"),
        build_bench(BENCH, "cifar10"),
        build_bench(BENCH, "mini", waves=True),
        build_bench(BENCH, "mini", coverage=True),
        build_bench(BENCH, "mini", parameters={"Width": 4}),
        build_bench(BENCH, "mini", parameters={"Width": 5}),
    ]
    assert len({made.folder for made in builds}) == len(builds)
    assert builds[0].folder.name == "count-mini"


def test_benches_of_one_design_share_a_build(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(BENCH, name="count_again", module="tb.tests.bench_count_again")
    monkeypatch.setattr(build, "BENCHES", {bench.name: bench for bench in (BENCH, other)})
    builds = [build_bench(bench, "mini") for bench in (BENCH, other)]
    assert builds[0].folder == builds[1].folder
    assert builds[0].runs != builds[1].runs
    assert project.compiled == 1


def test_a_failed_build_says_why_and_is_not_reused(project: Project) -> None:
    project.fails = True
    with pytest.raises(SimulationError, match=r"(?s)WIDTHTRUNC.*log: build/count-mini/build\.log"):
        build_bench(BENCH, "mini")
    project.fails = False
    build_bench(BENCH, "mini")
    assert project.compiled == 2


def test_two_processes_compile_once(project: Project) -> None:
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=build_bench, args=(BENCH, "mini")) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert project.compiled == 1
