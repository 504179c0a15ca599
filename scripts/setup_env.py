"""Make the Python environment of the project, and say which system packages are missing.

python3 scripts/setup_env.py [REQUIREMENTS ...]   install these files (default: requirements.txt)
python3 scripts/setup_env.py --missing            print the Debian packages to install

Runs on the standard library alone. The environment is `.venv`, or the folder that VENV names.
Installed requirements leave a stamp, so that a second run does nothing and needs no network; an
environment whose installation was cut short is made again from nothing.
"""

from __future__ import annotations

import argparse
import ctypes.util
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON_MIN = (3, 11)
PATH_FILE = "cnr_project.pth"  # makes the packages of the project importable, and marks ours

PROGRAMS = {"c++": "g++", "make": "make", "perl": "perl"}  # program -> Debian package
HEADERS = {"zlib.h": "zlib1g-dev", "lz4.h": "liblz4-dev"}  # both for recording waves
RECOMMENDED = {"ccache": "ccache"}  # without it each build compiles from nothing


class SetupError(Exception):
    """The environment cannot be made; the message is one line and says what to do."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def missing_packages() -> list[str]:
    """Debian packages without which the project does not build."""
    packages = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if "perl" not in packages and not _has_whole_perl():
        packages.append("perl")
    compiler = shutil.which("c++")
    packages += [p for header, p in HEADERS.items() if compiler and not _has(compiler, header)]
    if not compiler:
        packages += HEADERS.values()
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        packages.append("python3-venv")
    if not _has_shared_python():
        packages.append(f"libpython{sys.version_info[0]}.{sys.version_info[1]}")
    return packages


def recommended_packages() -> list[str]:
    """Debian packages that the project does better with."""
    return [package for program, package in RECOMMENDED.items() if not shutil.which(program)]


def _has(compiler: str, header: str) -> bool:
    """Whether the compiler finds a header."""
    check = f"#if !__has_include(<{header}>)\n#error\n#endif\n"
    command = [compiler, "-x", "c++", "-fsyntax-only", "-"]
    return subprocess.run(command, input=check.encode(), capture_output=True).returncode == 0


def _has_whole_perl() -> bool:
    """Whether Perl has the modules of Verilator's script; Debian's base system has a part of it."""
    return subprocess.run(["perl", "-MPod::Usage", "-e1"], capture_output=True).returncode == 0


def _has_shared_python() -> bool:
    """Whether libpython, which the simulator loads, is there as a shared library."""
    library = Path(sysconfig.get_config_var("LIBDIR")) / sysconfig.get_config_var("INSTSONAME")
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return library.is_file() or ctypes.util.find_library(name) is not None


def preflight() -> None:
    """Raise a `SetupError` that names every missing package in one command."""
    if sys.version_info < PYTHON_MIN:
        found = ".".join(map(str, sys.version_info[:2]))
        needed = ".".join(map(str, PYTHON_MIN))
        raise SetupError(f"Python {found} is too old; {needed} or newer is needed: PYTHON=...", 2)
    if " " in str(ROOT):
        raise SetupError(f"make cannot build in a folder with spaces: {ROOT}", 2)
    packages = missing_packages()
    if packages:
        command = f"sudo apt-get install {' '.join([*packages, *recommended_packages()])}"
        raise SetupError(f"system packages are missing; run: {command}", 2)


def stamp_name(requirements: Path) -> str:
    """Name of the stamp that says these requirements are installed, here and for this Python."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for file in _with_included(requirements):
        digest.update(file.read_bytes())
    return f".stamp-{requirements.stem}-{digest.hexdigest()[:16]}"


def _with_included(requirements: Path) -> list[Path]:
    if not requirements.is_file():
        raise SetupError(f"requirements file {requirements} does not exist", 2)
    lines = requirements.read_text().splitlines()
    included = [requirements.parent / line[3:].strip() for line in lines if line[:3] == "-r "]
    return [requirements, *(file for other in included for file in _with_included(other))]


def install(venv: Path, requirements: Path) -> None:
    """Install a requirements file unless its stamp is there."""
    stamp = venv / stamp_name(requirements)
    unfinished = _unfinished(venv)
    if stamp.is_file() and not unfinished.exists():
        return
    for package in recommended_packages():
        print(f"setup: {package} is recommended: sudo apt-get install {package}", file=sys.stderr)
    if not _is_whole(venv):
        _make_venv(venv)
    unfinished.touch()
    for old in venv.glob(f".stamp-{requirements.stem}-*"):
        old.unlink()
    print(f"setup: installing {requirements.name} into {venv}", file=sys.stderr, flush=True)
    _pip_install(venv, requirements)
    stamp.touch()
    unfinished.unlink()


def _unfinished(venv: Path) -> Path:
    """File beside an environment that is there while something is being installed into it."""
    return venv.with_name(f"{venv.name}.unfinished")


def _is_whole(venv: Path) -> bool:
    """Whether the environment was finished, here and for this Python."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    path = venv / "lib" / version / "site-packages" / PATH_FILE
    here = path.is_file() and path.read_text().strip() == str(ROOT)
    return here and not _unfinished(venv).exists() and (venv / "bin" / "python").exists()


def _make_venv(venv: Path) -> None:
    """Make the environment from nothing; it stays marked unfinished."""
    owners = [path.read_text().strip() for path in venv.glob(f"lib/*/site-packages/{PATH_FILE}")]
    if venv.exists() and not owners and not _unfinished(venv).exists():
        raise SetupError(f"VENV={venv}: exists and was not made by `make setup`", 2)
    for owner in owners:
        if owner != str(ROOT) and (Path(owner) / "scripts" / "setup_env.py").is_file():
            raise SetupError(f"VENV={venv}: belongs to {owner}, allowed is one of its own", 2)
    _unfinished(venv).touch()
    shutil.rmtree(venv, ignore_errors=True)
    _call([sys.executable, "-m", "venv", str(venv)], "python -m venv failed")
    packages = next(venv.glob("lib/python*/site-packages"))
    (packages / PATH_FILE).write_text(f"{ROOT}\n")


def _pip_install(venv: Path, requirements: Path) -> None:
    pip = [str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    _call([*pip, "--quiet", "-r", str(requirements)], f"pip could not install {requirements.name}")


def _call(command: list[str], failure: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("ERROR")]
        cause = (errors or done.stdout.splitlines() or ["no output"])[-1]
        raise SetupError(f"{failure}: {cause}", 1)


def main(arguments: list[str]) -> int:
    """Check the system and install; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("requirements", nargs="*", default=["requirements.txt"])
    parser.add_argument("--missing", action="store_true", help="only print missing packages")
    options = parser.parse_args(arguments)
    if options.missing:
        print(" ".join([*missing_packages(), *recommended_packages()]))
        return 0
    venv = ROOT / os.environ.get("VENV", ".venv")
    try:
        preflight()
        venv.parent.mkdir(parents=True, exist_ok=True)
        with venv.with_name(f"{venv.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for name in options.requirements:
                install(venv, ROOT / name)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
