"""Which cocotb tests are found in a module."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import cocotb
import pytest

from sim.discovery import cocotb_tests


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    found = ModuleType("bench_discovered")
    monkeypatch.setitem(sys.modules, found.__name__, found)
    return found


async def pulses_are_counted(dut: Any) -> None: ...


async def widths_are_kept(dut: Any, width: int) -> None: ...


def test_only_tests_are_found(module: ModuleType) -> None:
    vars(module)["helper"] = pulses_are_counted
    vars(module)["test"] = cocotb.test()(pulses_are_counted)
    assert cocotb_tests(module.__name__) == ["pulses_are_counted"]


def test_each_variant_is_a_test(module: ModuleType) -> None:
    vars(module)["test"] = cocotb.test()(cocotb.parametrize(width=[1, 2])(widths_are_kept))
    assert cocotb_tests(module.__name__) == ["widths_are_kept/width=1", "widths_are_kept/width=2"]
