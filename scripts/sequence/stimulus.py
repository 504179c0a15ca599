"""The user's stimulus: a Python file with `async def stimulus(dut)`."""

from __future__ import annotations

import ast
import importlib.util
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chips.errors import InputError

FUNCTION = "stimulus"
BROKEN = "broken"


@dataclass(frozen=True)
class Ending:
    """How a stimulus ended.

    how: returned, none (there was none), late (it did not end), failed (an assertion of its own)
    or broken (any other exception, or no levels of this chip returned). says: why.
    """

    how: str
    says: str

    @classmethod
    def raised(cls, error: BaseException, file: Path) -> Ending:
        """Of the stimulus in `file`, which raised `error`."""
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if Path(frame.filename) == file] or frames
        reason = str(error).splitlines()
        says = f"{file.name}:{ours[-1].lineno}: {ours[-1].line}: {type(error).__name__}"
        how = "failed" if isinstance(error, AssertionError) else BROKEN
        return cls(how, ": ".join([says, *reason[:1]]))


def check_stimulus(file: Path) -> None:
    """Refuse a file that holds no stimulus, without running it.

    Raises
    ------
    InputError
        The file is not Python or lacks the function.
    """
    if file.suffix != ".py":
        raise InputError(f"STIMULUS={file}: not a Python file; its name must end in .py")
    try:
        tree = ast.parse(file.read_text())
    except (SyntaxError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"STIMULUS={file}: not Python: {error}") from None
    names = [node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef)]
    if FUNCTION not in names:
        raise InputError(f"STIMULUS={file}: has no 'async def {FUNCTION}(dut)'")


def load_stimulus(file: Path) -> Callable[[Any], Awaitable[Any]]:
    """The function of a checked file; modules beside the file can be imported by it."""
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(f"stimulus_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[[Any], Awaitable[Any]] = getattr(module, FUNCTION)
    return function
