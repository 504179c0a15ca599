"""Run every linter over the project: generated files, RTL and Python.

python scripts/lint.py

Exit status: 0 all clean, 1 something was found, 2 a linter or the RTL cannot be read.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chips.errors import InputError
from sim.sources import ROOT, WAIVERS, design_sources
from sim.toolchain import environment, find_toolchain

BIN = Path(sys.executable).parent
PACKAGES = ("chips", "pymodel", "sim", "scripts", "tb", "conftest.py")
# The chip as it is taped out, and as it is simulated.
MACROS = ("rtl/cnr_macro.sv", "tb/macro/cnr_macro.sv")
VERILATOR = ("--lint-only", "-Wall", "--assert", "--timing", "--timescale", "1ns/1ps")
SLANG = (
    "-Wextra",
    "-Werror",
    "-Wno-case-redundant-default",  # a default to the safe state is asked for
    "-Wno-useless-cast",  # useless for one chip, needed for another
    "--timescale",
    "1ns/1ps",
)


@dataclass(frozen=True)
class Step:
    """One run of one linter."""

    name: str
    command: tuple[str, ...]

    def passes(self) -> bool:
        """Run it; what it found is printed."""
        done = subprocess.run(
            self.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {self.name}", flush=True)
        if done.returncode:
            print(done.stdout, end="", flush=True)
        return done.returncode == 0


def steps() -> Iterator[Step]:
    """Every step, the quick ones first."""
    python = sys.executable
    yield Step("generated files are fresh", (python, "scripts/gen.py", "--check"))
    yield Step("ruff check", (str(BIN / "ruff"), "check", "--quiet", "."))
    yield Step("ruff format", (str(BIN / "ruff"), "format", "--check", "--quiet", "."))
    yield from _rtl_steps()
    yield Step("mypy", (python, "-m", "mypy", *(name for name in PACKAGES if _exists(name))))


def _rtl_steps() -> Iterator[Step]:
    verilator = str(find_toolchain().verilator)
    hand_written = [str(file) for file in _hand_written()]
    yield Step("verible", (str(BIN / "verible-verilog-lint"), *_verible_rules(), *hand_written))
    for package in sorted(ROOT.glob("rtl/gen/*/cnr_chip_pkg.sv")):
        chip = package.parent.name
        for macro in MACROS:
            files = [str(file) for file in design_sources(("sim/rtl.f", macro), chip)]
            design = f"{chip} with {macro}"
            command = ("perl", verilator, *VERILATOR, "-Wno-MULTITOP", str(WAIVERS), *files)
            yield Step(f"verilator, {design}", command)
            slang = (sys.executable, "-m", "scripts.slang", *SLANG, *files)
            yield Step(f"slang, {design}", slang)


def _verible_rules() -> tuple[str, str]:
    return "--rules_config=.rules.verible_lint", "--waiver_files=.waivers.verible_lint"


def _hand_written() -> list[Path]:
    folders = ("rtl", "tb/macro", "tb/harness", "tb/checkers", "tb/sequence")
    return sorted(file for folder in folders for file in ROOT.glob(f"{folder}/*.sv"))


def unlisted() -> list[str]:
    """RTL files that no list names, so that no linter would see them."""
    chip = next(ROOT.glob("rtl/gen/*/cnr_chip_pkg.sv")).parent.name
    listed = {*design_sources(("sim/rtl.f", MACROS[0]), chip)}
    files = [*ROOT.glob("rtl/*.sv"), *ROOT.glob("rtl/gen/*.sv")]
    return sorted(str(file.relative_to(ROOT)) for file in files if file not in listed)


def _exists(name: str) -> bool:
    return (ROOT / name).exists()


def main() -> int:
    """Run all steps; the exit status."""
    try:
        with environment(find_toolchain().environment()):
            failed = sum(not step.passes() for step in steps())
        missing = unlisted()
    except InputError as error:
        print(f"lint: {error}", file=sys.stderr)
        return 2
    if missing:
        print(f"FAILED every RTL file is in sim/rtl.f\nnot listed: {', '.join(missing)}")
    return 1 if failed or missing else 0


if __name__ == "__main__":
    sys.exit(main())
