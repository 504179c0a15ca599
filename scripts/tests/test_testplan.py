"""The states of a point, and what a plan must not hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from chips.errors import InputError
from scripts import plan
from scripts.testplan import results
from scripts.testplan.plan import Point, load_plan
from scripts.testplan.report import markdown, progress, terminal
from scripts.testplan.results import Results

TESTS = ("tb/a.py::test_x[one]", "tb/a.py::test_x[two]", "tb/p.py::test[A5_Width]", "make infer")
PASSED = dict.fromkeys(TESTS, "passed")
ROW = """[[point]]
name = "n"
what = "w"
stimulus = "s"
check = "c"
tests = ["x"]
covers = []
"""


def point(*tests: str, covers: tuple[str, ...] = ()) -> Point:
    return Point("n", "what", "stimulus", "check", tests, covers)


@pytest.mark.parametrize(
    ("row", "outcomes", "groups", "state"),
    [
        (point(), PASSED, {}, "planned"),
        (point("test_x", "test_y"), PASSED, {}, "planned"),
        (point("test_x"), {}, {}, "written"),
        (point("test_x"), {**PASSED, TESTS[1]: "skipped"}, {}, "written"),
        (point("make infer"), {**PASSED, "make infer": "failed"}, {}, "written"),
        (point("test_x", covers=("g",)), PASSED, {}, "passing"),
        (point("test_x", covers=("g",)), PASSED, {"g": False}, "passing"),
        (point("test_x", covers=("A1",)), PASSED, {}, "passing"),
        (point("test_x", covers=("A5",)), {**PASSED, TESTS[2]: "failed"}, {}, "passing"),
        (point("test_x", "make infer", covers=("A5", "g")), PASSED, {"g": True}, "covered"),
    ],
)
def test_a_point_is_as_far_as_its_weakest_part(
    row: Point, outcomes: dict[str, str], groups: dict[str, bool], state: str
) -> None:
    found = progress(row, Results((*TESTS, "tb/p.py::test[A50_Other]"), outcomes, groups))
    assert found.state == state
    assert bool(found.open) == (state != "covered")
    assert f"## n: {state}" in markdown([found])
    assert f"{state:<8} n" in terminal([found])


@pytest.mark.parametrize("name", ["summary.json", "junit.xml"])
def test_a_result_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(results, "_collect", lambda _: [])
    folder = tmp_path / "build" / ("infer" if name == "summary.json" else "test")
    folder.mkdir(parents=True)
    (folder / name).write_text("{}")
    with pytest.raises(InputError, match=rf"{name}: .*; run make {folder.name} again"):
        results.read_results(tmp_path)


def test_results_are_those_of_the_last_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "_collect", lambda _: list(TESTS[:3]))
    cases = ("one", ""), ("two", "<failure/>"), ("three", "<skipped/>")
    text = "".join(f'<testcase classname="tb.a" name="{n}">{s}</testcase>' for n, s in cases)
    groups = {"full": {"hit": 2, "bins": 2}, "hole": {"hit": 1, "bins": 2}}
    for file, content in {
        "test/junit.xml": f"<testsuites>{text}</testsuites>",
        "infer/summary.json": '{"passed": true}',
        "regress/summary.json": '{"passed": false}',
        "coverage/summary.json": json.dumps({"functional": {"groups": groups}}),
    }.items():
        path = tmp_path / "build" / file
        path.parent.mkdir(parents=True)
        path.write_text(content)
    found = results.read_results(tmp_path)
    assert found.outcomes == {
        "tb/a.py::one": "passed",
        "tb/a.py::two": "failed",
        "tb/a.py::three": "skipped",
        "make infer": "passed",
        "make regress": "failed",
    }
    assert found.groups == {"full": True, "hole": False}
    assert "make xcheck" in found.tests


def test_a_report_may_lie_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan.toml").write_text(ROW)
    monkeypatch.setattr(plan, "read_results", lambda _: Results((), {}, {}))
    options = ["--plan", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["plan.py", *options])
    assert plan.main() == 1
    assert "## n: planned" in (tmp_path / "out" / "plan.md").read_text()


def test_a_target_of_make_is_no_pattern() -> None:
    assert Results(TESTS, {}, {}).matching("make in") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROW.replace('what = "w"\n', ""), r"point 1 \(n\): missing or unknown: what"),
        (ROW + 'extra = "e"\n', r"missing or unknown: extra"),
        (ROW.replace('["x"]', '"x"'), "tests must be a list of strings"),
        (ROW.replace('"x"', '"("'), "not a regular expression"),
        (ROW + ROW, "n: more than one point"),
        ("[[point", "plan.toml: "),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        load_plan(path)


def test_a_property_is_covered_by_the_tests_that_provoke_it_whatever_their_case() -> None:
    tests = ("tb/b.py::test[A17_Loaded]", "tb/s.py::test[a17_start]", "tb/s.py::test[a171_x]")
    outcomes = {tests[0]: "passed", tests[1]: "failed"}
    assert not Results(tests, outcomes, {}).covered("A17")
    assert Results(tests, {**outcomes, tests[1]: "passed"}, {}).covered("A17")
