from __future__ import annotations

import itertools
from typing import Any

import cocotb

from tb.drivers.cycles import ClockReset, wait_cycles
from tb.host.host import UNLOCK_KEYS

WORDS = (*UNLOCK_KEYS, 0, UNLOCK_KEYS[0] ^ 1)


class Lock:
    """Writes words to `cnr_lock`."""

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        for pin in (dut.write_i, dut.key_i, dut.relock_i):
            pin.value = 0

    async def start(self) -> None:
        """Leave reset."""
        await ClockReset(self._dut).start()
        await wait_cycles()

    async def write(self, *words: int) -> None:
        """Write words, one per cycle."""
        for word in words:
            self._dut.write_i.value, self._dut.key_i.value = 1, word
            await wait_cycles()
        self._dut.write_i.value = 0

    async def relock(self) -> None:
        """An operation ends."""
        self._dut.relock_i.value = 1
        await wait_cycles()
        self._dut.relock_i.value = 0

    @property
    def unlocked(self) -> bool:
        """Whether programming is allowed."""
        return bool(self._dut.unlocked_o.value)


async def started(dut: Any) -> Lock:
    lock = Lock(dut)
    await lock.start()
    return lock


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def only_the_two_keys_in_a_row_unlock(dut: Any) -> None:
    lock = await started(dut)
    for words in itertools.product(WORDS, repeat=4):
        await lock.write(0)
        for number, word in enumerate(words):
            await lock.write(word)
            assert lock.unlocked == ((0, *words)[number : number + 2] == UNLOCK_KEYS), words


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def the_end_of_an_operation_locks_again(dut: Any) -> None:
    lock = await started(dut)
    await lock.write(*UNLOCK_KEYS)
    await wait_cycles(20)
    assert lock.unlocked
    await lock.relock()
    assert not lock.unlocked
    await wait_cycles(20)
    assert not lock.unlocked
