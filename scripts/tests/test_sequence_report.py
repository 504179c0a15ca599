"""The verdict on a controller: what counts as clean, what the terminal and the file say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.sequence.log import CheckerLog, Violation, read_log
from scripts.sequence.report import KEPT, Verdict, text, write_json

LOG = """
[0] %Error: cnr_sequence_word.sv:1: Assertion failed in top.u_bay.u_word.A9_Twice: top.A9_Twice: no
-Info: cnr_sequence_word.sv:1: Verilog $stop, ignored due to +verilator+error+limit
[2500] %Error: x.sv:2: Assertion failed in top.u_order.A8_Discharge: top.u_order.A8_Discharge: 5 ns
property A8 exercised 100
property A17 exercised 0
"""

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


def verdict(log: CheckerLog, roles: tuple[str, ...] = (), **rest: Any) -> Verdict:
    return Verdict({"controller": "x"}, roles, log, **rest)


def clean_log() -> CheckerLog:
    return CheckerLog((), {"A8": 100, "A17": 0})


def test_the_log_is_read(tmp_path: Path) -> None:
    (tmp_path / "sim.log").write_text(LOG)
    log = read_log(tmp_path / "sim.log")
    assert log.violations == (
        Violation(0, "A9", "Twice", "no"),
        Violation(2500, "A8", "Discharge", "5 ns"),
    )
    assert log.exercised == {"A8": 100, "A17": 0}


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
    found = verdict(CheckerLog((), {"A8": 0}), cells=cells(words=[]))
    assert found.status == 1
    assert "nothing was checked: no property was exercised" in text(found)


def test_a_property_says_what_became_of_it() -> None:
    log = CheckerLog((Violation(2500, "A8", "Discharge", "5 ns"),), {"A8": 100, "A9": 7})
    lines = text(verdict(log, roles=("start", "done"))).splitlines()
    state = {line.split()[0]: line for line in lines if line.startswith("A")}
    assert state["A8"].endswith("VIOLATED 1 times")
    assert state["A9"].endswith("ok, exercised 7 times, not mapped: cell_failed")
    assert state["A17"].endswith("not exercised, not mapped: busy")
    assert "         0.003 us  A8 Discharge: 5 ns" in lines


def test_a_flood_of_one_rule_does_not_hide_another(tmp_path: Path) -> None:
    flood = [Violation(n, "A8", "Discharge", "5 ns") for n in range(2000)]
    log = CheckerLog((*flood, Violation(9999, "A9", "Twice", "no")), {})
    found = verdict(log)
    told = text(found)
    assert told.count("A8 Discharge: ") == 3
    assert "A9 Twice: no" in told
    assert "1,997 of A8 Discharge" in told
    write_json(found, tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text())
    assert written["clean"] is False
    assert written["properties"]["A8"]["violations"] == 2000
    assert len(written["violations"]) == KEPT
