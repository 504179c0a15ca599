"""What the commands of the project share: how they refuse an input and how they end."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from chips.errors import InputError
from sim.build import SimulationError


class OneLineParser(argparse.ArgumentParser):
    """Refuses a command line with one line and exit status 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong."""
        raise InputError(message)


def exit_status(command: Callable[[], int]) -> int:
    """Run a command; errors become one line and an exit status.

    A file or folder that cannot be read or written is unusable input.
    """
    try:
        return command()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except SimulationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def repeat() -> str:
    """The command line that repeats this run."""
    return shlex.join([os.path.relpath(sys.executable), *sys.argv])


def require_positive(name: str, value: int) -> None:
    """Refuse a variable of make that must be 1 or more.

    Raises
    ------
    InputError
        It is less.
    """
    if value < 1:
        raise InputError(f"{name}={value}: allowed are 1 and more")


def existing(name: str, file: str) -> Path:
    """The file that a variable of make names, with its whole path.

    Raises
    ------
    InputError
        It is not given or does not exist.
    """
    if not file:
        raise InputError(f"{name}=: name a file")
    if not Path(file).is_file():
        raise InputError(f"{name}={file}: no such file")
    return Path(file).resolve()
