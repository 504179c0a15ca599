"""The pulsed read, its refresh and the life of the weights: `cnr_read_seq` alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

import cocotb

from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.cycles import ClockReset, cycle_now, wait_cycles, wait_until
from tb.drivers.reads import (
    ReadSide,
    Slot,
    expected_slots,
    layer_of,
    refresh_cycles,
    retention_cycles,
    slot_pins,
    sweep_cycles,
)


class ReadSeqBench(ReadSide):
    """`cnr_read_seq` with all that decides about it in the hands of the test."""

    def __init__(self, dut: Any, seed: int) -> None:
        chip = chip_under_test()
        super().__init__(dut, chip, dut.start_i, dut.busy_o)
        self.rng = random.Random(seed)
        self.clock = ClockReset(dut)
        self.layers = range(len(chip.layers))

    async def start(self) -> None:
        """Leave reset with all layers quiet, no refresh and nothing in the way."""
        self.refresh(False)
        self.allow(True)
        self.invalidate(False)
        self.quiet(self.layers)
        await self.clock.start()
        self.watch()

    def refresh(self, enabled: bool) -> None:
        """Enable or disable the refresh."""
        self._dut.refresh_en_i.value = enabled

    def allow(self, allowed: bool) -> None:
        """Allow reads, or begin to program."""
        self._dut.allow_i.value = allowed

    def invalidate(self, lost: bool) -> None:
        """High voltage on or no supply."""
        self._dut.invalidate_i.value = lost

    def quiet(self, layers: Iterable[int]) -> None:
        """Drive which layers may be read."""
        self._dut.layer_quiet_i.value = sum(1 << k for k in layers)

    def upset_state(self) -> None:
        """Put a code that is no state into the state register."""
        self._dut.state_q.value = 3

    def ages(self) -> list[int]:
        """Every cycle of a sweep, or a sample of them where there are many."""
        everything = range(1, sweep_cycles(self.chip) + 1)
        return sorted(self.rng.sample(everything, min(120, len(everything))))

    def high(self) -> list[tuple[str, int]]:
        """Read pins that are high."""
        return self.pins.high()

    def check_slots(self, slots: list[Slot]) -> None:
        """Compare all that the pins did with the slots that were expected."""
        assert self.slots.seen == slots
        assert self.pins.intervals() == [i for slot in slots for i in slot_pins(self.chip, slot)]

    def flag(self, name: str) -> list[tuple[int, int]]:
        """Cycles in which a flag was high, as begin and end."""
        return [(i.begin, i.end) for i in self.flags.intervals(name)]


async def started(dut: Any) -> ReadSeqBench:
    bench = ReadSeqBench(dut, cocotb.RANDOM_SEED)
    await bench.start()
    return bench


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_sweep_reads_every_bank_once_in_order(dut: Any) -> None:
    bench = await started(dut)
    assert not bench.valid()
    start = await bench.sweep()
    bench.check_slots(expected_slots(bench.chip, start))
    done = start + 1 + sweep_cycles(bench.chip)
    assert bench.flag("busy") == [(start + 1, done)]
    assert bench.flag("done") == [(done, done + 1)]
    assert ("valid", 0) in bench.flags.high()
    assert cycle_now() == done + 1


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_bank_waits_until_its_layer_is_quiet(dut: Any) -> None:
    bench = await started(dut)
    for _ in range(5):
        bench.clear()
        history: dict[int, frozenset[int]] = {}
        driving = cocotb.start_soon(drive_quiet(bench, history))
        await wait_cycles(3)
        start = await bench.sweep()
        driving.cancel()
        bench.quiet(bench.layers)
        bench.check_slots(expected_slots(bench.chip, start, quiet_in(history)))


def quiet_in(history: dict[int, frozenset[int]]) -> Callable[[int, int], bool]:
    """Whether a layer was quiet, by cycle and layer."""
    return lambda cycle, layer: layer in history[cycle]


async def drive_quiet(bench: ReadSeqBench, history: dict[int, frozenset[int]]) -> None:
    """Let each layer be quiet and busy for random times."""
    while True:
        quiet = frozenset(k for k in bench.layers if bench.rng.random() < 0.6)
        bench.quiet(quiet)
        for _ in range(bench.rng.randint(1, 12)):
            history[cycle_now()] = quiet
            await wait_cycles()


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def refresh_begins_a_sweep_every_interval_and_keeps_the_weights(dut: Any) -> None:
    bench = await started(dut)
    bench.refresh(True)
    start = await bench.sweep()
    bench.clear()
    interval = refresh_cycles(bench.chip)
    sweeps = 3 + retention_cycles(bench.chip) // interval
    begins = [await bench.next_sweep() for _ in range(sweeps)]
    assert begins == [start + n * interval for n in range(1, sweeps + 1)]
    await wait_cycles(sweep_cycles(bench.chip) + 2)
    assert bench.slots.seen == [s for b in begins for s in expected_slots(bench.chip, b)]
    assert bench.flag("valid") == []
    assert bench.valid()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def weights_expire_a_retention_time_after_the_sweep_began(dut: Any) -> None:
    bench = await started(dut)
    start = await bench.sweep()
    end = start + retention_cycles(bench.chip)
    await wait_until(end + 10)
    assert bench.flag("valid") == [(start + 1 + sweep_cycles(bench.chip), end)]
    assert bench.flag("expired") == [(end, end + 1)]
    bench.refresh(True)
    await wait_cycles(10)
    assert not bench.busy(), "a refresh of weights that are not valid"
    await bench.sweep()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_second_sweep_counts_from_its_own_begin(dut: Any) -> None:
    bench = await started(dut)
    await bench.sweep()
    await wait_cycles(bench.rng.randrange(1000))
    start = await bench.sweep()
    await wait_until(start + retention_cycles(bench.chip) - 1)
    assert bench.valid()
    await wait_cycles()
    assert not bench.valid()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def refresh_that_comes_late_begins_at_once(dut: Any) -> None:
    bench = await started(dut)
    start = await bench.sweep()
    await wait_until(start + refresh_cycles(bench.chip) + 77)
    bench.refresh(True)
    assert await bench.next_sweep() == start + refresh_cycles(bench.chip) + 77


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def refresh_that_is_switched_off_completes_its_sweep(dut: Any) -> None:
    bench = await started(dut)
    bench.refresh(True)
    await bench.sweep()
    begin = await bench.next_sweep()
    bench.refresh(False)
    bench.clear()
    await wait_until(begin + refresh_cycles(bench.chip) + 10)
    done = begin + 1 + sweep_cycles(bench.chip)
    assert bench.flag("done") == [(done, done + 1)]
    assert not bench.busy()


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def invalidate_in_any_cycle_of_a_sweep_abandons_it(dut: Any) -> None:
    bench = await started(dut)
    for age in bench.ages():
        bench.clear()
        start = await bench.begin()
        await wait_until(start + age)
        bench.invalidate(True)
        await wait_cycles()
        assert bench.high() == []
        assert not bench.busy()
        assert not bench.valid()
        await bench.begin()
        assert not bench.busy(), "a sweep under high voltage or without supply"
        bench.invalidate(False)
        await wait_cycles()
        assert bench.flag("done") == []
    await bench.sweep()


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def programming_in_any_cycle_of_a_sweep_abandons_it(dut: Any) -> None:
    bench = await started(dut)
    for age in bench.ages():
        await bench.sweep()
        await wait_cycles(3)
        bench.clear()
        start = await bench.begin()
        await wait_until(start + age)
        assert bench.valid(), "a sweep alone takes no weights away"
        bench.allow(False)
        await wait_cycles()
        assert bench.high() == []
        assert not bench.busy()
        assert not bench.valid(), "the bank of the slot is empty"
        await bench.begin()
        assert not bench.busy(), "a sweep while cells are programmed"
        bench.allow(True)
        await wait_cycles()
        assert bench.flag("done") == []


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_sweep_abandoned_between_slots_keeps_the_weights_and_comes_again(dut: Any) -> None:
    bench = await started(dut)
    for layer in bench.layers:
        bench.refresh(False)
        await bench.sweep()
        bench.quiet(k for k in bench.layers if k != layer)
        start = await bench.begin()
        first = bench.chip.geometry[layer].bank_base
        await wait_until(start + first * bench.chip.reader.slot_cycles + 5)
        assert bench.busy()
        bench.refresh(True)
        bench.allow(False)
        await wait_cycles()
        assert not bench.busy()
        assert bench.valid()
        await wait_cycles(20)
        bench.quiet(bench.layers)
        bench.allow(True)
        back = cycle_now()
        assert await bench.next_sweep() == back
        bench.refresh(False)
        await wait_cycles(sweep_cycles(bench.chip) + 2)
        assert bench.valid()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_start_during_a_sweep_changes_nothing(dut: Any) -> None:
    bench = await started(dut)
    start = await bench.begin()
    for _ in range(5):
        await wait_cycles(bench.rng.randrange(1, 15))
        await bench.begin()
    while bench.busy():
        await wait_cycles()
    await wait_cycles(2)
    bench.check_slots(expected_slots(bench.chip, start))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_sweep_that_outlasts_the_retention_gives_no_weights(dut: Any) -> None:
    bench = await started(dut)
    retention, slot = retention_cycles(bench.chip), bench.chip.reader.slot_cycles
    last = layer_of(bench.chip, bench.chip.banks - 1)
    for late in (True, False):
        bench.clear()
        bench.quiet(k for k in bench.layers if k != last)
        start = await bench.begin()
        done = start + retention - (not late)
        last_bank = bench.chip.geometry[last].banks - 1
        await wait_until(done - slot * (1 + last_bank) - 1)
        bench.quiet(bench.layers)
        await wait_until(start + retention + 2)
        assert bench.flag("done") == [(done, done + 1)]
        assert bench.flag("valid") == ([] if late else [(done, done + 1)])
        assert bench.flag("expired") == [(start + retention, start + retention + 1)]


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def weights_that_expire_in_a_sweep_come_back_with_its_end(dut: Any) -> None:
    bench = await started(dut)
    start = await bench.sweep()
    end = start + retention_cycles(bench.chip)
    await wait_until(end - sweep_cycles(bench.chip) // 2)
    bench.clear()
    begin = await bench.begin()
    done = begin + 1 + sweep_cycles(bench.chip)
    await wait_until(done + 2)
    assert [i.end for i in bench.flags.intervals("valid")] == [end]
    assert bench.flag("expired") == [(end, end + 1)]
    assert bench.valid()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def reset_clears_pins_and_weights_at_once(dut: Any) -> None:
    bench = await started(dut)
    for _ in range(20):
        await bench.sweep()
        await bench.begin()
        await wait_cycles(bench.rng.randrange(1, sweep_cycles(bench.chip)))
        await bench.clock.reset()
        assert bench.high() == []
        assert not bench.valid()
        assert not bench.busy()
    await bench.sweep()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def an_illegal_state_ends_the_read_and_drops_the_weights(dut: Any) -> None:
    bench = await started(dut)
    for age in (0, *bench.ages()[:20]):
        await bench.sweep()
        if age:
            await wait_until(await bench.begin() + age)
        bench.upset_state()
        await wait_cycles()
        assert bench.high() == []
        assert not bench.busy()
        assert not bench.valid()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_refresh_is_abandoned_as_any_other_sweep(dut: Any) -> None:
    bench = await started(dut)
    for drive, lost in ((bench.allow, False), (bench.invalidate, True)):
        await bench.sweep()
        bench.refresh(True)
        await bench.next_sweep()
        drive(lost)
        await wait_cycles()
        assert not bench.busy()
        assert not bench.valid(), "the bank of the slot is empty"
        assert bench.high() == []
        bench.refresh(False)
        drive(not lost)
        await wait_cycles()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_refresh_that_outlasts_the_retention_gives_no_weights(dut: Any) -> None:
    bench = await started(dut)
    await bench.sweep()
    bench.refresh(True)
    start = await bench.next_sweep()
    bench.quiet(())
    await wait_until(start + retention_cycles(bench.chip) + 2)
    bench.clear()
    bench.quiet(bench.layers)
    while bench.busy():
        await wait_cycles()
    assert not bench.valid()
    await wait_cycles(2)
    assert bench.flag("done") == bench.flag("expired") != []
