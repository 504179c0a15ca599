"""Parse and elaborate SystemVerilog with slang, a second opinion to Verilator's.

python -m scripts.slang -Wextra -Werror FILE ...
"""

from __future__ import annotations

import sys

import pyslang


def main(arguments: list[str]) -> int:
    """Run slang with its own command-line arguments; the exit status."""
    driver = pyslang.driver.Driver()
    driver.addStandardArgs()
    ready = driver.parseCommandLine(" ".join(["slang", *arguments])) and driver.processOptions()
    return 0 if ready and driver.parseAllSources() and driver.runFullCompilation(True) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
