"""SPI mode 0 master."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cocotb.clock import Clock
from cocotb.triggers import Lock, Timer

COMMAND_WRITE = 0x02
COMMAND_READ = 0x03
WRITE_BITS = 56
READ_BITS = 64
DATA_BITS = 32


@dataclass(frozen=True)
class SpiPins:
    """Handles of the four pins."""

    sclk: Any
    cs_n: Any
    mosi: Any
    miso: Any


class SpiBus:
    """SPI master of one chip. Callers take turns.

    SCK runs in the simulator's own clock generator; Python wakes only where MOSI changes and where
    MISO is sampled.

    Parameters
    ----------
    pins
        The pins.
    clk_period_ns
        Period of the system clock of the chip.
    divisor
        System clocks per SCK; a multiple of 4.
    phase_ns
        Time from an edge of the system clock to every edge of the pins, if the first frame starts
        on one.
    """

    def __init__(
        self, pins: SpiPins, clk_period_ns: int, divisor: int = 8, phase_ns: int = 3
    ) -> None:
        self._pins = pins
        self._sck_ns = clk_period_ns * divisor
        self._phase_ns = phase_ns
        self._lock = Lock()
        self._clock = Clock(pins.sclk, self._sck_ns, "ns", impl="gpi")
        pins.sclk.value = 0
        pins.cs_n.value = 1
        pins.mosi.value = 0

    async def write(self, address: int, data: int) -> None:
        """Write a register. Nothing comes back: a refused write shows in the events."""
        word = COMMAND_WRITE << 48 | address << 32 | data
        await self.frame(word, WRITE_BITS)

    async def read(self, address: int) -> int:
        """Read a register; a refused read gives 0."""
        word = COMMAND_READ << 56 | address << 40
        return await self.frame(word, READ_BITS, sample=DATA_BITS)

    async def frame(self, word: int, bits: int, sample: int = 0) -> int:
        """Send `bits` bits of `word` in one frame; the last `sample` bits of what comes back."""
        async with self._lock:
            await Timer(self._sck_ns // 2 + self._phase_ns, "ns")
            self._pins.cs_n.value = 0
            await Timer(self._sck_ns // 2, "ns")
            answer = await self._clocked(word, bits, sample) if bits else 0
            await Timer(self._sck_ns // 2, "ns")
            self._pins.cs_n.value = 1
            await Timer(self._sck_ns // 2 - self._phase_ns, "ns")
            return answer

    async def clocks(self, word: int, bits: int) -> None:
        """Clock bits with the chip not selected."""
        async with self._lock:
            await Timer(self._phase_ns, "ns")
            await self._clocked(word, bits, 0)

    async def _clocked(self, word: int, bits: int, sample: int) -> int:
        self._clock.start(start_high=False)
        answer = now = 0
        for at, bit in self._schedule(word, bits, sample):
            if at > now:
                await Timer(at - now, "ns")
                now = at
            if bit is None:
                answer = answer << 1 | int(self._pins.miso.value)
            else:
                self._pins.mosi.value = bit
        quarter = self._sck_ns // 4
        await Timer(bits * self._sck_ns - quarter - now, "ns")
        self._clock.stop()  # while SCK is high
        await Timer(quarter, "ns")
        self._pins.sclk.value = 0
        return answer

    def _schedule(self, word: int, bits: int, sample: int) -> list[tuple[int, int | None]]:
        """Times from the first bit on at which MOSI changes, or (None) MISO is sampled."""
        levels = [word >> bit & 1 for bit in reversed(range(bits))]
        before: list[int | None] = [None, *levels[:-1]]
        changes = [i for i, level in enumerate(levels) if level != before[i]]
        sampled = range(bits - sample, bits)
        plan: list[tuple[int, int | None]] = [(i * self._sck_ns, levels[i]) for i in changes]
        plan += [(i * self._sck_ns + self._sck_ns // 2 - 1, None) for i in sampled]
        return sorted(plan, key=lambda event: event[0])
