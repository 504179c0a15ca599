"""The verdict that a run with unknown states leaves."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from scripts import xcheck
from sim.build import SimulationError


def test_only_a_run_without_a_failure_leaves_its_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise SimulationError("1 of 3 tests failed")

    summary = tmp_path / "summary.json"
    monkeypatch.setattr(xcheck, "SUMMARY", summary)
    monkeypatch.setattr(sys, "argv", ["xcheck.py"])
    monkeypatch.setattr(xcheck, "run_four_state", lambda *_: 3)
    assert xcheck.main() == 0
    assert json.loads(summary.read_text()) == {"chip": "mini", "seed": 1, "passed": True}
    monkeypatch.setattr(xcheck, "run_four_state", fail)
    assert xcheck.main() == 1
    assert capsys.readouterr().err == "error: 1 of 3 tests failed\n"
    assert not summary.exists()
