"""The counters of Verilator, the waivers, the plan and the verdict."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chips.errors import InputError
from scripts import measure_coverage
from scripts.coverage.code import Item, Share, items, shares
from scripts.coverage.functional import read_hits
from scripts.coverage.html import write_html
from scripts.coverage.records import read_records
from scripts.coverage.result import Result, collect
from scripts.coverage.table import table
from scripts.coverage.waivers import load_waivers, waive
from sim.benches import BENCHES
from sim.build import SimulationError
from sim.runner import COUNTERS, FUNCTIONAL, run_bench
from tb.coverage.group import Group, never

PLAN = {
    "lamp.use": Group(
        "lamp.use",
        "what was done with the lamp",
        {"colour": ("red", "green"), "state": ("on", "off")},
        (never("green has no switch", colour="green", state="off"),),
    )
}
SOURCE = ["module lamp;", "  if (a)", "    x = b && c;", "  else", "    y = d;", "endmodule"]

Write = Callable[..., Path]


def counter(line: int, kind: str, name: str, hits: int, lines: str = "", top: str = "u0") -> str:
    fields = {"f": "{root}/lamp.sv", "l": line, "n": 3, "t": kind, "o": name, "S": lines, "h": top}
    body = "".join(f"\x01{key}\x02{value}" for key, value in fields.items() if value != "")
    return f"C '{body}' {hits}\n"


COUNTED = (
    counter(2, "branch", "if", 2, "2-3"),
    counter(2, "branch", "else", 0, "5"),
    counter(3, "expr", "(b==0) => 0", 0),
    counter(3, "expr", "(b==1 && c==1) => 1", 4),
    counter(1, "toggle", "a:0->1", 1, top="u0"),
    counter(1, "toggle", "a:0->1", 3, top="u1"),
    counter(1, "toggle", "d[1]:1->0", 0),
)


@pytest.fixture
def counted(tmp_path: Path) -> Write:
    (tmp_path / "lamp.sv").write_text("\n".join(SOURCE))

    def write(run: str = "one", counters: tuple[str, ...] = COUNTED) -> Path:
        folder = tmp_path / "lamp-coverage" / "runs" / run
        folder.mkdir(parents=True)
        text = "".join(counters).replace("{root}", str(tmp_path))
        (folder / COUNTERS).write_text(f"# SystemC::Coverage-3\n{text}")
        return folder

    return write


def found(*folders: Path) -> dict[tuple[str, int, str], int]:
    files = [folder / COUNTERS for folder in folders]
    code = items(read_records(files, folders[0].parent.parent.parent))
    return {(item.kind, item.line, item.name): item.hits for item in code}


def test_hits_are_summed_over_runs_and_instances(counted: Write) -> None:
    hits = found(counted("one"), counted("two"))
    assert hits["toggle", 1, "a:0->1"] == 8
    assert hits["expr", 3, "(b==1 && c==1) => 1"] == 8
    assert hits["branch", 2, "else"] == 0


def test_a_line_runs_with_any_branch_that_holds_it(counted: Write) -> None:
    again = (*COUNTED, counter(1, "line", "block", 1, "1,3"))
    hits = found(counted("one", again))
    assert {line: n for (kind, line, _), n in hits.items() if kind == "line"} == {
        1: 1,
        2: 2,
        3: 2,
        5: 0,
    }


def test_a_branch_of_other_lines_in_a_specialisation_is_the_same(counted: Write) -> None:
    again = (counter(2, "branch", "if", 3, "2"), *COUNTED)
    assert found(counted("one", again))["branch", 2, "if"] == 5


def test_branches_and_expressions_are_one_measure(counted: Write) -> None:
    code = items(read_records([counted() / COUNTERS], Path("/")))
    assert shares(code) == {"line": Share(2, 3), "branch": Share(2, 4), "toggle": Share(1, 2)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begins with ''; allowed: '# SystemC::Coverage-3'"),
        ("# SystemC::Coverage-3\nC 'x\n", 'coverage.dat:2: not a counter: "C \'x"'),
        ("# SystemC::Coverage-3\nC '\x01f\x02a.sv' 1\n", "needs f, l, n and t"),
        ("# SystemC::Coverage-3\n" + counter(1, "fsm", "x", 1), "kind 'fsm'; allowed: line,"),
    ],
)
def test_what_is_no_coverage_data_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / COUNTERS
    file.write_text(text)
    with pytest.raises(InputError, match=re.escape(said)):
        read_records([file], tmp_path)


WAIVER = '[[waiver]]\nfile = "lamp.sv"\nkinds = ["{kind}"]\n{which}\nreason = "tied to 0"\n'


def waived(folder: Path, text: str) -> list[Item]:
    root = folder.parent.parent.parent
    (root / "waivers.toml").write_text(text)
    code = items(read_records([folder / COUNTERS], root))
    return waive(code, load_waivers(root / "waivers.toml"), root)


@pytest.mark.parametrize(
    ("kind", "which", "measure", "share"),
    [
        ("line", 'source = "y = d"', "line", Share(2, 2)),
        ("expr", r"name = '\(b==0\).*'", "branch", Share(2, 3)),
        ("branch", 'source = "if (a)"\nname = "else"', "branch", Share(2, 3)),
        ("toggle", r"name = 'd\[1\]:.*'", "toggle", Share(1, 1)),
    ],
)
def test_a_waived_point_does_not_count(
    counted: Write, kind: str, which: str, measure: str, share: Share
) -> None:
    code = waived(counted(), WAIVER.format(kind=kind, which=which))
    assert shares(code)[measure] == share
    assert [item.waiver.reason for item in code if item.waiver] == ["tied to 0"]


@pytest.mark.parametrize(
    "which", ['source = "z"', 'name = "a:0->1"', r"name = 'd\[1\]'", 'source = "y = d"']
)
def test_a_waiver_without_a_missed_point_is_refused(counted: Write, which: str) -> None:
    with pytest.raises(InputError, match=r"in lamp.sv: no toggle is missed there; drop it"):
        waived(counted(), WAIVER.format(kind="toggle", which=which))


def test_a_waiver_is_of_one_file(counted: Write) -> None:
    text = WAIVER.format(kind="line", which='source = "y"').replace("lamp.sv", "bulb.sv")
    with pytest.raises(InputError, match=r"in bulb.sv: no line is missed there"):
        waived(counted(), text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[waiver]", "waivers.toml: "),
        (WAIVER.format(kind="fsm", which='name = "x"'), "kind 'fsm'; allowed: line, branch"),
        (WAIVER.format(kind="line", which=""), "waiver 1: source or name is missing"),
        (WAIVER.format(kind="line", which='name = "("'), "name is no regular expression"),
        (WAIVER.format(kind="line", which='line = "x"'), "unknown key line; allowed: file, kinds"),
        ('[[waiver]]\nfile = "a"\nkinds = ["line"]\nname = "x"', "reason is missing"),
        ('[[waiver]]\nkinds = "line"', "waiver 1: kinds must be a list of some of line, branch"),
        ("[[waiver]]\nname = 5", "waiver 1: name must be text"),
        ('waiver = "x"', "waiver must be a list of tables, [[waiver]]"),
    ],
)
def test_a_bad_waiver_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=re.escape(said)):
        load_waivers(file)


def hit(folder: Path, **counts: int) -> Path:
    file = folder / FUNCTIONAL
    file.write_text(json.dumps({"lamp.use": {b.replace("_", "|"): n for b, n in counts.items()}}))
    return file


def test_bins_are_summed_and_holes_are_listed(counted: Write) -> None:
    files = [hit(counted("one"), red_on=2), hit(counted("two"), red_on=1, green_on=1)]
    (lamp,) = read_hits(files, PLAN)
    assert lamp.hits == {("red", "on"): 3, ("green", "on"): 1}
    assert lamp.share == Share(2, 3)
    assert lamp.holes == [("red", "off")]
    assert not lamp.impossible


def test_a_hit_that_the_plan_excludes_is_told(counted: Write) -> None:
    (lamp,) = read_hits([hit(counted(), green_off=1, blue_on=1)], PLAN)
    assert lamp.impossible == [("blue", "on"), ("green", "off")]
    assert lamp.share.reached == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "allowed: the hits of one run as JSON"), ('{"x": {}}', "group 'x'; allowed: lamp.use")],
)
def test_bad_hits_are_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / FUNCTIONAL
    file.write_text(text)
    with pytest.raises(InputError, match=re.escape(said)):
        read_hits([file], PLAN)


def measured(folder: Path, **counts: int) -> Result:
    root = folder.parent.parent.parent
    hit(folder, **counts)
    (root / "waivers.toml").write_text(
        WAIVER.format(kind="line", which='source = "y"')
        + WAIVER.format(kind="toggle", which="name = 'd.*'")
        + WAIVER.format(kind="branch", which='name = "else"')
        + WAIVER.format(kind="expr", which="name = '.*'")
    )
    return collect(root, root, root / "waivers.toml", PLAN, 1.5)


def test_the_verdict_needs_every_goal(counted: Write) -> None:
    folder = counted()
    result = measured(folder, red_on=1, red_off=1, green_on=1)
    assert result.passes
    assert not replace(result, code=[replace(i, hits=0, waiver=None) for i in result.code]).passes
    assert not measured(folder, red_on=1, green_on=1).passes
    assert not measured(folder, red_on=1, red_off=1, green_on=1, green_off=1).passes


def test_figures_without_waivers_are_of_every_point(counted: Write) -> None:
    same_line = counter(2, "branch", "else", 0, "5").replace("n\x023", "n\x029")
    result = measured(counted(counters=(*COUNTED, same_line)), red_on=1)
    assert result.raw == {"line": Share(2, 3), "branch": Share(2, 5), "toggle": Share(1, 2)}


def test_a_failed_measurement_leaves_no_summary_of_an_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: int) -> None:
        raise SimulationError("a test failed")

    monkeypatch.setattr(measure_coverage, "run_tests", fail)
    monkeypatch.setattr(sys, "argv", ["measure_coverage.py", "--out", str(tmp_path)])
    (tmp_path / "summary.json").write_text("{}")
    assert measure_coverage.main() == 1
    assert capsys.readouterr().err == "error: a test failed\n"
    assert not list(tmp_path.iterdir())


def test_a_failed_test_leaves_its_coverage_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = tmp_path / "lamp-coverage" / "runs" / "earlier"
    earlier.mkdir(parents=True)
    monkeypatch.setattr(measure_coverage, "BUILD", tmp_path)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1)
    )
    with pytest.raises(SimulationError, match="a test failed, so its coverage is not known"):
        measure_coverage.run_tests(1, 1)
    assert not earlier.exists()


def test_coverage_without_a_job_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["measure_coverage.py", "--jobs", "0"])
    assert measure_coverage.main() == 2
    assert capsys.readouterr().err == "error: JOBS=0: allowed are 1 and more\n"


def test_a_report_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run was counted; run make coverage"):
        collect(tmp_path, tmp_path, tmp_path / "waivers.toml", PLAN, 0.0)


def test_the_reports_name_every_hole(counted: Write, tmp_path: Path) -> None:
    result = measured(counted(), red_on=1, green_on=1)
    bare = replace(result, code=[replace(item, waiver=None) for item in result.code])
    text = table(bare, tmp_path)
    for hole in ("lamp.sv:1 toggle d (1)", "lamp.sv:3 expr (b==0) => 0", "lamp.sv:5 line"):
        assert hole in text
    assert "lamp.use: red | off" in text
    assert max(map(len, text.replace(str(tmp_path), "").splitlines())) <= 100
    write_html(bare, tmp_path, tmp_path / "html")
    index = (tmp_path / "html" / "index.html").read_text()
    assert "lamp.use: red | off" in index
    assert "green has no switch" in index
    page = (tmp_path / "html" / "lamp.sv.html").read_text()
    assert "expr missed: (b==0) =&gt; 0" in page


def test_a_bench_counts_its_code_and_its_bins() -> None:
    folder = run_bench(BENCHES["spi"], chip="mini", coverage=True).parent
    hits = read_records([folder / COUNTERS], Path(__file__).resolve().parents[2])
    assert {point.file for point in hits} == {"rtl/cnr_spi.sv", "rtl/cnr_sync.sv"}
    assert {point.kind for point in hits} == {"line", "branch", "expr", "toggle"}
    assert sum(hits.values())
    assert "write done" in json.loads((folder / FUNCTIONAL).read_text())["spi.frame"]
