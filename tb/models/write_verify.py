"""What the programming engine should do with one word, written down cell by cell.

It knows the rules and a copy of the cells; it shares no code with the design.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tb.host.regmap import ProgOp
from tb.models.programming import REF_HIGHEST, Address, Fail, ProgConfig, Pulse, Sense
from tb.models.simple_cells import SimpleCells

Judge = Callable[[list[int]], dict[int, str]]
Choose = Callable[[str | None, set[str]], str]


@dataclass
class Word:
    """One word under an operation.

    Parameters
    ----------
    cells
        Copy of the cells; it is changed.
    address, active
        The word and its cells.
    config
        The programming configuration.

    Attributes
    ----------
    events
        Every pulse and sense that has to happen, in order.
    failed
        The failed cells as the log has to hold them.
    levels
        What READ has to give back.
    pulses
        Number of pulses of each kind.
    """

    cells: SimpleCells
    address: Address
    active: Iterable[int]
    config: ProgConfig
    events: list[Pulse | Sense] = field(default_factory=list)
    failed: list[Fail] = field(default_factory=list)
    levels: dict[int, int] = field(default_factory=dict)

    def run(self, op: ProgOp, targets: Mapping[int, int]) -> Word:
        """Do one operation; `targets` is what WRITE and VERIFY are given."""
        top = len(self.config.verify) - 1
        fixed = {ProgOp.FORM: top, ProgOp.RESET: top, ProgOp.SET: 0}
        active = sorted(self.active)
        self._targets = {c: fixed.get(op, targets.get(c, 0)) for c in active}
        self._last: dict[int, tuple[int, int]] = {}
        self.pulses = {"form": 0, "set": 0, "reset": 0}
        self._pulsed: set[int] = set()
        if op is ProgOp.READ:
            self._read(active)
        elif op is ProgOp.VERIFY:
            self._verify(active)
        elif op is ProgOp.FORM:
            self._settle(active, self._judge_formed, lambda now, needs: "form")
            dropped = {fail.cell for fail in self.failed}
            self._settle(sorted(self._pulsed - dropped), self._judge_window, _polarity)
        else:
            self._settle(active, self._judge_window, _polarity)
        self.failed.sort(key=lambda fail: fail.cell)
        return self

    def _read(self, active: list[int]) -> None:
        self.levels = dict.fromkeys(active, 0)
        for window in self.config.read[:-1]:
            for cell in self._sense(active, window.hi):
                self.levels[cell] += 1

    def _verify(self, active: list[int]) -> None:
        for _ in range(2):
            state = self._judge_window(active)
            self._fail(cell for cell in active if state[cell] != "in")
            active = [cell for cell in active if state[cell] == "in"]

    def _settle(self, cells: list[int], judge: Judge, choose: Choose) -> None:
        """Read, pulse and read again until every cell is accepted or failed."""
        reads = dict.fromkeys(cells, 0)
        kind: str | None = None
        reversals = steps = 0
        while cells:
            state = judge(cells)
            for cell in cells:
                reads[cell] = reads[cell] + 1 if state[cell] == "in" else 0
            cells = [cell for cell in cells if reads[cell] < 2]
            while any(state[cell] != "in" for cell in cells):
                needs = {state[cell] for cell in cells} - {"in"}
                wanted = choose(kind, needs)
                turn = kind is not None and wanted != kind
                chosen = [cell for cell in cells if state[cell] == wanted]
                if self._spent(wanted) or (turn and reversals == self.config.max_reversals):
                    self._fail(chosen)
                    cells = [cell for cell in cells if cell not in chosen]
                    continue
                reversals += turn
                if wanted != kind:
                    kind, steps = wanted, 0
                self._pulse(chosen, wanted, steps)
                steps += 1
                break

    def _spent(self, kind: str) -> bool:
        config, pulses = self.config, self.pulses
        limit = {"form": config.max_form, "set": config.max_set, "reset": config.max_reset}
        return pulses[kind] >= limit[kind] or sum(pulses.values()) >= config.max_total

    def _pulse(self, cells: list[int], kind: str, step: int) -> None:
        table = {"form": self.config.form, "set": self.config.set, "reset": self.config.reset}
        wl, line, width = table[kind].point(step)
        pulse = Pulse(self.address, frozenset(cells), kind == "reset", wl, line, width)
        self.pulses[kind] += 1
        self._pulsed.update(cells)
        self.events.append(pulse)
        self.cells.pulse(pulse)

    def _sense(self, cells: Iterable[int], ref: int) -> frozenset[int]:
        cells = frozenset(cells)
        if not cells:
            return cells
        pin_ref = min(max(ref + self.config.sense_trim, 0), REF_HIGHEST)
        sense = Sense(self.address, cells, self.config.wl_sense, pin_ref)
        self.events.append(sense)
        above = self.cells.sense(sense)
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
