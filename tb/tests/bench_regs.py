"""The register file `cnr_regs`: every register does what its description says, and no more."""

from __future__ import annotations

from typing import Any

import cocotb
import pytest

from tb.drivers.apb import BusError
from tb.drivers.cycles import cycle_now, wait_cycles
from tb.drivers.packed import bits, pack
from tb.drivers.register_walk import every_register, every_writable, readable, writable
from tb.drivers.regs import EVENTS, STROBES, RegsBench
from tb.host.regmap import REGISTERS, ProgErr, ProgOp
from tb.models.register_config import CONTROL, expected_compute_cfg, expected_prog_cfg


async def started(dut: Any) -> RegsBench:
    env = RegsBench(dut)
    await env.start()
    return env


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def every_register_resets_to_its_description(dut: Any) -> None:
    env = await started(dut)
    for name, index, register in every_register():
        if readable(register):
            values = await env.read(name, index)
            for field, description in register.fields.items():
                if description.reset is not None:
                    assert values[field] == description.reset, f"{name}[{index}].{field}"


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def every_writable_register_holds_its_own_value(dut: Any) -> None:
    env = await started(dut)
    written = {}
    for _ in range(2):
        for name, index, register in every_writable():
            word = env.rng.getrandbits(32)
            await env.bus.write(register.at(index), word)
            written[name, index] = word & register.writable
        for (name, index), word in written.items():
            assert await env.bus.read(REGISTERS[name].at(index)) == word, f"{name}[{index}]"
    await env.clock.reset()
    for name, index in written:
        assert not await env.bus.read(REGISTERS[name].at(index)), f"{name}[{index}] after reset"


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def byte_strobes_write_their_bytes_only(dut: Any) -> None:
    env = await started(dut)
    for name, index, register in every_writable():
        for strobe in (1, 2, 4, 8, env.rng.randrange(16)):
            before = await env.bus.read(register.at(index))
            word = env.rng.getrandbits(32)
            await env.bus.write(register.at(index), word, strobe)
            mask = sum(0xFF << 8 * i for i in range(4) if strobe >> i & 1)
            expected = (before & ~mask | word & mask) & register.writable
            assert await env.bus.read(register.at(index)) == expected, f"{name}[{index}]"


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def an_address_without_a_register_is_refused(dut: Any) -> None:
    env = await started(dut)
    known = {register.at(index) for _, index, register in every_register()}
    beyond = [a ^ 1 << bit for a in sorted(known)[::7] for bit in range(10, 16)]
    for address in [*range(0, 0x400, 4), *beyond, 0xFFFC]:
        if address not in known:
            assert await env.refuses(address, write=False), f"read of {address:#x}"
            assert await env.refuses(address, write=True), f"write to {address:#x}"
    for name, index, register in every_writable():
        assert not await env.bus.read(register.at(index)), f"{name}[{index}] was written"


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def an_access_against_the_direction_is_refused(dut: Any) -> None:
    env = await started(dut)
    for name, index, register in every_register():
        if not writable(register):
            assert await env.refuses(register.at(index), write=True), name
        if not readable(register):
            assert await env.refuses(register.at(index), write=False), name
    assert not env.commands
    assert not env.pops


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def state_of_the_chip_is_read_as_it_is(dut: Any) -> None:
    env = await started(dut)
    for _ in range(20):
        status = env.random_fields(REGISTERS["status"])
        status["prog_err"] = env.rng.choice(list(ProgErr))
        pointer = {name: env.rng.getrandbits(w) for name, w in env.layouts.address.items()}
        counts = [env.rng.getrandbits(32) for _ in range(REGISTERS["count"].count)]
        env.status(**status)
        failed = env.rng.getrandbits(8)
        env.drive(pointer=pack(pointer, env.layouts.address), fail_count=failed)
        env.drive(counts=pack(counts, (32,) * len(counts)))
        assert await env.read("status") == status
        assert await env.read("pointer") == pointer
        assert (await env.read("fail_count"))["count"] == failed
        assert [(await env.read("count", i))["value"] for i in range(len(counts))] == counts


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def configuration_reaches_the_chip(dut: Any) -> None:
    env = await started(dut)
    for _ in range(5):
        values = {}
        for name, index, register in every_writable():
            if name != "irq_mask":
                values[name, index] = env.random_fields(register)
                await env.write(name, index, **values[name, index])
        await wait_cycles(2)
        assert env.prog_cfg() == expected_prog_cfg(env.chip, values)
        assert env.compute_cfg() == expected_compute_cfg(env.chip, values)


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def compute_settings_saturate(dut: Any) -> None:
    env = await started(dut)
    for word in range(256):
        values = {("control", 0): dict.fromkeys(CONTROL, 0)}
        for i in range(len(env.chip.layers)):
            values["layer", i] = {"t_ctrl": word + i & 255, "cf_sel": word + i & 15}
            await env.write("layer", i, **values["layer", i])
        for i in range(env.chip.chip.classes):
            values["cmp_trim", i] = {"trim": word + i & 255}
            await env.write("cmp_trim", i, **values["cmp_trim", i])
        await wait_cycles(2)
        assert env.compute_cfg() == expected_compute_cfg(env.chip, values)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def a_range_beyond_the_address_space_does_not_alias(dut: Any) -> None:
    env = await started(dut)
    limits = {name: 1 << width for name, width in env.layouts.address.items()}
    fields = REGISTERS["range_first"].fields
    for _ in range(200):
        scale = {n: env.rng.choice((limits[n], 1 << fields[n].width)) for n in fields}
        first = {n: env.rng.randrange(scale[n]) for n in fields}
        last = {n: env.rng.randrange(scale[n]) for n in fields}
        await env.write("range_first", **first)
        await env.write("range_last", **last)
        await wait_cycles(2)
        if all(a[n] < limits[n] for a in (first, last) for n in limits):
            assert env.range() == (first, last)
        else:
            start, end = (pack(a, env.layouts.address) for a in env.range())
            assert start > end, f"{first} to {last} became {start} to {end}"
        await env.write("cmd", op=ProgOp.WRITE, start=1)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def each_command_bit_is_one_strobe(dut: Any) -> None:
    env = await started(dut)
    for op in ProgOp:
        await env.write("cmd", op=op, start=1)
        await wait_cycles(3)
        assert [(c["op"], c["start"]) for c in env.commands] == [(op, 1)]
        env.commands.clear()
    bits = [bit for bit in STROBES if bit != "suspend"]  # refused: nothing runs
    for word in range(1, 1 << len(bits)):
        chosen = [bit for i, bit in enumerate(bits) if word >> i & 1]
        await env.write("cmd", **dict.fromkeys(chosen, 1))
        await wait_cycles(3)
        (command,) = env.commands
        assert [b for b in STROBES if command[STROBES[b]]] == chosen
        env.commands.clear()
    assert not (await env.read("cause"))["cmd_refused"]


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def commands_that_the_state_forbids_are_refused_and_said_so(dut: Any) -> None:
    env = await started(dut)
    for busy, suspended in ((False, False), (True, False), (True, True)):
        for supply in (False, True):
            env.status(prog_busy=busy, suspended=suspended, supply_ok=supply)
            for bit, strobe in STROBES.items():
                allowed = {
                    "start": not busy,
                    "resume": not busy or suspended,
                    "suspend": busy,
                    "read_start": not busy and supply,
                }.get(bit, True)
                await env.write("cmd", **{bit: 1})
                await wait_cycles(3)
                told = f"{bit}: busy {busy}, suspended {suspended}, supply {supply}"
                assert [c[strobe] for c in env.commands] == [1] * allowed, told
                assert (await env.read("cause"))["cmd_refused"] == (not allowed)
                await env.write("cause", cmd_refused=1)
                env.commands.clear()


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def every_event_is_kept_until_it_is_cleared(dut: Any) -> None:
    env = await started(dut)
    for event in EVENTS:
        await env.event(event)
        await wait_cycles(5)
        assert {name for name, on in (await env.read("cause")).items() if on} == {event}
        await env.bus.write(REGISTERS["cause"].address, ~REGISTERS["cause"].encode(**{event: 1}))
        assert (await env.read("cause"))[event], f"{event} cleared by writing the others"
        await env.write("cause", **{event: 1})
        assert not await env.bus.read(REGISTERS["cause"].address), event


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def an_operation_that_fails_says_so_when_it_ends(dut: Any) -> None:
    env = await started(dut)
    for error in ProgErr:
        await env.event("prog_done", prog_err=error)
        cause = await env.read("cause")
        assert cause["prog_done"]
        assert cause["prog_err"] == (error != ProgErr.NONE)
        assert cause["pump_lost"] == (error == ProgErr.PUMP)
        await env.bus.write(REGISTERS["cause"].address, 0xFFFFFFFF)
        assert not await env.bus.read(REGISTERS["cause"].address)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def the_interrupt_follows_the_unmasked_events(dut: Any) -> None:
    env, mask = await started(dut), REGISTERS["irq_mask"]
    for event in EVENTS:
        await env.event(event)
        await env.bus.write(mask.address, ~mask.encode(**{event: 1}))
        await wait_cycles(2)
        assert not env.irq, f"{event} is masked"
        await env.write("irq_mask", **{event: 1})
        await wait_cycles(2)
        assert env.irq, f"{event} is not masked"
        assert (await env.read("cause"))[event]
        await env.write("cause", **{event: 1})
        await wait_cycles(2)
        assert not env.irq, f"{event} was cleared"


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def an_overflow_of_the_fail_log_interrupts(dut: Any) -> None:
    env = await started(dut)
    await env.write("irq_mask", fail_overflow=1)
    assert not env.irq
    env.fail_overflow(1)
    await wait_cycles(3)
    assert env.irq
    assert (await env.read("cause"))["fail_overflow"]


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def an_event_in_the_cycle_that_clears_it_is_kept(dut: Any) -> None:
    env = await started(dut)
    address = REGISTERS["cause"].address

    async def clear() -> int:
        await env.bus.write(address, 0xFFFFFFFF)
        return cycle_now()  # it takes effect at the edge that begins this cycle

    for event in EVENTS:
        seen = set()
        for delay in range(6):
            await env.event(event)
            clearing = cocotb.start_soon(clear())
            await wait_cycles(delay)
            sampled = await env.event(event) + 1
            cleared = await clearing
            seen.add(sampled - cleared)
            kept = (await env.read("cause"))[event]
            assert kept == (sampled >= cleared), f"{event} {sampled - cleared} after the clearing"
            await clear()
            assert not await env.bus.read(address)
        assert {-1, 0, 1} <= seen, f"distances of the event from its clearing: {seen}"


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def levels_count_once(dut: Any) -> None:
    env = await started(dut)
    watchdog = cocotb.start_soon(env.event("watchdog", cycles=60))
    env.fail_overflow(1)
    await wait_cycles(5)
    cause = await env.read("cause")
    assert cause["watchdog"]
    assert cause["fail_overflow"]
    await env.bus.write(REGISTERS["cause"].address, 0xFFFFFFFF)
    await watchdog
    assert not await env.bus.read(REGISTERS["cause"].address)
    assert (await env.read("fail_count"))["overflow"]


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def a_label_is_valid_in_exactly_one_read(dut: Any) -> None:
    env = await started(dut)
    assert not (await env.read("label"))["valid"]
    for delay in range(8):
        for label in range(env.chip.chip.classes):
            ambiguous = env.rng.getrandbits(1)
            env.drive(label=label, label_ambiguous=ambiguous)
            reads = [cocotb.start_soon(env.read("label"))]
            await wait_cycles(delay or 1)
            await env.event("label")
            reads += [cocotb.start_soon(env.read("label")) for _ in range(2)]
            values = [await read for read in reads]
            assert [v["valid"] for v in values].count(1) == 1, f"delay {delay}"
            (valid,) = (v for v in values if v["valid"])
            assert (valid["label"], valid["ambiguous"]) == (label, ambiguous)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def a_failed_cell_leaves_the_log_when_both_words_are_read(dut: Any) -> None:
    env = await started(dut)
    for _ in range(30):
        address = {name: env.rng.getrandbits(w) for name, w in env.layouts.address.items()}
        entry = {n: env.rng.getrandbits(w) for n, w in env.layouts.fail_fields.items()}
        env.fail({"addr": address, **entry})
        assert not any((await env.read("fail_word")).values()), "second word before the first"
        first = await env.read("fail_cell")
        assert first.pop("valid")
        assert first == {name: entry[name] for name in first}
        assert await env.read("fail_cell") == {**first, "valid": 1}, "the first word again"
        assert env.pops == 0
        assert await env.read("fail_word") == address
        assert env.pops == 1
        env.pops = 0
        assert not any((await env.read("fail_word")).values()), "second word again"
        assert env.pops == 0


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def an_empty_fail_log_reads_zero_and_is_not_popped(dut: Any) -> None:
    env = await started(dut)
    env.drive(fail=(1 << bits(env.layouts.fail)) - 1)
    for name in ("fail_cell", "fail_word", "fail_cell", "fail_word"):
        assert not any((await env.read(name)).values())
    assert not (await env.read("fail_cell"))["valid"]
    env.fail({"addr": {"row": 3}, "cell_index": 5})
    assert not any((await env.read("fail_word")).values()), "an entry that came between the words"
    env.fail(None)
    await env.read("fail_word")
    assert env.pops == 0


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def reset_clears_events_and_commands(dut: Any) -> None:
    env = await started(dut)
    await env.bus.write(REGISTERS["irq_mask"].address, 0xFFFFFFFF)
    await env.event(*EVENTS)
    await wait_cycles(2)
    assert env.irq
    await env.clock.reset()
    assert not env.irq
    assert not await env.bus.read(REGISTERS["cause"].address)
    assert not env.commands


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_refused_access_is_an_error_for_the_host(dut: Any) -> None:
    env = await started(dut)
    with pytest.raises(BusError, match="refused"):
        await env.bus.read(0x3FC)
    with pytest.raises(BusError, match="refused"):
        await env.bus.write(0x000, 1)
