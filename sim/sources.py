"""From the file lists of a bench to the files that Verilator reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from chips.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
WAIVERS = ROOT / "sim" / "waivers.vlt"
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
        The packages of the chip, the files, and the bound checker of each file that has one.

    Raises
    ------
    InputError
        If the chip or a file does not exist.
    """
    packages = [f"rtl/gen/{chip}/cnr_chip_pkg.sv", "rtl/cnr_pkg.sv"]
    _check_chip(chip, ROOT / packages[0])
    files = list(dict.fromkeys(_expand([*packages, *entries], chip)))
    bound = [checker_of(file) for file in files] if checkers else []
    return files + [checker for checker in bound if checker.is_file()]


def checker_of(file: Path) -> Path:
    """Where the bound checker of a module is, if it has one."""
    return CHECKERS / f"{file.stem}_chk.sv"


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
