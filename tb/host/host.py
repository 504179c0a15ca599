"""What the software of a host does with the chip, over any bus that reaches its registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chips.description import Chip
from chips.sections import Ramp
from tb.host.codes import LevelWindow, formed_code, whole
from tb.host.regmap import REGISTERS, AnalogTest, BistPattern, Nesting, ProgErr, ProgOp, PulseKind

MAGIC = REGISTERS["id"].fields["value"].reset
MAJOR = REGISTERS["version"].fields["major"].reset
ALL_ONES = 0xFFFF_FFFF
UNLOCK_KEYS = (0x554E_4C4B, 0x5052_4F47)


class HostError(RuntimeError):
    """The chip is not the expected one or did not do what it was told; the message says what."""


class Bus(Protocol):
    """Reaches the registers."""

    async def write(self, address: int, data: int) -> None:
        """Write one register."""

    async def read(self, address: int) -> int:
        """Read one register."""


class Interrupt(Protocol):
    """The interrupt line."""

    async def wait(self) -> None:
        """Return while the line is high."""


class WordAddress(NamedTuple):
    """A word; addresses compare in the order of programming."""

    layer: int
    group: int
    row: int


class Outcome(NamedTuple):
    """How a programming operation ended, and the first word it did not complete."""

    error: ProgErr
    pointer: WordAddress


class Counters(NamedTuple):
    """Cells and strobes since they were cleared; `cells_*` count the cells of each pulse."""

    requested: int
    succeeded: int
    failed: int
    pulses_form: int
    pulses_set: int
    pulses_reset: int
    senses: int
    cells_formed: int
    cells_set: int
    cells_reset: int
    dropouts: int
    cycles: int


class FailedCell(NamedTuple):
    """One entry of the fail log; `cell_index` is lane * cells per weight + bit."""

    word: WordAddress
    cell_index: int
    target: int
    sense: int
    sense_ref: int


class FailLog(NamedTuple):
    """The fail log; `overflow` says that entries were lost."""

    cells: list[FailedCell]
    overflow: bool


class Label(NamedTuple):
    """One result."""

    label: int
    ambiguous: bool


def first_word(chip: Chip) -> WordAddress:
    """First word of the chip."""
    return WordAddress(0, 0, 0)


def last_word(chip: Chip) -> WordAddress:
    """Last word of the chip."""
    last = chip.geometry[-1]
    return WordAddress(last.index, last.groups - 1, last.rows - 1)


class Host:
    """Drives one chip.

    Parameters
    ----------
    bus
        Reaches its registers.
    interrupt
        Its interrupt line.
    chip
        What it should be.
    """

    def __init__(self, bus: Bus, interrupt: Interrupt, chip: Chip) -> None:
        self._bus = bus
        self._interrupt = interrupt
        self.chip = chip
        self._control = dict.fromkeys(REGISTERS["control"].fields, 0)
        self._events: set[str] = set()

    # Registers

    async def write(self, name: str, index: int = 0, /, **values: int) -> None:
        """Write a register by its fields; those not named become zero."""
        register = REGISTERS[name]
        await self._bus.write(register.at(index), register.encode(**values))

    async def read(self, name: str, index: int = 0) -> dict[str, int]:
        """Read the fields of a register."""
        register = REGISTERS[name]
        return register.decode(await self._bus.read(register.at(index)))

    # Set-up

    async def connect(self) -> None:
        """Check that this is the chip, forget old events and let all of them interrupt.

        Raises
        ------
        HostError
            Another chip, another register map, or nothing at all.
        """
        found = await self.identify()
        expected = {"id": MAGIC, "version": MAJOR, "geometry": self.chip.geometry_hash}
        for name, value in expected.items():
            if found[name] != value:
                raise HostError(
                    f"{name} is {found[name]:#x}, expected {value:#x} for chip {self.chip.name}"
                )
        await self.forget_events()
        await self._bus.write(REGISTERS["irq_mask"].at(), ALL_ONES)

    async def identify(self) -> dict[str, int]:
        """Identity, major version of the register map and geometry hash that the chip tells."""
        return {
            "id": (await self.read("id"))["value"],
            "version": (await self.read("version"))["major"],
            "geometry": (await self.read("geometry"))["hash"],
        }

    async def configure_programming(
        self, levels: Sequence[LevelWindow], form_ref_ohm: float, sense_trim: int = 0
    ) -> None:
        """Write ramps and limits of the chip description, and where each level lies.

        Parameters
        ----------
        levels
            One window per level, level 0 first.
        form_ref_ohm
            A cell below it is formed.
        sense_trim
            Codes added to every sense reference.

        Raises
        ------
        ValueError
            Levels that do not fit the chip, or a value that is not a whole code.
        HostError
            The chip has refused a write.
        """
        prog = self.chip.programming
        if len(levels) != self.chip.chip.levels:
            raise ValueError(f"{len(levels)} windows, the chip has {self.chip.chip.levels} levels")
        for name, ramp in (("form", prog.form), ("set", prog.set), ("reset", prog.reset)):
            await self.write_ramp(name, ramp)
        for index, level in enumerate(levels):
            for name, codes in (("verify", level.verify_codes), ("read", level.read_codes)):
                await self.write(f"{name}_window", index, lo=codes[0], hi=codes[1])
        wl_sense = whole(prog.wl_sense_mv, prog.dac_step_mv, "wl_sense_mv")
        form_ref = formed_code(form_ref_ohm)
        await self.write("sense", form_ref=form_ref, wl_sense=wl_sense, sense_trim=sense_trim)
        form, set_ = prog.max_pulses_form, prog.max_pulses_set
        reset, total = prog.max_pulses_reset, prog.max_pulses_total
        await self.write("limit_pulses", max_form=form, max_set=set_)
        await self.write("limit_totals", max_reset=reset, max_total=total)
        await self.write("limit_reversals", max_reversals=prog.max_reversals)
        await self.write("endurance_limit", cycles=prog.endurance_cycles)
        await self.check_bus()

    async def configure_delayed_verify(self, wait_ns: int) -> None:
        """Verify each word that was pulsed once more after a wait; 0 switches it off."""
        clk_ns = self.chip.clock.clk_period_ns
        await self.write("relax", cycles=whole(wait_ns, clk_ns, "delayed verify: wait_ns"))
        await self.check_bus()

    async def configure_test(self, kind: PulseKind, cycles: int = 0) -> None:
        """Choose the pulse of TEST_PULSE, and how many cycles CYCLE does."""
        await self.write("test", kind=kind, cycles=cycles)

    async def wait_for_fail_log(self, wait: bool = True) -> None:
        """Let a full fail log stop the sweep until an entry is taken, or lose entries."""
        await self._set_control(fail_wait=int(wait))

    async def write_ramp(self, operation: str, ramp: Ramp) -> None:
        """Write the ramp table of "form", "set" or "reset"."""
        dac_mv = self.chip.programming.dac_step_mv
        clk_ns = self.chip.clock.clk_period_ns

        def code(name: str) -> int:
            return whole(getattr(ramp, f"{name}_mv"), dac_mv, f"{operation}: {name}_mv")

        def cycles(name: str) -> int:
            return whole(getattr(ramp, f"{name}_ns"), clk_ns, f"{operation}: {name}_ns")

        name = f"ramp_{operation}"
        for line in ("wl", "line"):
            await self.write(
                f"{name}.{line}", start=code(f"{line}_start"), stop=code(f"{line}_stop")
            )
        await self.write(f"{name}.step", wl=code("wl_step"), line=code("line_step"))
        await self.write(f"{name}.width", start=cycles("width_start"), stop=cycles("width_stop"))
        nesting = Nesting[ramp.nesting.replace(",", "_").upper()]
        await self.write(f"{name}.loops", width_step=cycles("width_step"), nesting=nesting)

    async def configure_compute(
        self, t_ctrl: Sequence[int], cf_sel: Sequence[int], cmp_trim: Sequence[int] = ()
    ) -> None:
        """Write integration times, capacitor choices (one per layer) and comparator trims."""
        for index, (time, choice) in enumerate(zip(t_ctrl, cf_sel, strict=True)):
            await self.write("layer", index, t_ctrl=time, cf_sel=choice)
        for index, trim in enumerate(cmp_trim):
            await self.write("cmp_trim", index, trim=trim)
        await self.check_bus()

    # Events

    async def wait_for(self, *names: str) -> set[str]:
        """Sleep until at least one of the events has come; those that have."""
        while not self._events & set(names):
            await self._interrupt.wait()
            await self._collect_events()
        found = self._events & set(names)
        self._events -= found
        return found

    async def forget_events(self, *names: str) -> None:
        """Drop the named events, or all, that have come so far."""
        await self._collect_events()
        self._events -= set(names or REGISTERS["cause"].fields)

    async def take_events(self) -> set[str]:
        """The events that have come so far; they are then forgotten."""
        await self._collect_events()
        taken, self._events = self._events, set()
        return taken

    async def check_bus(self) -> None:
        """Raise `HostError` if an access was refused or a frame broken on its way."""
        await self._collect_events()
        if "spi_err" in self._events:
            self._events.remove("spi_err")
            raise HostError("a bus access was refused or broken on its way")

    async def _collect_events(self) -> None:
        word = await self._bus.read(REGISTERS["cause"].at())
        if word:
            await self._bus.write(REGISTERS["cause"].at(), word)
            self._events |= {n for n, v in REGISTERS["cause"].decode(word).items() if v}

    # Programming

    async def run(
        self, op: ProgOp, first: WordAddress | None = None, last: WordAddress | None = None
    ) -> Outcome:
        """Run an operation over a range, the whole chip by default, to its end.

        Raises
        ------
        HostError
            Another operation is running.
        """
        await self.start(op, first, last)
        return await self.finished()

    async def start(
        self, op: ProgOp, first: WordAddress | None = None, last: WordAddress | None = None
    ) -> None:
        """Start an operation over a range, the whole chip by default."""
        first, last = first or first_word(self.chip), last or last_word(self.chip)
        await self.forget_events("prog_done", "prog_err", "cmd_refused")
        await self.write("range_first", **first._asdict())
        await self.write("range_last", **last._asdict())
        await self.unlock()
        await self.write("cmd", op=op, start=1)

    async def march(
        self,
        pattern: BistPattern,
        first: WordAddress | None = None,
        last: WordAddress | None = None,
    ) -> Outcome:
        """Run the self-test over a range; what was stored there is lost."""
        await self.write("bist", pattern=pattern)
        return await self.run(ProgOp.MARCH, first, last)

    async def unlock(self) -> None:
        """Let the next operation pulse."""
        for key in UNLOCK_KEYS:
            await self.write("unlock", key=key)

    async def lock_read_back(self) -> None:
        """Let nobody read the weights until the next reset."""
        await self.write("lock", read_back=1)

    async def suspend(self) -> None:
        """High voltage off; `resume` goes on."""
        await self.write("cmd", suspend=1)

    async def resume(self) -> None:
        """Go on with an operation that is suspended, or that ended early where it did."""
        if not (await self.read("status"))["suspended"]:
            await self.forget_events("prog_done", "prog_err", "cmd_refused")
            await self.unlock()
        await self.write("cmd", resume=1)

    async def endurance(self) -> list[int]:
        """Cycles of every group in programming order, for the host to keep."""
        groups = sum(geometry.groups for geometry in self.chip.geometry)
        return [(await self.read("endurance.group", i))["cycles"] for i in range(groups)]

    async def restore_endurance(self, cycles: Sequence[int]) -> None:
        """Write back what `endurance` told before the power went."""
        for index, count in enumerate(cycles):
            await self.write("endurance.group", index, cycles=count)
        await self.check_bus()

    async def abort(self) -> None:
        """End the operation that runs; `finished` then tells where."""
        await self.write("cmd", abort=1)

    async def finished(self) -> Outcome:
        """Sleep until the operation has ended; how."""
        if "cmd_refused" in await self.wait_for("prog_done", "cmd_refused"):
            raise HostError("start refused: another operation is running")
        status = await self.read("status")
        return Outcome(ProgErr(status["prog_err"]), await self.pointer())

    async def pointer(self) -> WordAddress:
        """First word that is not completed."""
        return WordAddress(**await self.read("pointer"))

    async def counters(self) -> Counters:
        """Cells and strobes since they were cleared."""
        count = range(REGISTERS["count"].count)
        return Counters(*[(await self.read("count", i))["value"] for i in count])

    async def clear_counters(self) -> None:
        """Clear the counters and the fail log."""
        await self.write("cmd", clear_counters=1)

    async def fail_log(self) -> FailLog:
        """Take all entries out of the fail log."""
        overflow = bool((await self.read("fail_count"))["overflow"])
        cells = []
        while (cell := await self.read("fail_cell")).pop("valid"):
            word = WordAddress(**await self.read("fail_word"))
            cells.append(FailedCell(word=word, **cell))
        return FailLog(cells, overflow)

    async def select_analog_test(self, point: AnalogTest) -> None:
        """Connect the analog test pad."""
        await self._set_control(atest_sel=point)

    # Inference

    async def read_weights(self) -> None:
        """Read all cells into their storage nodes.

        Raises
        ------
        HostError
            They do not hold the weights afterwards.
        """
        await self.forget_events("read_done", "brown_out", "cmd_refused")
        await self.write("cmd", read_start=1)
        events = await self.wait_for("read_done", "brown_out", "cmd_refused")
        if not (await self.read("status"))["weights_valid"]:
            raise HostError(f"no valid weights after a pulsed read: {', '.join(sorted(events))}")

    async def configure_inference(self, *, pipelined: bool, power_gate: bool) -> None:
        """Choose how images go through the layers; counts from the next one into empty layers."""
        await self._set_control(pipelined=int(pipelined), power_gate=int(power_gate))

    async def enable_inference(self, refresh: bool = True) -> None:
        """Accept images, and keep the weights fresh."""
        await self._set_control(infer_en=1, refresh_en=int(refresh))

    async def disable_inference(self) -> None:
        """Accept no images, and let the weights expire."""
        await self._set_control(infer_en=0, refresh_en=0)

    async def label(self) -> Label | None:
        """The last label, unless it was read before."""
        value = await self.read("label")
        return Label(value["label"], bool(value["ambiguous"])) if value["valid"] else None

    async def _set_control(self, **values: int) -> None:
        self._control |= values
        await self.write("control", **self._control)
