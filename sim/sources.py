"""From the file lists of a bench to the files that Verilator reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from chips.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
WAIVERS = ROOT / "sim" / "waivers.vlt"
COVERAGE = ROOT / "sim" / "coverage.vlt"
POWER_UP = ROOT / "sim" / "cnr_power_up.sv"
CHECKERS = ROOT / "tb" / "checkers"


def design_sources(entries: Iterable[str], chip: str, checkers: bool = True) -> list[Path]:
    """Every SystemVerilog file of a design in the order of compilation.

    Parameters
    ----------
    entries
        Files and file lists, relative to the root of the project.
    chip
        Name of the chip whose generated package comes first.
    checkers
        Whether the bound checkers come along.

    Returns
    -------
    list of Path
        The packages of the chip, the files, and the bound checkers of each file that has some.

    Raises
    ------
    InputError
        If the chip or a file does not exist.
    """
    packages = [f"rtl/gen/{chip}/cnr_chip_pkg.sv", "rtl/cnr_pkg.sv"]
    _check_chip(chip, ROOT / packages[0])
    files = list(dict.fromkeys(_expand([*packages, *entries], chip)))
    bound = [checker for file in files for checker in checkers_of(file)] if checkers else []
    return list(dict.fromkeys(files + bound))


def checkers_of(file: Path) -> list[Path]:
    """The files of the bound checkers of a module: one of its own, and a list of shared ones."""
    own, shared = (CHECKERS / f"{file.stem}_chk{suffix}" for suffix in (".sv", ".f"))
    more = list(_expand(_listed(shared), "")) if shared.is_file() else []
    return [own, *more] if own.is_file() else more


def _check_chip(chip: str, package: Path) -> None:
    if not package.is_file():
        chips = sorted(file.parent.name for file in ROOT.glob("rtl/gen/*/cnr_chip_pkg.sv"))
        allowed = ", ".join(chips) or "none generated yet, run: make gen"
        raise InputError(f"CHIP={chip}: unknown chip; allowed: {allowed}")


def _expand(entries: Iterable[str], chip: str) -> Iterator[Path]:
    for entry in entries:
        file = ROOT / entry.format(chip=chip)
        if not file.is_file():
            raise InputError(f"source file {entry.format(chip=chip)} does not exist")
        if file.suffix == ".f":
            yield from _expand(_listed(file), chip)
        else:
            yield file


def _listed(file_list: Path) -> list[str]:
    lines = (line.split("//")[0].strip() for line in file_list.read_text().splitlines())
    return [line for line in lines if line]
