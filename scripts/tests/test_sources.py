"""The hash by which results know their sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import sources


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "cell.py").write_text("A = 1\n")
    return tmp_path


@pytest.mark.parametrize("name", ["cell.py", "chip.toml", "bench_test_pulse.py", "tests.py"])
def test_a_changed_or_new_source_changes_the_hash(project: Path, name: str) -> None:
    before = sources.digest(["model"])
    (project / "model" / name).write_text("A = 2\n")
    assert sources.digest(["model"]) != before


@pytest.mark.parametrize("name", ["test_cell.py", "cell.pyc"])
def test_tests_and_compiled_files_decide_no_result(project: Path, name: str) -> None:
    before = sources.digest(["model"])
    (project / "model" / name).write_text("A = 2\n")
    assert sources.digest(["model"]) == before
