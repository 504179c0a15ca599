"""Print the published figures beside what their formulas give.

python -m pymodel.figures
python -m pymodel.figures --json
python -m pymodel.figures --markdown > docs/figures.md
"""

from __future__ import annotations

import argparse
import json

from chips.description import load_chip
from chips.errors import InputError
from pymodel.figures.markdown import markdown
from pymodel.figures.table import text, values

CHIP = "cifar10"  # the network of Amer et al.


def main() -> None:
    """Print what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m pymodel.figures", description=__doc__)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="plain values")
    form.add_argument("--markdown", action="store_true", help="docs/figures.md")
    args = parser.parse_args()
    try:
        print(said(args))
    except InputError as error:
        parser.error(str(error))


def said(args: argparse.Namespace) -> str:
    """All figures in the form that is asked for.

    Raises
    ------
    InputError
        Accuracies that cannot be used.
    """
    chip = load_chip(CHIP)
    if args.json:
        return json.dumps(values(chip), indent=1)
    return "\n".join(markdown(chip) if args.markdown else text(chip))


if __name__ == "__main__":
    main()
