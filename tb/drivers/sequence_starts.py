"""Where bad sequences begin: a command in the middle of something legal."""

from __future__ import annotations

from typing import Any

from tb.drivers.sequence import SET, SequencePins


async def running(dut: Any, **roles: int) -> SequencePins:
    """A command has begun a word."""
    pins = SequencePins(dut)
    await pins.start()
    await pins.command(**roles)
    await pins.begin()
    return pins


async def sensed(dut: Any, answer: int = 1, cells: int = 1, **roles: int) -> SequencePins:
    """A command has read the cells of a word once."""
    pins = await running(dut, **roles)
    await pins.sense(answer, cells)
    return pins


async def in_pulse(dut: Any) -> SequencePins:
    """High voltage is on in a SET pulse."""
    pins = await sensed(dut)
    await pins.rise(SET)
    await pins.wait()
    return pins
