"""What the last runs say: which tests there are, how they ended, what is covered."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from chips.errors import InputError
from scripts.testplan.plan import COMMAND

PROPERTY = re.compile(r"A\d+")
SUMMARIES = ("infer", "program", "regress", "xcheck")  # folders of build/ with a verdict


@dataclass(frozen=True)
class Results:
    """State of the tests.

    Parameters
    ----------
    tests
        Ids of all tests, and the targets of make that leave a summary.
    outcomes
        "passed", "failed" or "skipped" of those that have run.
    groups
        Whether each group of the functional plan is covered, as far as it was measured.
    """

    tests: tuple[str, ...]
    outcomes: Mapping[str, str]
    groups: Mapping[str, bool]

    def matching(self, pattern: str) -> list[str]:
        """Tests that a pattern of the plan names."""
        if pattern.startswith(COMMAND):
            return [test for test in self.tests if test == pattern]
        return [test for test in self.tests if re.search(pattern, test)]

    def covered(self, item: str) -> bool:
        """Whether a group is at its goal, or each test that provokes a property has passed."""
        if not PROPERTY.fullmatch(item):
            return self.groups.get(item, False)
        fires = self.matching(rf"(?i)[\[.]{item}_")
        return bool(fires) and self.passed(fires)

    def passed(self, tests: Iterable[str]) -> bool:
        """Whether all of these have run and passed."""
        return all(self.outcomes.get(test) == "passed" for test in tests)


def read_results(root: Path) -> Results:
    """Collect the tests and read `build/` for how they ended.

    Raises
    ------
    InputError
        The tests cannot be collected, or a result in `build/` cannot be read.
    """
    commands = _command_outcomes(root / "build")
    return Results(
        (*_collect(root), *commands),
        {**_junit_outcomes(root / "build" / "test" / "junit.xml"), **_ran(commands)},
        _covered_groups(root / "build" / "coverage" / "summary.json"),
    )


def _collect(root: Path) -> list[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"the tests cannot be collected:\n{done.stdout[-2000:]}")
    return [line for line in done.stdout.splitlines() if "::" in line]


def _junit_outcomes(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    outcomes = {}
    try:
        report = ElementTree.parse(path)
    except ElementTree.ParseError as error:
        raise InputError(f"{path}: {error}; run make test again") from None
    for case in report.iter("testcase"):
        file = case.get("classname", "").replace(".", "/")
        outcomes[f"{file}.py::{case.get('name')}"] = _outcome({part.tag for part in case})
    return outcomes


def _outcome(tags: set[str]) -> str:
    if tags & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in tags else "passed"


def _command_outcomes(build: Path) -> dict[str, str | None]:
    """Targets that leave a verdict; None for one that has not run."""
    return {f"{COMMAND}{name}": _summary_outcome(build / name) for name in SUMMARIES}


def _summary_outcome(folder: Path) -> str | None:
    passed = _value(folder / "summary.json", "passed")
    return None if passed is None else "passed" if passed else "failed"


def _ran(commands: Mapping[str, str | None]) -> dict[str, str]:
    return {name: outcome for name, outcome in commands.items() if outcome}


def _covered_groups(path: Path) -> dict[str, bool]:
    groups = _value(path, "functional", "groups") or {}
    return {name: group["hit"] == group["bins"] for name, group in groups.items()}


def _value(path: Path, *keys: str) -> Any:
    """A value of a summary; None where there is no summary."""
    if not path.is_file():
        return None
    try:
        return reduce(getitem, keys, json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError):
        name = path.parent.name
        raise InputError(f"{path}: holds no {'.'.join(keys)}; run make {name} again") from None
