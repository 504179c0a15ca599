from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import cocotb

from chips.description import Chip
from chips.sections import NESTINGS
from tb.drivers.programmer_cases import HIGH, LOW, started
from tb.host.regmap import ProgOp
from tb.models.programming import REF_HIGHEST, Address, ProgConfig, Window, group_range, words
from tb.models.ramp import Ramp, RampTable
from tb.models.simple_cells import Cell


def random_cell(rng: random.Random) -> Cell:
    """Any cell: pristine or formed, strong or weak, noisy, stuck, with steps or jumps."""
    formed = rng.random() < 0.7
    steps = rng.random() < 0.5
    return Cell(
        code=rng.choice((rng.randrange(1024), LOW, HIGH)) if formed else 950,
        formed=formed,
        form_line=rng.randrange(255, 300, 5),
        form_wl=rng.randrange(130, 180, 10),
        set_line=rng.choice((200, 230, 240, 250)),
        set_wl=rng.randrange(150, 190, 10),
        reset_line=rng.randrange(250, 300, 5),
        reset_wl=rng.randrange(240, 300, 10),
        min_width=rng.choice((1, 1, 2, 3)),
        set_step=rng.randrange(20, 400) if steps else None,
        reset_step=rng.randrange(20, 400) if steps else None,
        stuck=rng.random() < 0.03,
        flips=frozenset(n for n in range(30) if rng.random() < 0.05),
    )


def random_ramp(rng: random.Random, start: int, stop: int, step: int) -> Ramp:
    low = rng.randrange(start, stop + 1)
    return Ramp(low, rng.randrange(low, stop + 1), rng.randrange(1, step + 1))


def random_config(rng: random.Random, chip: Chip) -> ProgConfig:
    """A legal configuration with small limits and windows that may be closed."""
    ceilings, step = chip.programming.ceilings, chip.programming.dac_step_mv

    def table(wl_mv: int, line_mv: int) -> RampTable:
        return RampTable(
            random_ramp(rng, wl_mv // step - 60, wl_mv // step, 30),
            random_ramp(rng, line_mv // step - 60, line_mv // step, 30),
            random_ramp(rng, 1, 4, 2),
            rng.randrange(len(NESTINGS)),
        )

    levels = chip.chip.levels
    bounds = [0, *sorted(rng.sample(range(100, 900, 50), levels - 1)), REF_HIGHEST]
    read = tuple(Window(lo, hi) for lo, hi in pairwise(bounds))
    verify = tuple(
        Window(lo + rng.choice((0, 0, 1, 10)), hi - rng.choice((0, 0, 1, 20))) for lo, hi in read
    )
    return ProgConfig(
        form=table(ceilings.form_wl_mv, ceilings.form_line_mv),
        set=table(ceilings.set_wl_mv, ceilings.set_line_mv),
        reset=table(ceilings.reset_wl_mv, ceilings.reset_line_mv),
        verify=verify,
        read=read,
        form_ref=rng.choice((rng.randrange(1, REF_HIGHEST), 700, verify[-1].lo or 1)),
        sense_trim=rng.randrange(-32, 32),
        wl_sense=rng.randrange(331),
        max_form=rng.randrange(1, 12),
        max_set=rng.randrange(1, 12),
        max_reset=rng.randrange(1, 12),
        max_total=rng.randrange(1, 30),
        max_reversals=rng.randrange(5),
    )


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def random_sweeps_do_what_the_rules_say(dut: Any) -> None:
    rng = random.Random(cocotb.RANDOM_SEED)
    env = await started(dut, lambda address, place: random_cell(rng), pauses=True)
    everywhere = words(env.chip, Address(0, 0, 0), Address(99, 0, 0))
    ops = (ProgOp.FORM, ProgOp.SET, ProgOp.RESET, ProgOp.WRITE, ProgOp.VERIFY, ProgOp.READ)
    for _ in range(150):
        if rng.random() < 0.2:
            env.renew_cells()
        env.programmer.configure(random_config(rng, env.chip))
        begin = rng.randrange(len(everywhere))
        order = everywhere[begin : begin + rng.choice((1, 1, 2))]
        op = rng.choice(ops)
        uses_targets = op in (ProgOp.WRITE, ProgOp.VERIFY)
        targets = env.data(order[0], order[-1], rng.randrange(1 << 30)) if uses_targets else None
        await env.check(op, order[0], order[-1], targets)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def the_whole_life_of_a_group(dut: Any) -> None:
    """FORM, WRITE, READ, VERIFY with cells of every strength that the default tables can move."""
    rng = random.Random(cocotb.RANDOM_SEED)

    def make(address: Address, place: int) -> Cell:
        return Cell(
            form_line=rng.randrange(255, 300, 5),
            form_wl=rng.randrange(130, 200, 10),
            reset_line=rng.randrange(250, 300, 5),
            reset_wl=rng.randrange(240, 300, 10),
        )

    env = await started(dut, make, pauses=True)
    first, last = group_range(env.chip, 2, 1)
    targets = env.data(first, last, rng.randrange(1 << 30))
    await env.check(ProgOp.FORM, first, last)
    for _ in range(2):
        targets = env.data(first, last, rng.randrange(1 << 30))
        await env.check(ProgOp.WRITE, first, last, targets)
        assert {word: env.levels(word) for word in targets} == targets
    await env.check(ProgOp.READ, first, last)
    await env.check(ProgOp.VERIFY, first, last, targets)
    assert env.programmer.counts.failed == 0
