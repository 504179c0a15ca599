"""The register file `cnr_regs`: every register does what its description says, and no more."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge, Timer

from chips import Chip, chip_names, load_chip
from tb.drivers.apb import ApbBus, BusError
from tb.drivers.cycles import ClockReset, cycle_now, wait_cycles
from tb.drivers.packed import Layout, bits, pack, unpack
from tb.drivers.prog_structs import RAMP_TABLE, WINDOW
from tb.host.registers import Register
from tb.host.regmap import REGISTERS, ProgErr, ProgOp

STATUS: Layout = {
    **dict.fromkeys(("prog_busy", "infer_busy", "read_busy", "weights_valid"), 1),
    **dict.fromkeys(("supply_ok", "pump_ok"), 1),
    "prog_err": 4,
}
EVENTS = (
    *("prog_done", "label", "read_done", "frame_err", "refused", "brown_out", "watchdog"),
    *("expired", "spi_err"),
)
EVENT: Layout = dict.fromkeys(EVENTS, 1)
CMD: Layout = {"op": 4, **dict.fromkeys(("start", "resume", "stop", "clear", "read_start"), 1)}
STROBES = {
    "start": "start",
    "resume": "resume",
    "abort": "stop",
    "clear_counters": "clear",
    "read_start": "read_start",
}


class Layouts:
    """Layouts of the structs whose size depends on the chip."""

    def __init__(self, chip: Chip) -> None:
        pins, levels = chip.pins, chip.chip.levels
        self.address_bits = {"layer": pins.layer, "group": pins.group, "row": pins.row}
        self.address: Layout = self.address_bits
        self.prog: Layout = {
            **dict.fromkeys(("form", "set", "reset"), RAMP_TABLE),
            **dict.fromkeys(("verify_window", "read_window"), (WINDOW,) * levels),
            "form_ref": 10,
            "sense_trim": 6,
            "wl_sense": 9,
            **dict.fromkeys(("max_form", "max_set", "max_reset", "max_total"), 12),
            "max_reversals": 4,
        }
        self.compute: Layout = {
            "t_ctrl": (chip.phases.t_ctrl_max_cycles.bit_length(),) * len(chip.layers),
            "cf_sel": (chip.mac.cf_sel_bits,) * len(chip.layers),
            "cmp_trim": (chip.mac.comparator_trim_bits,) * chip.chip.classes,
            "atest_sel": 4,
            "infer_en": 1,
            "refresh_en": 1,
        }
        cell = (chip.word_cells - 1).bit_length()
        self.fail_bits = {"cell_index": cell, "sense": 1, "sense_ref": 10, "target": pins.level}
        self.fail: Layout = {"addr": self.address, **self.fail_bits}


class Env:
    """The register file between an APB master and a chip that the test plays."""

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        self._edge = RisingEdge(dut.clk_i)
        self.clock = ClockReset(dut)
        self.bus = ApbBus(dut)
        self.rng = random.Random(cocotb.RANDOM_SEED)
        self.commands: list[dict[str, int]] = []
        self.pops = 0

    async def start(self) -> None:
        dut = self._dut
        for handle in (dut.event_i, dut.pointer_i, dut.counts_i, dut.label_i):
            handle.value = 0
        for handle in (dut.label_ambiguous_i, dut.fail_i, dut.fail_count_i):
            handle.value = 0
        self.status(supply_ok=1)
        self.fail(None)
        self.fail_overflow(0)
        await self.clock.start()
        geometry = await self.read("geometry")
        (self.chip,) = (
            c for c in map(load_chip, chip_names()) if c.geometry_hash == geometry["hash"]
        )
        self.layouts = Layouts(self.chip)
        cocotb.start_soon(self._watch_commands())
        cocotb.start_soon(self._watch_pops())

    async def _watch_commands(self) -> None:
        while True:
            await self._edge
            command = unpack(int(self._dut.cmd_o.value), CMD)
            if any(command[strobe] for strobe in STROBES.values()):
                self.commands.append(command)

    async def _watch_pops(self) -> None:
        while True:
            await RisingEdge(self._dut.fail_pop_o)
            self.pops += 1

    # The host's side.

    async def write(self, name: str, index: int = 0, /, **values: int) -> None:
        register = REGISTERS[name]
        await self.bus.write(register.at(index), register.encode(**values))

    async def read(self, name: str, index: int = 0) -> dict[str, int]:
        register = REGISTERS[name]
        return register.decode(await self.bus.read(register.at(index)))

    # The chip's side. All of it changes right after a clock edge.

    def status(self, **values: int) -> None:
        self._dut.status_i.value = pack(values, STATUS)

    async def event(self, *names: str, cycles: int = 1, **status: int) -> int:
        """Strobe events; the cycle in which they began."""
        await self._edge
        begin = cycle_now()
        if status:
            self.status(**status)
        self._dut.event_i.value = pack(dict.fromkeys(names, 1), EVENT)
        for _ in range(cycles):
            await self._edge
        self._dut.event_i.value = 0
        return begin

    def fail(self, entry: dict[str, Any] | None) -> None:
        self._dut.fail_valid_i.value = entry is not None
        self._dut.fail_i.value = 0 if entry is None else pack(entry, self.layouts.fail)

    def fail_overflow(self, level: int) -> None:
        self._dut.fail_overflow_i.value = level

    def drive(self, **values: int) -> None:
        """Set input ports by their names without the suffix."""
        for name, value in values.items():
            getattr(self._dut, f"{name}_i").value = value

    # What the chip sees.

    @property
    def irq(self) -> bool:
        return bool(self._dut.irq_o.value)

    def prog_cfg(self) -> dict[str, Any]:
        return dict(unpack(int(self._dut.prog_cfg_o.value), self.layouts.prog))

    def compute_cfg(self) -> dict[str, Any]:
        return dict(unpack(int(self._dut.compute_cfg_o.value), self.layouts.compute))

    def range(self) -> tuple[dict[str, int], dict[str, int]]:
        first, last = int(self._dut.first_o.value), int(self._dut.last_o.value)
        return unpack(first, self.layouts.address), unpack(last, self.layouts.address)

    def random_fields(self, register: Register) -> dict[str, int]:
        return {name: self.rng.getrandbits(f.width) for name, f in register.fields.items()}


async def started(dut: Any) -> Env:
    env = Env(dut)
    await env.start()
    return env


def every_register() -> Iterator[tuple[str, int, Register]]:
    """Name, index and description of every address that has a register."""
    for name, register in REGISTERS.items():
        for index in range(register.count):
            yield name, index, register


def readable(register: Register) -> bool:
    return any(field.access != "w" for field in register.fields.values())


def writable(register: Register) -> bool:
    return any(field.access != "r" for field in register.fields.values())


async def is_refused(env: Env, address: int, *, write: bool, data: int = 0xFFFFFFFF) -> bool:
    answer, error = await env.bus.transfer(address, write=write, data=data, strobe=0xF)
    if error and not write:
        assert not answer, f"a refused read of {address:#x} gives {answer:#x}"
    return error


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
        for name, index, register in every_register():
            if register.writable:
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
    for name, index, register in every_register():
        if register.writable:
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
            assert await is_refused(env, address, write=False), f"read of {address:#x}"
            assert await is_refused(env, address, write=True), f"write to {address:#x}"
    for name, index, register in every_register():
        if register.writable:
            assert not await env.bus.read(register.at(index)), f"{name}[{index}] was written"


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def an_access_against_the_direction_is_refused(dut: Any) -> None:
    env = await started(dut)
    for name, index, register in every_register():
        if not writable(register):
            assert await is_refused(env, register.at(index), write=True), name
        if not readable(register):
            assert await is_refused(env, register.at(index), write=False), name
    assert not env.commands
    assert not env.pops


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def state_of_the_chip_is_read_as_it_is(dut: Any) -> None:
    env = await started(dut)
    for _ in range(20):
        status = env.random_fields(REGISTERS["status"])
        status["prog_err"] = env.rng.choice(list(ProgErr))
        pointer = {name: env.rng.getrandbits(w) for name, w in env.layouts.address_bits.items()}
        counts = [env.rng.getrandbits(32) for _ in range(7)]
        env.status(**status)
        env.drive(
            pointer=pack(pointer, env.layouts.address),
            counts=pack(counts, (32,) * 7),
            fail_count=(failed := env.rng.getrandbits(8)),
        )
        assert await env.read("status") == status
        assert await env.read("pointer") == pointer
        assert (await env.read("fail_count"))["count"] == failed
        assert [(await env.read("count", i))["value"] for i in range(7)] == counts


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def configuration_reaches_the_chip(dut: Any) -> None:
    env = await started(dut)
    for _ in range(5):
        values = {}
        for name, index, register in every_register():
            if register.writable and name != "irq_mask":
                values[name, index] = env.random_fields(register)
                await env.write(name, index, **values[name, index])
        await wait_cycles(2)
        assert env.prog_cfg() == expected_prog_cfg(env, values)
        assert env.compute_cfg() == expected_compute_cfg(env, values)


def expected_prog_cfg(env: Env, values: dict[tuple[str, int], dict[str, int]]) -> dict[str, Any]:
    def ramp(name: str) -> dict[str, Any]:
        parts = {p: values[f"ramp_{name}.{p}", 0] for p in ("wl", "line", "step", "width", "loops")}
        return {
            "wl": {**parts["wl"], "step": parts["step"]["wl"]},
            "line": {**parts["line"], "step": parts["step"]["line"]},
            "width": {**parts["width"], "step": parts["loops"]["width_step"]},
            "nesting": parts["loops"]["nesting"],
        }

    levels = range(env.chip.chip.levels)
    return {
        **{name: ramp(name) for name in ("form", "set", "reset")},
        "verify_window": [values["verify_window", i] for i in levels],
        "read_window": [values["read_window", i] for i in levels],
        **values["sense", 0],
        **values["limit_pulses", 0],
        **values["limit_totals", 0],
        **values["limit_reversals", 0],
    }


def expected_compute_cfg(env: Env, values: dict[tuple[str, int], dict[str, int]]) -> dict[str, Any]:
    layers = [values["layer", i] for i in range(len(env.chip.layers))]
    half = 1 << env.chip.mac.comparator_trim_bits - 1

    def trim(word: int) -> int:
        signed = word - 256 if word & 128 else word
        return max(-half, min(half - 1, signed)) & (2 * half - 1)

    return {
        "t_ctrl": [min(layer["t_ctrl"], env.chip.phases.t_ctrl_max_cycles) for layer in layers],
        "cf_sel": [min(layer["cf_sel"], 2**env.chip.mac.cf_sel_bits - 1) for layer in layers],
        "cmp_trim": [trim(values["cmp_trim", i]["trim"]) for i in range(env.chip.chip.classes)],
        **values["control", 0],
    }


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def compute_settings_saturate(dut: Any) -> None:
    env = await started(dut)
    for word in range(256):
        values = {("control", 0): {"atest_sel": 0, "infer_en": 0, "refresh_en": 0}}
        for i in range(len(env.chip.layers)):
            values["layer", i] = {"t_ctrl": word + i & 255, "cf_sel": word + i & 15}
            await env.write("layer", i, **values["layer", i])
        for i in range(env.chip.chip.classes):
            values["cmp_trim", i] = {"trim": word + i & 255}
            await env.write("cmp_trim", i, **values["cmp_trim", i])
        await wait_cycles(2)
        assert env.compute_cfg() == expected_compute_cfg(env, values)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def a_range_beyond_the_address_space_does_not_alias(dut: Any) -> None:
    env = await started(dut)
    limits = {name: 1 << width for name, width in env.layouts.address_bits.items()}
    fields = REGISTERS["range_first"].fields
    for _ in range(200):
        scale = {n: env.rng.choice((limits[n], 1 << fields[n].width)) for n in fields}
        first = {n: env.rng.randrange(scale[n]) for n in fields}
        last = {n: env.rng.randrange(scale[n]) for n in fields}
        await env.write("range_first", **first)
        await env.write("range_last", **last)
        await wait_cycles(2)
        fits = all(a[n] < limits[n] for a in (first, last) for n in limits)
        if fits:
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
    for word in range(1, 32):
        chosen = [bit for i, bit in enumerate(STROBES) if word >> i & 1]
        await env.write("cmd", **dict.fromkeys(chosen, 1))
        await wait_cycles(3)
        (command,) = env.commands
        assert [b for b in STROBES if command[STROBES[b]]] == chosen
        env.commands.clear()
    assert not (await env.read("cause"))["cmd_refused"]


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def commands_that_the_state_forbids_are_refused_and_said_so(dut: Any) -> None:
    env = await started(dut)
    for busy in (False, True):
        for supply in (False, True):
            env.status(prog_busy=busy, supply_ok=supply)
            for bit, strobe in STROBES.items():
                allowed = {
                    "start": not busy,
                    "resume": not busy,
                    "read_start": not busy and supply,
                }.get(bit, True)
                await env.write("cmd", **{bit: 1})
                await wait_cycles(3)
                assert [c[strobe] for c in env.commands] == [1] * allowed, f"{bit} {busy} {supply}"
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
    env = await started(dut)
    for event in EVENTS:
        await env.event(event)
        await env.bus.write(
            REGISTERS["irq_mask"].address, ~REGISTERS["irq_mask"].encode(**{event: 1})
        )
        await wait_cycles(2)
        assert not env.irq, f"{event} is masked"
        await env.write("irq_mask", **{event: 1})
        await wait_cycles(2)
        assert env.irq, f"{event} is not masked"
        await env.write("cause", **{event: 1})
        await wait_cycles(2)
        assert not env.irq, f"{event} was cleared"


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
        address = {name: env.rng.getrandbits(w) for name, w in env.layouts.address_bits.items()}
        entry = {n: env.rng.getrandbits(w) for n, w in env.layouts.fail_bits.items()}
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
    entry = {"addr": {"row": 3}, "cell_index": 5}
    assert not (await env.read("fail_cell"))["valid"]
    env.fail(entry)
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
    with_error = (env.bus.read(0x3FC), env.bus.write(0x000, 1))
    for access in with_error:
        try:
            await access
        except BusError as error:
            assert "refused" in str(error)  # noqa: PT017
        else:
            raise AssertionError("no error")
    await Timer(1, "us")
