"""Each property of weight programming and of the bus fires when it is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from _pytest.mark import ParameterSet

from sim.benches import BENCHES, Bench
from sim.build import SimulationError
from sim.discovery import cocotb_tests
from sim.runner import run_bench
from sim.sources import CHECKERS

THEMES = ("pulse", "prog", "verify", "sweep", "service", "lock", "bus")
BLOCKS = (
    *("pulse", "ramp", "verify", "exercise", "endurance", "prog", "bist", "counters", "lock"),
    "apb",
)


class Property(NamedTuple):
    """A property; `block` is that of its checker where its name alone does not say."""

    name: str
    block: str | None


def property_of(test: str) -> Property:
    """What a test provokes: a19_alarm_of_pulse means A19_Alarm of the checker in cnr_pulse."""
    words, _, block = test.partition("_of_")
    number, *rest = words.split("_")
    name = f"{number.upper()}_{''.join(word.capitalize() for word in rest)}"
    return Property(name, block or None)


def _provoked() -> Iterator[tuple[Bench, str]]:
    for bench in (BENCHES[f"{theme}_properties"] for theme in THEMES):
        for test in cocotb_tests(bench.module):
            yield bench, test


def _cases() -> Iterator[ParameterSet]:
    for bench, test in _provoked():
        yield pytest.param(bench, test, id=".".join(filter(None, property_of(test))))


@pytest.mark.parametrize(("bench", "test"), list(_cases()))
def test_property_fires(bench: Bench, test: str, seed: int) -> None:
    name, block = property_of(test)
    place = rf"u_{block}\.u_chk\." if block else r"\."
    with pytest.raises(SimulationError, match=rf"Assertion failed in .*{place}{name}: "):
        run_bench(bench, chip=bench.chips[0], test=test, seed=seed)


def test_every_property_is_provoked() -> None:
    stated = {block: _labels(block) for block in BLOCKS}
    names = [name for labels in stated.values() for name in labels]
    expected = {
        Property(name, block if names.count(name) > 1 else None)
        for block, labels in stated.items()
        for name in labels
    }
    assert {property_of(test) for _, test in _provoked()} == expected


def _labels(block: str) -> list[str]:
    """Names of the assertions in the checker of a block."""
    text = (CHECKERS / f"cnr_{block}_chk.sv").read_text()
    return re.findall(r"^ *((?:A\d+|APB)_\w+): assert\b", text, re.MULTILINE)
