"""Watches the host's side: `cnr_regs`, `cnr_spi`, and what `cnr_core` loses."""

from __future__ import annotations

from functools import partial

from tb.coverage.monitor import Monitor
from tb.coverage.plan_host import COMMANDS, NOWHERE
from tb.coverage.sampler import sample
from tb.drivers.packed import unpack
from tb.drivers.regs import STATUS
from tb.host.regmap import REGISTERS

FIRST_KEY, SECOND_KEY = 0x554E4C4B, 0x50524F47
NAMES = {
    register.at(index): name
    for name, register in REGISTERS.items()
    for index in range(register.count)
}
STROBES = {0b1111: "all", 0: "none", **dict.fromkeys((1, 2, 4, 8), "one")}
CUT_EARLY, CUT_IN_HEADER = "cut before its first bit", "cut in command or address"


class BusMonitor(Monitor):
    """Accesses to the register file."""

    def start(self) -> None:
        """Begin to watch."""
        self._mask = 0
        self._armed = False
        self._asked = (0, False)
        self.rises(self.block.s_apb_psel_i, self._setup)
        self.falls(self.block.s_apb_penable_i, self._setup)
        self.rises(self.block.s_apb_pready_o, self._access)

    def _request(self) -> tuple[int, bool]:
        return int(self.block.s_apb_paddr_i.value), bool(self.block.s_apb_pwrite_i.value)

    def _setup(self) -> None:
        self._asked = self._request()

    def _access(self) -> None:
        block = self.block
        if not block.s_apb_penable_i.value or self._asked != self._request():
            return  # not what the bus allows
        name = NAMES.get(int(block.s_apb_paddr_i.value) & ~3, NOWHERE)  # of the whole word
        write = bool(block.s_apb_pwrite_i.value)
        refused = bool(block.s_apb_pslverr_o.value)
        answer = "refused" if refused else "done"
        sample("host.access", name, "write" if write else "read", answer)
        if write:
            strobe = int(block.s_apb_pstrb_i.value)
            sample("host.strobes", STROBES.get(strobe, "some"))
            if strobe == 0xF:
                self._written(name, int(block.s_apb_pwdata_i.value))
        elif name == "cause":
            self._seen(int(block.s_apb_prdata_o.value))

    def _written(self, name: str, data: int) -> None:
        if name == "cmd":
            self._commanded(REGISTERS[name].decode(data))
        elif name == "irq_mask":
            self._mask = data
        elif name == "unlock":
            self._key(data)

    def _commanded(self, fields: dict[str, int]) -> None:
        for command in COMMANDS:
            if fields[command]:
                for context in self._contexts():
                    sample("host.command", command, context)

    def _contexts(self) -> list[str]:
        status = unpack(int(self.block.status_i.value), STATUS)
        running = "suspended" if status["suspended"] else "programming"
        found = [running] if status["prog_busy"] else []
        found += ["reading"] if status["read_busy"] else []
        found += ["inferring"] if status["infer_busy"] else []
        return (found or ["idle"]) if status["supply_ok"] else ["no supply"]

    def _seen(self, causes: int) -> None:
        for name, field in REGISTERS["cause"].fields.items():
            if causes & field.mask:
                sample("host.event", name, "enabled" if self._mask & field.mask else "masked")

    def _key(self, word: int) -> None:
        after = " after the first" if self._armed else ""
        if word == FIRST_KEY:
            sample("host.key", "first key")
        elif word == SECOND_KEY:
            sample("host.key", f"second key{after or ' alone'}")
        else:
            sample("host.key", f"another word{after}")
        self._armed = word == FIRST_KEY


class SupplyMonitor(Monitor):
    """What `cnr_core` was doing when something was lost."""

    def start(self) -> None:
        """Begin to watch."""
        block = self.block
        self.falls(block.supply_ok_i, partial(self._lost, "supply"))
        self.rises(block.test_mode_i, partial(self._lost, "test mode"))
        self.falls(block.pump_rdy_i, partial(self._lost, "pump"))

    def _lost(self, what: str) -> None:
        sample("host.supply", what, self._activity())

    def _activity(self) -> str:
        status = unpack(int(self.block.status.value), STATUS)
        if self.block.hv_en_o.value:
            return "high voltage"
        busy = {"prog_busy": "programming", "read_busy": "reading", "infer_busy": "inferring"}
        return next((name for flag, name in busy.items() if status[flag]), "idle")


class SpiMonitor(Monitor):
    """Frames of `cnr_spi`."""

    HEADER, DUMMY, END = 2, 3, 6  # state_e
    HEADER_BITS = 24
    CUTS = ("", "", "", "before read data", "in read data", "in write data", "")

    def start(self) -> None:
        """Begin to watch."""
        block = self.block
        self.rises(block.cs_n, self._deselected)
        self.rises(block.error_d, self._broken)
        self.rises(block.done, self._answered)
        self.falls(block.rst_ni, self._reset)

    def _deselected(self) -> None:
        block = self.block
        state = int(block.state_q.value)
        if self.CUTS[state]:
            sample("spi.frame", f"cut {self.CUTS[state]}")
        elif state == self.HEADER:
            first = int(block.bits_q.value) == self.HEADER_BITS
            sample("spi.frame", CUT_EARLY if first else CUT_IN_HEADER)
        elif state == self.END and not block.pwrite_q.value:
            sample("spi.frame", "read done")

    def _broken(self) -> None:
        block = self.block
        state = int(block.state_q.value)
        if block.cs_n.value:
            return
        if state == self.HEADER and block.last_bit.value:
            busy = bool(block.bus_busy.value)
            sample("spi.frame", "bus busy with the write before" if busy else "unknown command")
        elif state == self.DUMMY and not block.refused.value:
            sample("spi.frame", "bus too slow for the read")
        elif state == self.END:
            sample("spi.frame", "too long")

    def _answered(self) -> None:
        access = "write" if self.block.pwrite_q.value else "read"
        if self.block.refused.value:
            sample("spi.frame", f"{access} refused")
        elif access == "write":
            sample("spi.frame", "write done")

    def _reset(self) -> None:
        if not self.block.cs_ni.value:
            sample("spi.frame", "cut by reset")
