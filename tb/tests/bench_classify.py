"""Comparator outputs to label: `cnr_classify` against a count of wins in Python."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import cocotb

from tb.drivers.classify import ClassifyBench
from tb.drivers.comparators import Decision, circle, compare, decide, pairs, random_bits
from tb.drivers.cycles import wait_cycles


async def started(dut: Any) -> ClassifyBench:
    bench = ClassifyBench(dut, cocotb.RANDOM_SEED)
    await bench.start()
    return bench


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def any_outputs_give_the_label_with_the_most_wins(dut: Any) -> None:
    bench = await started(dut)
    outputs = len(pairs(bench.classes))
    if outputs <= 10:
        await bench.check(range(1 << outputs))
    else:
        await bench.check(random_bits(bench.rng, bench.classes) for _ in range(3000))


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def the_highest_voltage_wins_and_ties_go_to_the_lowest_class(dut: Any) -> None:
    bench = await started(dut)
    for _ in range(1000):
        voltages = [bench.rng.randrange(4) for _ in range(bench.classes)]
        await bench.strobe(compare(voltages))
        assert await bench.finish() == Decision(voltages.index(max(voltages)), False)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def equal_voltages_of_all_classes_give_class_0(dut: Any) -> None:
    bench = await started(dut)
    await bench.strobe(compare([0.5] * bench.classes))
    assert await bench.finish() == Decision(0, False)


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def a_circle_at_the_top_is_ambiguous_and_gives_its_lowest_class(dut: Any) -> None:
    bench = await started(dut)
    for size in range(3, bench.classes + 1, 2):
        for members in combinations(range(bench.classes), size):
            shuffled = bench.rng.sample(members, size)
            await bench.strobe(circle(bench.classes, shuffled))
            assert await bench.finish() == Decision(min(members), True)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_circle_below_the_winner_is_not_ambiguous(dut: Any) -> None:
    bench = await started(dut)
    for winner in range(bench.classes):
        others = [c for c in range(bench.classes) if c != winner]
        bits = circle(bench.classes, others[:3])
        for n, (i, j) in enumerate(pairs(bench.classes)):
            if winner in (i, j):
                bits = bits & ~(1 << n) | (winner == i) << n
        await bench.strobe(bits)
        assert await bench.finish() == Decision(winner, False)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_strobe_alone_changes_no_label(dut: Any) -> None:
    bench = await started(dut)
    for _ in range(20):
        before = bench.label()
        bits = random_bits(bench.rng, bench.classes)
        await bench.strobe(bits)
        assert bench.label() == before
        assert await bench.finish() == decide(bits, bench.classes)
        await wait_cycles(bench.rng.randrange(50))
        assert bench.label() == decide(bits, bench.classes)
