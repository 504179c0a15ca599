"""Two bits per cell: the write-verify of the chip against published silicon, on some of the cells.

`make bench` does the same with more cells and prints every figure.
"""

from __future__ import annotations

from typing import Any

import cocotb

from tb.measure.estimate import Estimate
from tb.measure.levels import LevelBench, aged_figures, form_figures, write_figures
from tb.reference.silicon import RADAR


async def formed(dut: Any, groups: int) -> LevelBench:
    """A chip with so many groups of 257 cells formed."""
    bench = LevelBench(dut, groups, cocotb.RANDOM_SEED % 2**32)
    await bench.start()
    await bench.form()
    return bench


def assert_published(measured: dict[str, Estimate]) -> None:
    """Every figure may be the published one."""
    off = {name: (e, RADAR[name]) for name, e in measured.items() if not e.agrees(RADAR[name])}
    assert not off


@cocotb.test(timeout_time=10, timeout_unit="sec")
async def pulses_and_success_are_the_published_ones(dut: Any) -> None:
    bench = await formed(dut, groups=3)
    assert_published(form_figures(bench))
    written = await bench.write()
    assert_published(write_figures(written))
    assert written.level_within(3, 100).value < written.within(100)[written.levels < 3].mean()


@cocotb.test(timeout_time=10, timeout_unit="sec")
async def larger_word_line_steps_take_fewer_pulses_and_fail_more(dut: Any) -> None:
    """The highest level, which no step of a SET reaches, is left out of the failures."""
    bench = await formed(dut, groups=2)
    pulses, success = [], []
    for step_mv in (10, 150):
        await bench.set_word_line_step(step_mv)
        written = await bench.write()
        pulses.append(written.pulses.mean())
        success.append(written.succeeded[written.levels < 3].mean())
    assert pulses[1] < 0.8 * pulses[0]
    assert success[1] < success[0]


@cocotb.test(timeout_time=10, timeout_unit="sec")
async def a_tenth_of_the_bits_is_wrong_after_5000_cycles(dut: Any) -> None:
    bench = await formed(dut, groups=2)
    assert_published(await aged_figures(bench, 5000))
