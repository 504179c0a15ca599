"""The SkyWater parameter set through the chip: published yields, and what relaxation takes back.

Each figure may be off by what a sample of a thousand cells allows.
"""

from __future__ import annotations

from typing import Any

import cocotb

from pymodel.device import Device, load_device
from tb.host.regmap import ProgOp
from tb.measure.estimate import Estimate
from tb.measure.yields import (
    YieldBench,
    dropout_figures,
    dropouts,
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
async def cells_drop_out_and_a_second_verify_after_a_wait_catches_them(dut: Any) -> None:
    bench = await started(dut)
    measured = await dropout_figures(bench, WAIT_US)
    assert_published(measured)
    again = await dropouts(bench, ProgOp.RESET, WAIT_US)
    assert again.value < 0.6 * measured["RESET cells that drop out"].value


@cocotb.test(timeout_time=1, timeout_unit="sec")
async def the_delayed_verify_of_the_chip_finds_drop_outs(dut: Any) -> None:
    """Hardly any of them within a write-verify, but some in the half millisecond after it."""
    bench = await started(dut)
    await bench.operate(ProgOp.FORM)
    await bench.operate(ProgOp.SET)
    await bench.env.host.configure_delayed_verify(500_000)
    counters = await bench.operate(ProgOp.RESET)
    assert 0.001 < counters.dropouts / counters.succeeded < 0.03
