"""The SkyWater parameter set through the chip: published yields, and what relaxation takes back.

Each figure may be off by what the sample allows: three sigma of a thousand cells.
"""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import Timer

from pymodel.device import Device, load_device
from tb.host.regmap import ProgOp
from tb.measure.estimate import Estimate
from tb.measure.yields import (
    YieldBench,
    dropout_figures,
    pulse_figures,
    without_relaxation,
)
from tb.reference.silicon import SKY130

DEVICE = load_device("sky130")
WAIT_US = 10_000


async def started(dut: Any, device: Device = DEVICE) -> YieldBench:
    """A chip with virgin cells."""
    bench = YieldBench(dut, device, cocotb.RANDOM_SEED % 2**32)
    await bench.start()
    return bench


def assert_published(measured: dict[str, Estimate]) -> None:
    """Every figure may be the published one."""
    off = {name: (e, SKY130[name]) for name, e in measured.items() if not e.agrees(SKY130[name])}
    assert not off


@cocotb.test(timeout_time=1, timeout_unit="sec")
async def single_and_ramped_pulses_have_the_published_yields(dut: Any) -> None:
    """Silicon is read right after its pulse, this chip after its sweep: nothing may drift."""
    bench = await started(dut, without_relaxation(DEVICE))
    assert_published(await pulse_figures(bench))


@cocotb.test(timeout_time=1, timeout_unit="sec")
async def a_second_write_after_a_wait_catches_the_drop_outs(dut: Any) -> None:
    bench = await started(dut)
    await bench.operate(ProgOp.FORM)
    words = bench.random_words()
    await bench.write(words)
    held = ~bench.out_of_window(words)
    assert_published(await dropout_figures(bench, words, WAIT_US))
    lost = held & bench.out_of_window(words)
    await bench.write(words)
    await Timer(WAIT_US, "us")
    assert bench.out_of_window(words)[lost].sum() < 0.5 * lost.sum()


@cocotb.test(timeout_time=1, timeout_unit="sec")
async def the_delayed_verify_of_the_chip_finds_drop_outs(dut: Any) -> None:
    """Hardly any of them within a write-verify, but some in the half millisecond after it."""
    bench = await started(dut)
    await bench.operate(ProgOp.FORM)
    await bench.operate(ProgOp.SET)
    await bench.env.host.configure_delayed_verify(500_000)
    counters = await bench.operate(ProgOp.RESET)
    assert 0.001 < counters.dropouts / counters.succeeded < 0.03
