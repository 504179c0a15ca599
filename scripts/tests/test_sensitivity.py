"""The sweeps of the documentation: run as any sweep, their page written from their summaries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import sensitivity, sweep
from scripts.sensitivity_report.cases import CASES, Case
from scripts.sensitivity_report.page import markdown, path_of

PLOTS = Path(__file__).resolve().parents[2] / "docs" / "plots"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_sweep_is_one_that_can_be_run(case: Case) -> None:
    words = [word for n, v in case.options.items() for word in (f"--{n.lower()}", v)]
    found = sweep.define(sweep.parse(words))
    assert (found.dies, found.images) == (case.dies, case.images)
    if (path := path_of(case, PLOTS, "json")).exists():
        axes = json.loads(path.read_text())["definition"]["axes"]
        assert [list(axis.values) for axis in found.axes] == [axis["values"] for axis in axes]


def test_a_sweep_is_run_and_published_beside_those_not_run_yet(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    (docs / "plots").mkdir(parents=True)
    sizes = ["--chip", "mini", "--images", "4", "--dies", "1", "--jobs", "1"]
    folders = ["--out", str(tmp_path / "out"), "--docs", str(docs)]
    assert sensitivity.main([*sizes, *folders, "--only", "weight_bits", "--publish"]) == 0
    (folder,) = (tmp_path / "out").iterdir()
    summary = (docs / "plots" / "sweep_weight_bits.json").read_text()
    assert summary == (folder / "summary.json").read_text()
    page = (docs / "sensitivity.md").read_text()
    assert "`make sweep X=weight_bits:2..5/4 DIES=1 IMAGES=4`\n([data]" in page
    assert page.count(": not run yet.") == sum(bool(case.title) for case in CASES) - 1
    for point in json.loads(summary)["points"]:
        assert f"| {point['at'][0]:g} | {100 * point['accuracy']:.2f} ± 0.00 |" in page


def test_an_unknown_sweep_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert sensitivity.main(["--only", "magic"]) == 2
    assert "ONLY=magic: allowed are noise, variation, stuck" in capsys.readouterr().err


def test_the_page_in_docs_is_that_of_its_sweeps() -> None:
    page = (PLOTS.parent / "sensitivity.md").read_text()
    assert page == "\n".join(markdown(PLOTS)) + "\n"
