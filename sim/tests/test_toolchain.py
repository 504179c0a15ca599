"""Which Verilator is chosen, and what is said when there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.toolchain import Toolchain, ToolchainError, environment, find_toolchain


def fake_program(folder: Path, name: str, says: str = "") -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on PATH, with all that a build needs except Verilator."""
    for name in ("c++", "make", "perl"):
        fake_program(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("VERILATOR_BIN_DIR", raising=False)
    return tmp_path


def test_a_new_verilator_on_path_is_taken(folder: Path) -> None:
    verilator = fake_program(folder, "verilator", "Verilator 5.040 2025-08-30 rev v5.040")
    found = find_toolchain()
    assert (found.verilator, found.version) == (verilator, "5.040")


def test_an_old_verilator_on_path_is_passed_over(folder: Path) -> None:
    fake_program(folder, "verilator", "Verilator 5.006 2023-01-22 rev (Debian 5.006-3)")
    assert find_toolchain().version.startswith("wheel")


def test_the_wheel_gets_its_compiler_settings(folder: Path) -> None:
    assert {"CFG_CXXFLAGS_STD=-std=c++20", "CXX=c++"} <= set(find_toolchain().make_args)


def test_another_verilator_keeps_its_own_compiler_settings(folder: Path) -> None:
    fake_program(folder, "verilator", "Verilator 5.040 2025-08-30 rev v5.040")
    assert not any(arg.startswith(("CFG_", "CXX=")) for arg in find_toolchain().make_args)


def test_a_named_folder_goes_before_path(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_program(folder, "verilator", "Verilator 5.048 2026-05-16")
    other = tmp_path_factory.mktemp("other")
    fake_program(other, "verilator", "Verilator 5.036 2025-04-27")
    monkeypatch.setenv("VERILATOR_BIN_DIR", str(other))
    assert find_toolchain().version == "5.036"


def test_an_old_verilator_in_the_named_folder_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_program(folder, "verilator", "Verilator 5.035 2025-01-01")
    monkeypatch.setenv("VERILATOR_BIN_DIR", str(folder))
    with pytest.raises(ToolchainError, match=r"5\.035 is too old; 5\.036 or newer is needed"):
        find_toolchain()


def test_a_named_folder_without_verilator_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERILATOR_BIN_DIR", str(folder))
    with pytest.raises(ToolchainError, match="there is no verilator in this folder"):
        find_toolchain()


def test_without_a_wheel_the_message_says_how_to_get_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ToolchainError, match="make setup"):
        find_toolchain()


@pytest.mark.parametrize(
    ("program", "package"), [("c++", "g++"), ("make", "make"), ("perl", "perl")]
)
def test_a_missing_program_is_named_in_one_line(folder: Path, program: str, package: str) -> None:
    (folder / program).unlink()
    with pytest.raises(ToolchainError) as error:
        find_toolchain()
    assert str(error.value).endswith(f"sudo apt-get install {package}")
    assert "\n" not in str(error.value)


def test_ccache_is_used_where_it_is(folder: Path) -> None:
    assert "OBJCACHE=ccache" not in find_toolchain().make_args
    fake_program(folder, "ccache")
    assert "OBJCACHE=ccache" in find_toolchain().make_args


def test_a_build_sees_nothing_of_an_outer_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKEFLAGS", "-j8 --jobserver-auth=3,4")
    monkeypatch.setenv("VERILATOR_ROOT", "/elsewhere")
    before = dict(os.environ)
    with environment(Toolchain(Path("/tools/verilator"), "5.048", ()).environment()):
        assert "MAKEFLAGS" not in os.environ
        assert "VERILATOR_ROOT" not in os.environ
        assert os.environ["PATH"].startswith("/tools:")
    assert dict(os.environ) == before
