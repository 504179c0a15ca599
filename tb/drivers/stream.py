"""Valid-ready streams: a source and a sink that sleep while nothing moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cocotb.triggers import RisingEdge, Timer

from tb.drivers.cycles import period_ps


class _Handshake:
    """Waits for beats of one stream: a clock edge that sees valid and ready."""

    def __init__(self, dut: Any, waits_for: Any) -> None:
        self._edge = RisingEdge(dut.clk_i)
        self._other = waits_for
        self._other_rises = RisingEdge(waits_for)

    async def beat(self) -> None:
        """Return at the clock edge that moves a beat; our side is already up."""
        await self._edge
        while not self._other.value:
            await self._other_rises
            await self._edge

    async def pause(self, cycles: int) -> None:
        """Let `cycles` clock edges pass, ending on one."""
        await Timer(cycles * period_ps() - period_ps() // 2, "ps")
        await self._edge


class StreamSource:
    """Drives `<prefix>_valid_i`, `_data_i` and, where the stream has one, `_last_i`.

    Parameters
    ----------
    dut
        The design.
    prefix
        Of the names of its ports.
    pause
        Gives the clocks to wait before each beat, with the wrong data and `last` at the pins;
        without it beats follow each other.

    Attributes
    ----------
    sent
        Beats that the design has taken.
    """

    def __init__(
        self,
        dut: Any,
        prefix: str,
        pause: Callable[[], int] | None = None,
    ) -> None:
        self._valid = getattr(dut, f"{prefix}_valid_i")
        self._data = getattr(dut, f"{prefix}_data_i")
        self._last = getattr(dut, f"{prefix}_last_i", None)
        ready = getattr(dut, f"{prefix}_ready_o")
        self._handshake = _Handshake(dut, ready)
        self._pause = pause
        self._ones = (1 << len(self._data)) - 1
        self.sent = 0
        self._valid.value = 0
        self._data.value = 0
        if self._last is not None:
            self._last.value = 0

    async def send(self, words: Iterable[int], last: int | None = -1) -> None:
        """Send words; `last` goes up with the one of that index. Cancelling it drops valid."""
        pending = list(words)
        try:
            for index, word in enumerate(pending):
                await self._send_one(word, last in (index, index - len(pending)))
        finally:
            self._valid.value = 0

    async def _send_one(self, word: int, last: bool) -> None:
        if self._pause and (cycles := self._pause()):
            self._drive(~word & self._ones, not last, valid=False)
            await self._handshake.pause(cycles)
        self._drive(word, last, valid=True)
        await self._handshake.beat()
        self.sent += 1

    def _drive(self, word: int, last: bool, *, valid: bool) -> None:
        self._data.value = word
        if self._last is not None:
            self._last.value = last
        self._valid.value = valid


class StreamSink:
    """Drives `<prefix>_ready_i` and collects `_data_o`.

    Parameters
    ----------
    dut
        The design.
    prefix
        Of the names of its ports.
    pause
        Gives the clocks to wait before each beat; without it the sink is always ready.

    Attributes
    ----------
    words
        Beats that have come, in order.
    """

    def __init__(
        self,
        dut: Any,
        prefix: str,
        pause: Callable[[], int] | None = None,
    ) -> None:
        self._ready = getattr(dut, f"{prefix}_ready_i")
        self._data = getattr(dut, f"{prefix}_data_o")
        valid = getattr(dut, f"{prefix}_valid_o")
        self._handshake = _Handshake(dut, valid)
        self._pause = pause
        self.words: list[int] = []
        self._ready.value = 0

    async def run(self) -> None:
        """Take beats forever."""
        while True:
            if self._pause and (cycles := self._pause()):
                self._ready.value = 0
                await self._handshake.pause(cycles)
            self._ready.value = 1
            await self._handshake.beat()
            self.words.append(int(self._data.value))
