"""The verdict on a controller: what the terminal shows and what the JSON file holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scripts.sequence.properties import PROPERTIES, Property
from tb.sequence.report import Report, Violation

WORDS_SHOWN = 16
NS_PER_US = 1e3


@dataclass(frozen=True)
class Verdict:
    """All that one check found.

    subject: what was checked, for the heading. roles: those that the map names. cut: why the run
    ended early. cells: result of the bench; empty for a recorded wave. notes: further lines.
    """

    subject: Mapping[str, Any]
    roles: tuple[str, ...]
    log: Report
    cut: str = ""
    cells: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def complaints(self) -> list[str]:
        """What is wrong beside the properties, a line each."""
        stimulus = self.cells.get("stimulus", {})
        lines = [f"cut short: {self.cut}"] if self.cut else []
        if stimulus.get("says"):
            lines.append(f"stimulus {stimulus['how']}: {stimulus['says']}")
        lines += [f"the macro refused: {line}" for line in self.cells.get("refusals", [])]
        lines += [_wrong(word) for word in self.cells.get("words", []) if _is_wrong(word)]
        if self.cells and self.cells["disturb"]["moved"]:
            lines.append(f"{self.cells['disturb']['moved']} cells moved that were never pulsed")
        if not any(self.log.exercised.values()) and not self.cut:
            lines.append("nothing was checked: no property was exercised")
        return lines

    @property
    def status(self) -> int:
        """Exit status: 0 clean, 1 something was found."""
        return 1 if self.log.violations or self.complaints else 0


def _is_wrong(word: Mapping[str, Any]) -> bool:
    return bool(word["right"] < word["wanted"])


def _wrong(word: Mapping[str, Any]) -> str:
    return f"word {_place(word)}: {word['right']} of {word['wanted']} cells have their level"


def _place(word: Mapping[str, Any]) -> str:
    return f"{word['layer']}/{word['group']}/{word['row']}"


def show(verdict: Verdict, file: Path) -> int:
    """Print the report and write it as JSON; the exit status."""
    print(text(verdict))
    write_json(verdict, file)
    print(f"wrote {file}")
    return verdict.status


def text(verdict: Verdict) -> str:
    """The report for the terminal."""
    parts = [
        _heading(verdict),
        _properties(verdict),
        _violations(verdict.log.violations),
        _cells(verdict.cells),
        verdict.complaints,
        [_summary(verdict)],
    ]
    return "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines)


def _heading(verdict: Verdict) -> Iterator[str]:
    yield ", ".join(f"{key} {value}" for key, value in verdict.subject.items())
    for key, value in verdict.notes.items():
        yield f"{key}: {value}"


def _properties(verdict: Verdict) -> Iterator[str]:
    for rule in PROPERTIES:
        yield f"{rule.name:<4} {rule.title:<60} {_state(rule, verdict)}"


def _state(rule: Property, verdict: Verdict) -> str:
    bad, count = verdict.log.violated(rule.name), verdict.log.exercised.get(rule.name, 0)
    missing = rule.missing(verdict.roles)
    unmapped = f", not mapped: {', '.join(missing)}" if missing else ""
    if bad:
        return f"VIOLATED {bad:,} times"
    if count:
        return f"ok, exercised {count:,} times{unmapped}"
    return f"not exercised{unmapped}"


def _violations(violations: Iterable[Violation]) -> Iterator[str]:
    """One line per rule, the first time that it was violated."""
    for found in violations:
        times = f" ({found.count:,} times)" if found.count > 1 else ""
        time_us = (found.time_ns or 0.0) / NS_PER_US
        yield f"{time_us:14.3f} us  {found.name}{times}: {found.message}"


def _cells(cells: Mapping[str, Any]) -> Iterator[str]:
    if not cells:
        return
    words, disturb = cells["words"], cells["disturb"]
    names = ["cells", "virgin", *cells["levels"], "between", "form", "set", "reset", "right"]
    yield f"{'layer/group/row':<16}{''.join(f'{name:>8}' for name in names)}"
    for word in words[:WORDS_SHOWN]:
        yield _word(word)
    if len(words) > WORDS_SHOWN:
        yield f"  ... and {len(words) - WORDS_SHOWN} more, see the JSON file"
    yield "form, set, reset: most pulses of one cell; right: cells at the level they were asked for"
    yield (
        f"disturb: {disturb['line_ms']:.4g} ms of high voltage on one line at the most, "
        f"{disturb['limit_ms']:,} ms allowed; {disturb['moved']} cells moved that were never pulsed"
    )


def _word(word: Mapping[str, Any]) -> str:
    counts = [word["cells"], word["virgin"], *word["levels"], word["between"]]
    counts += word["pulses"].values()
    right = f"{word['right']}/{word['wanted']}" if word["wanted"] else "-"
    return f"{_place(word):<16}{''.join(f'{count:8d}' for count in counts)}{right:>8}"


def _summary(verdict: Verdict) -> str:
    violated = [rule.name for rule in PROPERTIES if verdict.log.violated(rule.name)]
    exercised = sum(1 for count in verdict.log.exercised.values() if count)
    if verdict.status == 0:
        return f"clean: {exercised} of {len(PROPERTIES)} properties exercised, none violated"
    found = f"violated: {', '.join(violated)}" if violated else "no property violated"
    return f"NOT CLEAN: {found}; {len(verdict.complaints)} other complaints"


def write_json(verdict: Verdict, path: Path) -> None:
    """Write the verdict whole or not at all."""
    log = verdict.log
    values = {
        "clean": verdict.status == 0,
        **verdict.subject,
        **verdict.notes,
        "properties": {
            rule.name: {
                "title": rule.title,
                "exercised": log.exercised.get(rule.name, 0),
                "violations": log.violated(rule.name),
                "roles_missing": rule.missing(verdict.roles),
            }
            for rule in PROPERTIES
        },
        "violations": [asdict(violation) for violation in log.violations],
        "complaints": verdict.complaints,
        "cells": verdict.cells,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(values, indent=1) + "\n")
    partial.replace(path)
