"""What the programming engine should do with one word, written down cell by cell.

It knows the rules and a copy of the cells; it shares no code with the design.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tb.host.regmap import ProgOp, PulseKind
from tb.models.programming import REF_HIGHEST, Address, Fail, ProgConfig, Pulse, Sense

KINDS = {PulseKind.FORM: "form", PulseKind.SET: "set", PulseKind.RESET: "reset"}


class Cells(Protocol):
    """What feels the pulses of a word and answers its senses."""

    def pulse(self, pulse: Pulse) -> None:
        """Apply one pulse."""

    def sense(self, sense: Sense) -> frozenset[int]:
        """The sensed cells that read above the reference."""

    def wait(self, cycles: int) -> None:
        """Be left alone for some clocks."""


Judge = Callable[[list[int]], dict[int, str]]
Choose = Callable[[str | None, set[str]], str]


@dataclass
class Word:
    """One word under an operation.

    Parameters
    ----------
    cells
        The cells, or what they have answered; they are changed.
    address, active
        The word and its cells.
    config
        The programming configuration.
    rising
        Whether the last pulse was FORM or SET: at first, of this word before it was suspended.

    Attributes
    ----------
    events
        Every pulse and sense that has to happen, in order.
    failed
        The failed cells as the log has to hold them.
    levels
        What READ has to give back.
    pulses, pulsed_cells
        Number of pulses of each kind, and of cells that they were driven into.
    dropouts
        Cells that a delayed verify has found out of their window.
    cycles
        How often the word has gone over to FORM or SET pulses.
    """

    cells: Cells
    address: Address
    active: Iterable[int]
    config: ProgConfig
    rising: bool = False
    events: list[Pulse | Sense] = field(default_factory=list)
    failed: list[Fail] = field(default_factory=list)
    levels: dict[int, int] = field(default_factory=dict)
    pulses: Counter[str] = field(default_factory=Counter)
    pulsed_cells: Counter[str] = field(default_factory=Counter)
    dropouts: int = 0
    cycles: int = 0

    def run(self, op: ProgOp, targets: Mapping[int, int]) -> Word:
        """Do one operation; `targets` is what WRITE, VERIFY and TEST_PULSE are given."""
        top = len(self.config.verify) - 1
        fixed = {ProgOp.FORM: top, ProgOp.RESET: top, ProgOp.SET: 0}
        active = sorted(self.active)
        self._targets = {c: fixed.get(op, targets.get(c, 0)) for c in active}
        self._last: dict[int, tuple[int, int]] = {}
        self._formed: set[int] = set()
        self._unsettled = False  # pulsed since the last wait
        self._dropped: set[int] = set()
        self._reversals = 0
        getattr(self, f"_do_{op.name.lower()}")(active)
        self.failed.sort(key=lambda fail: fail.cell)
        return self

    def _do_read(self, active: list[int]) -> None:
        self.levels = self._read(active)

    def _do_verify(self, active: list[int]) -> None:
        for _ in range(2):
            state = self._judge_window(active)
            self._fail(cell for cell in active if state[cell] != "in")
            active = [cell for cell in active if state[cell] == "in"]

    def _do_form(self, active: list[int]) -> None:
        self._settle(active, self._judge_formed, lambda now, needs: "form")
        formed = self._not_failed(sorted(self._formed))
        self._settle(formed, self._judge_window, _polarity)
        self._verify_again(formed)

    def _do_write(self, active: list[int]) -> None:
        self._settle(active, self._judge_window, _polarity)
        self._verify_again(active)

    _do_set = _do_reset = _do_write

    def _do_refresh(self, active: list[int]) -> None:
        self._targets = self._read(active)
        self._do_write(active)

    def _do_test_pulse(self, active: list[int]) -> None:
        marked = [cell for cell in active if self._targets[cell]]
        if marked:
            self._pulse(marked, KINDS[PulseKind(self.config.test_kind)], 0)

    def _do_cycle(self, active: list[int]) -> None:
        for _ in range(self.config.test_cycles):
            self._pulse(active, "set", 0)
            self._pulse(active, "reset", 0)

    def _read(self, active: list[int]) -> dict[int, int]:
        levels = dict.fromkeys(active, 0)
        for window in self.config.read[:-1]:
            for cell in self._sense(active, window.hi):
                levels[cell] += 1
        return levels

    def _not_failed(self, cells: list[int]) -> list[int]:
        failed = {fail.cell for fail in self.failed}
        return [cell for cell in cells if cell not in failed]

    def _verify_again(self, cells: list[int]) -> None:
        """Delayed verify: wait and look once more, for as long as that leads to pulses."""
        while self.config.relax_cycles and self._unsettled and self._not_failed(cells):
            self._unsettled = False
            self.cells.wait(self.config.relax_cycles)
            cells = self._not_failed(cells)
            self._dropped |= self._settle(cells, self._judge_window, _polarity, seen=1)
        self.dropouts = len(self._dropped)

    def _settle(self, cells: list[int], judge: Judge, choose: Choose, seen: int = 0) -> set[int]:
        """Read, pulse and read again until every cell is accepted or failed.

        `seen` is how often each cell counts as read in its window already. Returns those that were
        out of it in the first pass.
        """
        reads = dict.fromkeys(cells, seen)
        kind: str | None = None
        steps = 0
        found: set[int] | None = None
        while cells:
            state = judge(cells)
            for cell in cells:
                reads[cell] = reads[cell] + 1 if state[cell] == "in" else 0
            cells = [cell for cell in cells if reads[cell] < 2]
            if found is None:
                found = {cell for cell in cells if state[cell] != "in"}
            while any(state[cell] != "in" for cell in cells):
                needs = {state[cell] for cell in cells} - {"in"}
                wanted = choose(kind, needs)
                turn = kind is not None and wanted != kind
                chosen = [cell for cell in cells if state[cell] == wanted]
                if self._spent(wanted) or (turn and self._reversals == self.config.max_reversals):
                    self._fail(chosen)
                    cells = [cell for cell in cells if cell not in chosen]
                    continue
                self._reversals += turn
                if wanted != kind:
                    kind, steps = wanted, 0
                self._pulse(chosen, wanted, steps)
                steps += 1
                break
        return found or set()

    def _spent(self, kind: str) -> bool:
        config, pulses = self.config, self.pulses
        limit = {"form": config.max_form, "set": config.max_set, "reset": config.max_reset}
        return pulses[kind] >= limit[kind] or pulses.total() >= config.max_total

    def _pulse(self, cells: list[int], kind: str, step: int) -> None:
        table = {"form": self.config.form, "set": self.config.set, "reset": self.config.reset}
        wl, line, width = table[kind].point(step)
        pulse = Pulse(self.address, frozenset(cells), kind == "reset", wl, line, width)
        self.cells.pulse(pulse)
        self.events.append(pulse)
        self.pulses[kind] += 1
        self.pulsed_cells[kind] += len(cells)
        self.cycles += kind != "reset" and not self.rising
        self.rising = kind != "reset"
        self._unsettled = True
        if kind == "form":
            self._formed.update(cells)

    def _sense(self, cells: Iterable[int], ref: int) -> frozenset[int]:
        cells = frozenset(cells)
        if not cells:
            return cells
        pin_ref = min(max(ref + self.config.sense_trim, 0), REF_HIGHEST)
        sense = Sense(self.address, cells, self.config.wl_sense, pin_ref)
        above = self.cells.sense(sense)
        self.events.append(sense)
        self._last.update({cell: (int(cell in above), ref) for cell in cells})
        return above

    def _judge_formed(self, cells: list[int]) -> dict[int, str]:
        above = self._sense(cells, self.config.form_ref)
        return {cell: "form" if cell in above else "in" for cell in cells}

    def _judge_window(self, cells: list[int]) -> dict[int, str]:
        state = dict.fromkeys(cells, "in")
        for level, window in enumerate(self.config.verify):
            members = {cell for cell in cells if self._targets[cell] == level}
            if window.lo > 0:
                low = members - self._sense(members, window.lo)
                state.update(dict.fromkeys(low, "reset"))
                members -= low
            if window.hi < REF_HIGHEST:
                state.update(dict.fromkeys(self._sense(members, window.hi), "set"))
        return state

    def _fail(self, cells: Iterable[int]) -> None:
        for cell in cells:
            bit, ref = self._last[cell]
            self.failed.append(Fail(self.address, cell, bit, ref, self._targets[cell]))


def _polarity(now: str | None, needs: set[str]) -> str:
    """Keep the polarity while a cell needs it; SET comes first."""
    if now in needs:
        return str(now)
    return "set" if "set" in needs else "reset"
