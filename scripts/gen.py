"""Write everything that is generated from the chip descriptions and the register description.

python scripts/gen.py            write what is stale
python scripts/gen.py --check    exit 1 and name the files that are stale
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import InputError, chip_names, load_chip  # noqa: E402
from scripts.generate.chip_package import render_chip_package  # noqa: E402
from scripts.generate.registers import render_registers  # noqa: E402


def generated() -> dict[Path, str]:
    """Every generated file with the text it should hold."""
    files = {
        ROOT / "rtl" / "gen" / name / "cnr_chip_pkg.sv": render_chip_package(load_chip(name))
        for name in chip_names()
    }
    return files | render_registers(ROOT)


def main() -> int:
    """Write or check the generated files; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only name the stale files")
    args = parser.parse_args()
    try:
        files = generated()
    except InputError as error:
        print(f"gen: {error}", file=sys.stderr)
        return 2
    stale = [p for p, text in files.items() if not p.exists() or p.read_text() != text]
    for path in stale:
        print(f"{'stale' if args.check else 'wrote'} {path.relative_to(ROOT)}")
        if not args.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path])
    return 1 if args.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
