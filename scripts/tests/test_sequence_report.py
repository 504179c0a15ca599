"""The verdict on a controller: what counts as clean, what the terminal and the file say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.sequence.report import Verdict, text, write_json
from tb.sequence.report import Report, Violation

DISCHARGE = Violation("A8", "A8_Discharge", "5 ns", 2.75, 2000)

WORD = {
    "layer": 1, "group": 0, "row": 3, "cells": 20, "virgin": 0, "levels": [10, 10], "between": 0,
    "pulses": {"form": 2, "set": 2, "reset": 5}, "wanted": 20, "right": 20,
}  # fmt: skip


def cells(**changed: Any) -> dict[str, Any]:
    """A clean result of the bench, with changes."""
    result = {
        "stimulus": {"how": "returned", "says": ""},
        "words": [WORD],
        "disturb": {"line_ms": 0.01, "limit_ms": 10000, "moved": 0},
        "refusals": [],
        "levels": ["LRS", "HRS"],
    }
    return result | changed


def verdict(log: Report, roles: tuple[str, ...] = (), **rest: Any) -> Verdict:
    return Verdict({"controller": "x"}, roles, log, **rest)


def clean_log() -> Report:
    return Report({"A8": 100, "A17": 0}, ())


def test_no_violation_and_no_complaint_is_clean() -> None:
    found = verdict(clean_log(), cells=cells())
    assert found.status == 0
    assert text(found).endswith("clean: 1 of 20 properties exercised, none violated")


def test_each_kind_of_complaint_is_not_clean() -> None:
    bad = (
        cells(stimulus={"how": "late", "says": "no end"}),
        cells(refusals=["no such word"]),
        cells(words=[WORD | {"right": 19}]),
        cells(disturb={"line_ms": 1.0, "limit_ms": 10000, "moved": 3}),
    )
    for result in bad:
        found = verdict(clean_log(), cells=result)
        assert (found.status, len(found.complaints)) == (1, 1)
        assert found.complaints[0] in text(found)
    assert verdict(clean_log(), cut="killed").status == 1


def test_a_run_that_did_nothing_is_not_clean() -> None:
    found = verdict(Report({"A8": 0}, ()), cells=cells(words=[]))
    assert found.status == 1
    assert "nothing was checked: no property was exercised" in text(found)


def test_a_property_says_what_became_of_it() -> None:
    log = Report({"A8": 100, "A9": 7}, (DISCHARGE,))
    lines = text(verdict(log, roles=("start", "done"))).splitlines()
    state = {line.split()[0]: line for line in lines if line.startswith("A")}
    assert state["A8"].endswith("VIOLATED 2,000 times")
    assert state["A9"].endswith("ok, exercised 7 times, not mapped: cell_failed")
    assert state["A17"].endswith("not exercised, not mapped: busy")


def test_a_rule_that_fails_often_is_one_line(tmp_path: Path) -> None:
    log = Report({"A8": 5}, (DISCHARGE, Violation("A9", "A9_Twice", "no", 9999.0, 1)))
    found = verdict(log)
    assert "         0.003 us  A8_Discharge (2,000 times): 5 ns" in text(found).splitlines()
    assert "         9.999 us  A9_Twice: no" in text(found).splitlines()
    assert "violated: A8, A9; 0 other complaints" in text(found)
    write_json(found, tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text())
    assert written["clean"] is False
    assert written["properties"]["A8"]["violations"] == 2000
    assert [rule["name"] for rule in written["violations"]] == ["A8_Discharge", "A9_Twice"]
