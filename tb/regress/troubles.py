"""What may come in between while a programming operation runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import cocotb
from cocotb.task import Task
from cocotb.triggers import Timer

from tb.drivers.spi import COMMAND_READ, READ_BITS
from tb.host.regmap import ProgErr
from tb.models.programming import Address
from tb.models.scoreboard import After
from tb.regress.rig import Rig
from tb.regress.watch import OperationWatch

SLOW_SENSE_NS = 2000  # longer than the engine waits
OUTAGE_NS = 150_000  # longer than the engine waits for the pump
APART_NS = 60_000  # the longest time from one trouble to the next
LOOKS = 10_000  # at the state of the chip, until it must have done what it was told


class ResetError(Exception):
    """The chip was reset."""


class Troubles:
    """Draws what happens to one attempt of an operation.

    Parameters
    ----------
    rig
        The chip.
    watch
        The watch over the operation.
    suspends, resets
        Whether the operation may be suspended, and the chip be reset.

    Attributes
    ----------
    allowed
        How the attempt may end.
    killed
        Whether high voltage was killed.
    """

    def __init__(self, rig: Rig, watch: OperationWatch, *, suspends: bool, resets: bool) -> None:
        self._rig = rig
        self._watch = watch
        self._running: list[Task[None]] = []
        self.allowed = {ProgErr.NONE}
        self.killed = False
        self._kinds: dict[str, Callable[[], Awaitable[None]]] = {
            "brown_out": self._brown_out,
            "dip": self._dip,
            "test_mode": self._test_mode,
            "pump": self._pump,
            "slow_sense": self._slow_sense,
            "abort": self._abort,
            "refused_command": self._refused_command,
            "broken_frame": self._broken_frame,
            **({"suspend": self._suspend, "stop_asleep": self._stop_asleep} if suspends else {}),
            **({"reset": self._reset} if resets else {}),
        }

    async def happen(self, count: int) -> None:
        """Let some come, one after another; those at pins may overlap with others.

        Raises
        ------
        ResetError
            The last of them was a reset.
        """
        names = list(self._kinds)
        for _ in range(count):
            await self._rig.some_time(APART_NS)
            name = self._rig.rng.choice(names)
            self._rig.journal.events[name] += 1
            await self._kinds[name]()

    async def over(self) -> None:
        """Wait until all of them are over."""
        while self._running:
            await self._running.pop()
        await Timer(1, "us")

    # At the pins

    async def _brown_out(self) -> None:
        self._kill(self._rig.env.set_supply, good=False, longest_ns=20_000)

    async def _dip(self) -> None:
        """A loss of the supply that no clock edge may see."""
        self._kill(self._rig.env.set_supply, good=False, longest_ns=60)

    async def _test_mode(self) -> None:
        """Lowers the flags of supply and pump; which falls first is up to their flops."""
        self.allowed.add(ProgErr.PUMP)
        self._kill(self._rig.env.set_test_mode, good=True, longest_ns=5_000)

    def _kill(self, drive: Callable[[bool], None], *, good: bool, longest_ns: int) -> None:
        self.allowed.add(ProgErr.SUPPLY)
        self.killed = True
        self._watch.kills += 1
        self._for_a_while(lambda bad: drive(good if bad else not good), longest_ns)

    async def _pump(self) -> None:
        self.allowed.add(ProgErr.PUMP)
        self._for_a_while(lambda bad: self._rig.env.binding.set_pump(not bad), OUTAGE_NS)

    async def _slow_sense(self) -> None:
        self.allowed.add(ProgErr.SENSE)
        env, usual_ns = self._rig.env, self._rig.conditions.sense_ns
        self._for_a_while(
            lambda bad: env.set_sense_latency(SLOW_SENSE_NS if bad else usual_ns), OUTAGE_NS
        )

    def _for_a_while(self, drive: Callable[[bool], None], longest_ns: int) -> None:
        """Drive a pin wrongly, and rightly again after any time."""
        duration_ns = max(1, int(longest_ns ** self._rig.rng.random()))

        async def trouble() -> None:
            drive(True)
            await Timer(duration_ns, "ns")
            drive(False)

        self._running.append(cocotb.start_soon(trouble()))

    # From the host

    async def _abort(self) -> None:
        self.allowed.add(ProgErr.ABORTED)
        await self._rig.host.abort()

    async def _suspend(self) -> None:
        """Suspend, and go on."""
        if await self._asleep():
            await self._rig.some_time()
            await self._rig.host.resume()

    async def _stop_asleep(self) -> None:
        """Suspend, and end it there."""
        if await self._asleep():
            if self._rig.rng.random() < 0.5:
                await self._abort()
            else:
                await self._brown_out()
                await self.over()

    async def _asleep(self) -> bool:
        """Suspend; whether that came before the end of the operation."""
        host = self._rig.host
        await self.over()
        await host.suspend()
        for _ in range(LOOKS):
            status = await host.read("status")
            if status["suspended"]:
                word = Address(*await host.pointer())
                self._watch.stopped(word, After.SUSPEND)
                return True
            if not status["prog_busy"]:
                await host.forget_events("cmd_refused")
                return False
        raise AssertionError(f"neither suspended nor over after {LOOKS} looks")

    async def _refused_command(self) -> None:
        """What an operation does not let the host do."""
        host = self._rig.host
        await host.forget_events("cmd_refused")
        await host.write("cmd", read_start=1)
        if (await host.read("status"))["prog_busy"]:
            assert await host.wait_for("cmd_refused")
        await host.forget_events("cmd_refused", "read_done")

    async def _broken_frame(self) -> None:
        """A frame that ends early says so, and does nothing."""
        await self._rig.env.bus.frame(COMMAND_READ << 56, self._rig.rng.randrange(1, READ_BITS))
        assert await self._rig.host.wait_for("spi_err")

    async def _reset(self) -> None:
        await self.over()
        self._watch.kills += 1
        raise ResetError
