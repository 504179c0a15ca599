from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb

from chips.description import Chip
from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import SAFE
from tb.drivers.programmer_cases import WORD, all_high, all_low, changed, started, uniform
from tb.drivers.programmer_env import ProgrammerEnv
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import REF_HIGHEST, Address, ProgConfig, Window, words
from tb.models.ramp import Ramp, RampTable


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def start_and_resume_while_busy_are_ignored(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    last = Address(1, 0, 9)
    await programmer.command(ProgOp.SET, WORD, last)
    for _ in range(40):
        await wait_cycles(7)
        await programmer.command(ProgOp.RESET, Address(0, 0, 0), Address(0, 0, 1))
        await programmer.strobe("resume")
    assert await programmer.done() is ProgErr.NONE
    await wait_cycles(2)
    assert not programmer.busy
    assert programmer.pointer == env.after(last)
    assert {pulse.address for pulse in env.macro.pulses} == set(words(env.chip, WORD, last))
    assert not any(pulse.reset for pulse in env.macro.pulses)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def unknown_operations_are_refused(dut: Any) -> None:
    env = await started(dut)
    for op in (ProgOp.NONE, *set(range(16)) - set(ProgOp)):
        await refused(env, ProgErr.OP, op)


async def refused(
    env: ProgrammerEnv,
    error: ProgErr,
    op: int = ProgOp.FORM,
    first: Address = WORD,
    last: Address = WORD,
) -> None:
    """A start is answered with an error, and nothing else happens."""
    programmer = env.programmer
    pointer, counts, events = programmer.pointer, programmer.counts, len(env.macro.trace)
    await programmer.command(op, first, last)
    assert programmer.lines == SAFE
    answer = await programmer.done()
    assert answer is error, f"operation {op} from {first} to {last}: {answer.name}"
    await wait_cycles(30)
    assert not programmer.busy
    assert (programmer.pointer, programmer.counts) == (pointer, counts)
    assert len(env.macro.trace) == events


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def ranges_that_are_not_on_the_chip_are_refused(dut: Any) -> None:
    env = await started(dut)
    chip = env.chip
    for geometry in chip.geometry:
        layer, group, row = geometry.index, geometry.groups - 1, geometry.rows - 1
        good = Address(layer, group, row)
        beyond = [Address(layer, group, row + 1)]
        if group + 1 < 1 << chip.pins.group:
            beyond.append(Address(layer, group + 1, 0))
        for bad in beyond:
            await refused(env, ProgErr.RANGE, ProgOp.READ, good, bad)
            await refused(env, ProgErr.RANGE, ProgOp.READ, bad, bad)
    if len(chip.geometry) < 1 << chip.pins.layer:
        await refused(env, ProgErr.RANGE, ProgOp.READ, WORD, Address(len(chip.geometry), 0, 0))
    for first, last in ((Address(1, 0, 4), Address(1, 0, 3)), (Address(2, 0, 0), Address(1, 0, 5))):
        await refused(env, ProgErr.RANGE, ProgOp.READ, first, last)


def broken_ramps(config: ProgConfig, kind: str) -> list[ProgConfig]:
    """Every way in which the table of one operation can be illegal."""
    table: RampTable = getattr(config, kind)
    broken = [replace(table, nesting=nesting) for nesting in (6, 7)]
    for name in ("wl", "line", "width"):
        ramp: Ramp = getattr(table, name)
        for bad in (replace(ramp, start=ramp.stop + 1), replace(ramp, step=0)):
            broken.append(changed(table, **{name: bad}))
    broken.append(replace(table, width=Ramp(0, 3, 1)))
    return [changed(config, **{kind: bad}) for bad in broken]


def ramps_above_the_ceiling(chip: Chip, config: ProgConfig, kind: str) -> list[ProgConfig]:
    ceilings, step = chip.programming.ceilings, chip.programming.dac_step_mv
    table: RampTable = getattr(config, kind)
    tops = {
        "wl": getattr(ceilings, f"{kind}_wl_mv") // step,
        "line": getattr(ceilings, f"{kind}_line_mv") // step,
        "width": ceilings.width_ns // chip.clock.clk_period_ns,
    }
    return [
        changed(config, **{kind: changed(table, **{n: replace(getattr(table, n), stop=top + 1)})})
        for n, top in tops.items()
    ]


PULSING = (ProgOp.FORM, ProgOp.SET, ProgOp.RESET, ProgOp.WRITE)


async def refused_by_users(
    env: ProgrammerEnv, config: ProgConfig, error: ProgErr, users: tuple[ProgOp, ...]
) -> None:
    """The operations that use a setting refuse it; READ and VERIFY run with it if they do not."""
    env.programmer.configure(config)
    for op in users:
        await refused(env, error, op)
    for op in (ProgOp.READ, ProgOp.VERIFY):
        if op not in users:
            targets = uniform(env, WORD, WORD, 0)
            assert await env.programmer.run(op, WORD, targets=targets) is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def illegal_ramps_are_refused(dut: Any) -> None:
    env = await started(dut, all_low)
    config = env.programmer.config
    for kind in ("form", "set", "reset"):
        users = (ProgOp.FORM,) if kind == "form" else PULSING
        for bad in broken_ramps(config, kind):
            await refused_by_users(env, bad, ProgErr.RAMP, users)
        for bad in ramps_above_the_ceiling(env.chip, config, kind):
            await refused_by_users(env, bad, ProgErr.CEILING, users)
    ceiling = env.chip.programming.ceilings.reset_wl_mv // env.chip.programming.dac_step_mv
    everyone = (*PULSING, ProgOp.READ, ProgOp.VERIFY)
    await refused_by_users(env, replace(config, wl_sense=ceiling + 1), ProgErr.CEILING, everyone)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_ceilings_themselves_are_legal(dut: Any) -> None:
    env = await started(dut, all_low)
    ceilings, step = env.chip.programming.ceilings, env.chip.programming.dac_step_mv
    width = ceilings.width_ns // env.chip.clock.clk_period_ns
    top = {
        kind: RampTable(
            Ramp(100, getattr(ceilings, f"{kind}_wl_mv") // step, 100),
            Ramp(100, getattr(ceilings, f"{kind}_line_mv") // step, 100),
            Ramp(1, width, 100),
        )
        for kind in ("form", "set", "reset")
    }
    config = changed(env.programmer.config, **top, wl_sense=ceilings.reset_wl_mv // step)
    env.programmer.configure(config)
    await env.check(ProgOp.FORM, WORD)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def limits_of_zero_are_refused(dut: Any) -> None:
    env = await started(dut, all_low)
    config = env.programmer.config
    for name in ("max_set", "max_reset", "max_total"):
        await refused_by_users(env, changed(config, **{name: 0}), ProgErr.LIMIT, PULSING)
    await refused_by_users(env, replace(config, max_form=0), ProgErr.LIMIT, (ProgOp.FORM,))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def unsound_windows_are_refused(dut: Any) -> None:
    env = await started(dut, all_low)
    config = env.programmer.config
    (low, high), (read_low, read_high) = config.verify, config.read
    everyone = (*PULSING, ProgOp.READ, ProgOp.VERIFY)
    for verify in (
        (low, Window(high.lo, high.lo)),
        (low, Window(500, 499)),
        (Window(0, 0), high),
        (Window(low.lo, read_low.hi + 1), high),
        (low, Window(read_high.lo - 1, high.hi)),
    ):
        await refused_by_users(env, replace(config, verify=verify), ProgErr.WINDOW, everyone)
    for read in (
        (read_low, Window(read_low.hi - 1, REF_HIGHEST)),
        (Window(low.lo + 1, read_low.hi), read_high),
        (read_low, Window(read_high.lo, high.hi - 1)),
    ):
        await refused_by_users(env, replace(config, read=read), ProgErr.WINDOW, everyone)
    for form_ref in (0, REF_HIGHEST):
        bad = replace(config, form_ref=form_ref)
        await refused_by_users(env, bad, ProgErr.WINDOW, (ProgOp.FORM,))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_lowest_error_code_is_told(dut: Any) -> None:
    env = await started(dut, all_low)
    config = env.programmer.config
    bad = replace(
        config,
        set=replace(config.set, wl=Ramp(170, 511, 0)),
        reset=replace(config.reset, line=Ramp(1, 511, 1)),
        max_set=0,
        form_ref=0,
    )
    env.programmer.configure(bad)
    env.programmer.set_flag("allow", 0)
    env.programmer.set_flag("supply_ok", 0)
    await refused(env, ProgErr.OP, ProgOp.NONE, Address(1, 0, 4))
    await refused(env, ProgErr.RANGE, ProgOp.FORM, Address(1, 0, 4), Address(1, 0, 3))
    await refused(env, ProgErr.RAMP)
    env.programmer.configure(replace(bad, set=config.set))
    await refused(env, ProgErr.CEILING)
    env.programmer.configure(replace(bad, set=config.set, reset=config.reset))
    await refused(env, ProgErr.LIMIT)
    env.programmer.configure(replace(config, form_ref=0))
    await refused(env, ProgErr.WINDOW)
    env.programmer.configure(config)
    await refused(env, ProgErr.BUSY)
    env.programmer.set_flag("allow", 1)
    await refused(env, ProgErr.SUPPLY)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def inference_that_begins_later_does_not_stop_a_sweep(dut: Any) -> None:
    env = await started(dut, all_high)
    await env.programmer.command(ProgOp.SET, WORD, WORD)
    env.programmer.set_flag("allow", 0)
    assert await env.programmer.done() is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def resume_needs_something_to_go_on_with(dut: Any) -> None:
    env = await started(dut, all_high)
    assert await env.programmer.resume(WORD) is ProgErr.OP
    await env.check(ProgOp.SET, WORD)
    assert await env.programmer.resume(WORD) is ProgErr.RANGE
    await refused(env, ProgErr.RANGE, ProgOp.SET, WORD, Address(1, 0, 0))
    assert await env.programmer.resume(WORD) is ProgErr.RANGE
    *_, last = words(env.chip, Address(0, 0, 0), Address(99, 0, 0))
    await env.check(ProgOp.SET, last)
    assert await env.programmer.resume(last) is ProgErr.RANGE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_refused_start_leaves_the_resume_of_the_last_one(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    last = Address(1, 0, 6)
    await programmer.command(ProgOp.SET, WORD, last)
    await programmer.pulse_starts()
    await programmer.strobe("abort")
    assert await programmer.done() is ProgErr.ABORTED
    await refused(env, ProgErr.OP, ProgOp.NONE, Address(0, 0, 0), Address(0, 0, 1))
    assert await programmer.resume(last) is ProgErr.NONE
    assert all(set(env.levels(word).values()) == {0} for word in words(env.chip, WORD, last))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def start_wins_over_resume_in_the_same_cycle(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    await programmer.command(ProgOp.SET, WORD, Address(1, 0, 9))
    await programmer.pulse_starts()
    await programmer.strobe("abort")
    await programmer.done()
    env.macro.trace.clear()
    await wait_cycles(2)
    dut.resume_i.value = 1
    await programmer.command(ProgOp.READ, Address(0, 0, 1), Address(0, 0, 1))
    dut.resume_i.value = 0
    assert await programmer.done() is ProgErr.NONE
    assert {event.address for event in env.macro.trace} == {Address(0, 0, 1)}
    assert not env.macro.pulses
