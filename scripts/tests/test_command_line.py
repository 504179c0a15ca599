"""What all commands share."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from scripts.command_line import repeat


def test_the_line_that_repeats_a_run_holds_every_option(monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["scripts/program.py", "--chip", "mini", "--defects", "my cells.csv"]
    monkeypatch.setattr(sys, "argv", command)
    python, *words = shlex.split(repeat())
    assert Path(python).resolve() == Path(sys.executable).resolve()
    assert words == command
