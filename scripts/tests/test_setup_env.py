"""When the environment is made, kept, repaired and refused."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from scripts import setup_env
from scripts.setup_env import SetupError, main


class Installer:
    """Stands in for `python -m venv` and pip, and counts what it is asked to do."""

    def __init__(self) -> None:
        self.made = 0
        self.installed: list[str] = []
        self.fails = False

    def __call__(self, command: list[str], failure: str) -> None:
        if "venv" in command:
            self.made += 1
            _venv_skeleton(Path(command[-1]))
        elif self.fails:
            raise SetupError(failure, 1)
        else:
            self.installed.append(Path(command[-1]).name)


def _venv_skeleton(venv: Path) -> None:
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (venv / "lib" / version / "site-packages").mkdir(parents=True)
    (venv / "bin").mkdir()
    (venv / "bin" / "python").touch()
    (venv / "pyvenv.cfg").touch()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two requirements files."""
    (tmp_path / "requirements.txt").write_text("a==1\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\nb==1\n")
    monkeypatch.setattr(setup_env, "ROOT", tmp_path)
    monkeypatch.delenv("VENV", raising=False)
    return tmp_path


@pytest.fixture
def installer(root: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    fake = Installer()
    monkeypatch.setattr(setup_env, "_call", fake)
    return fake


def test_a_second_run_does_nothing(installer: Installer) -> None:
    assert [main([]), main([])] == [0, 0]
    assert installer.installed == ["requirements.txt"]


def test_a_change_of_the_requirements_installs_them_again(root: Path, installer: Installer) -> None:
    main([])
    (root / "requirements.txt").write_text("a==2\n")
    main([])
    assert installer.installed == ["requirements.txt"] * 2
    assert installer.made == 1


def test_a_change_that_is_taken_back_installs_again(root: Path, installer: Installer) -> None:
    for version in (1, 2, 1):
        (root / "requirements.txt").write_text(f"a=={version}\n")
        main([])
    assert len(installer.installed) == 3


def test_a_change_of_an_included_file_counts(root: Path, installer: Installer) -> None:
    main(["requirements-dev.txt"])
    (root / "requirements.txt").write_text("a==2\n")
    main(["requirements-dev.txt"])
    assert installer.installed == ["requirements-dev.txt"] * 2


def test_extra_requirements_leave_the_first_ones_alone(installer: Installer) -> None:
    main([])
    main(["requirements.txt", "requirements-dev.txt"])
    main([])
    assert installer.installed == ["requirements.txt", "requirements-dev.txt"]


def test_an_installation_cut_short_starts_from_nothing(root: Path, installer: Installer) -> None:
    installer.fails = True
    assert main([]) == 1
    (root / ".venv" / "leftover").touch()
    installer.fails = False
    assert main([]) == 0
    assert installer.made == 2
    assert not (root / ".venv" / "leftover").exists()


def test_an_upgrade_cut_short_starts_from_nothing(root: Path, installer: Installer) -> None:
    main([])
    installer.fails = True
    main(["requirements.txt", "requirements-dev.txt"])
    installer.fails = False
    assert main([]) == 0
    assert installer.made == 2


def test_an_environment_of_another_place_is_made_again(root: Path, installer: Installer) -> None:
    main([])
    path_file = next((root / ".venv").rglob(setup_env.PATH_FILE))
    path_file.write_text("/somewhere/else\n")
    for stamp in (root / ".venv").glob(".stamp-*"):
        stamp.unlink()
    main([])
    assert installer.made == 2


def test_an_environment_that_another_copy_uses_is_refused_and_kept(
    root: Path,
    installer: Installer,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "scripts").mkdir()
    (other / "scripts" / "setup_env.py").touch()
    main([])
    (path_file,) = (root / ".venv").glob(f"lib/*/site-packages/{setup_env.PATH_FILE}")
    path_file.write_text(f"{other}\n")
    for stamp in (root / ".venv").glob(".stamp-*"):
        stamp.unlink()
    assert main([]) == 2
    assert f"belongs to {other}" in capsys.readouterr().err
    assert path_file.is_file()


def test_a_folder_of_the_users_is_refused_and_kept(
    root: Path,
    installer: Installer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (root / "mine").mkdir()
    (root / "mine" / "thesis.tex").touch()
    monkeypatch.setenv("VENV", "mine")
    assert main([]) == 2
    assert "was not made by `make setup`" in capsys.readouterr().err
    assert (root / "mine" / "thesis.tex").exists()


def test_an_unknown_requirements_file_is_named(
    installer: Installer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["requirements-lab.txt"]) == 2
    assert "requirements-lab.txt does not exist" in capsys.readouterr().err


def test_an_empty_path_gives_one_command_for_all_that_is_missing(
    installer: Installer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main([]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "sudo apt-get install g++ make perl zlib1g-dev liblz4-dev" in said
    assert installer.made == 0


def test_a_perl_without_its_modules_counts_as_missing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    perl = root / "perl"
    perl.write_text("#!/bin/sh\nexit 2\n")
    perl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{root}:{os.environ['PATH']}")
    assert setup_env.missing_packages() == ["perl"]


def test_a_missing_header_is_found(
    installer: Installer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup_env, "HEADERS", {"zlib.h": "zlib1g-dev", "no_such.h": "libno-dev"})
    assert main([]) == 2
    assert "libno-dev" in capsys.readouterr().err


def test_ccache_is_recommended_but_not_needed(
    installer: Installer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    which = shutil.which
    monkeypatch.setattr("shutil.which", lambda name: None if name == "ccache" else which(name))
    assert main([]) == 0
    assert "ccache is recommended" in capsys.readouterr().err


def test_an_old_python_is_refused(
    installer: Installer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup_env, "PYTHON_MIN", (99, 0))
    assert main([]) == 2
    assert "is too old; 99.0 or newer is needed" in capsys.readouterr().err
