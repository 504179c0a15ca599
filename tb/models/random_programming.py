"""Draws cells, configurations and starts of the programming engine, legal and broken ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from chips.description import Chip
from chips.sections import NESTINGS
from tb.host.regmap import BistPattern, ProgOp, PulseKind
from tb.models.legality import Start
from tb.models.programming import REF_HIGHEST, Address, ProgConfig, Window, words
from tb.models.ramp import Ramp, RampTable
from tb.models.simple_cells import Cell

OPERATIONS = [op for op in ProgOp if op is not ProgOp.NONE]
Settings = TypeVar("Settings", ProgConfig, RampTable, Ramp, Start)
DAC_TOP, WIDTH_TOP, LIMIT_TOP = 511, 0xFFFF, 12


class RandomProgramming:
    """Everything that a random programming test draws, from one generator."""

    def __init__(self, rng: random.Random, chip: Chip) -> None:
        self._rng = rng
        self._chip = chip
        self._words = words(chip, Address(0, 0, 0), Address(99, 0, 0))

    def cell(self) -> Cell:
        """Any cell: pristine or formed, strong or weak, noisy, stuck, with steps or jumps."""
        rng = self._rng
        formed = rng.random() < 0.7
        steps = rng.random() < 0.5
        return Cell(
            code=rng.choice((rng.randrange(1024), 120, 760)) if formed else 950,
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

    def config(self) -> ProgConfig:
        """A legal configuration with small limits and windows that may be closed."""
        rng, ceilings = self._rng, self._chip.programming.ceilings
        read, verify = self._windows()
        return ProgConfig(
            form=self._table(ceilings.form_wl_mv, ceilings.form_line_mv),
            set=self._table(ceilings.set_wl_mv, ceilings.set_line_mv),
            reset=self._table(ceilings.reset_wl_mv, ceilings.reset_line_mv),
            verify=verify,
            read=read,
            form_ref=rng.choice((rng.randrange(1, REF_HIGHEST), 700, verify[-1].lo or 1)),
            sense_trim=rng.randrange(-32, 32),
            wl_sense=rng.randrange(self._code(ceilings.reset_wl_mv) + 1),
            max_form=rng.randrange(1, LIMIT_TOP),
            max_set=rng.randrange(1, LIMIT_TOP),
            max_reset=rng.randrange(1, LIMIT_TOP),
            max_total=rng.randrange(1, 30),
            max_reversals=rng.randrange(5),
            relax_cycles=rng.choice((0, 0, 1, rng.randrange(1, 150))),
            test_kind=rng.choice(list(PulseKind)),
            test_cycles=rng.randrange(1, 6),
            bist_pattern=rng.choice(list(BistPattern)),
        )

    def start(self, longest: int = 3) -> Start:
        """A legal start over a few words."""
        begin = self._rng.randrange(len(self._words))
        order = self._words[begin : begin + self._rng.randrange(1, longest + 1)]
        return Start(self._rng.choice(OPERATIONS), order[0], order[-1])

    def broken(self, config: ProgConfig, start: Start) -> tuple[ProgConfig, Start]:
        """The same with one to three values changed, by which it may have become illegal."""
        for _ in range(self._rng.randrange(1, 4)):
            config, start = self._rng.choice(self._breaks)(config, start)
        return config, start

    def _code(self, mv: int) -> int:
        return mv // self._chip.programming.dac_step_mv

    def _table(self, wl_mv: int, line_mv: int) -> RampTable:
        wl, line = self._code(wl_mv), self._code(line_mv)
        width = 400 if self._rng.random() < 0.02 else 4
        return RampTable(
            self._ramp(wl - 60, wl, 30),
            self._ramp(line - 60, line, 30),
            self._ramp(1, width, 2),
            self._rng.randrange(len(NESTINGS)),
        )

    def _ramp(self, start: int, stop: int, step: int) -> Ramp:
        low = self._rng.randrange(start, stop + 1)
        return Ramp(low, self._rng.randrange(low, stop + 1), self._rng.randrange(1, step + 1))

    def _windows(self) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
        """Read windows side by side, and verify windows inside them."""
        rng, levels = self._rng, self._chip.chip.levels
        bounds = [0, *sorted(rng.sample(range(100, 900, 50), levels - 1)), REF_HIGHEST]
        read = tuple(Window(lo, hi) for lo, hi in pairwise(bounds))
        verify = tuple(
            Window(lo + rng.choice((0, 0, 1, 10)), hi - rng.choice((0, 0, 1, 20)))
            for lo, hi in read
        )
        return read, verify

    # What may be broken; some of it is of no use to the operation that is started.

    @property
    def _breaks(self) -> list[Callable[[ProgConfig, Start], tuple[ProgConfig, Start]]]:
        return [
            lambda config, start: (self._broken_table(config), start),
            lambda config, start: (self._broken_table(config), start),
            lambda config, start: (self._broken_number(config), start),
            lambda config, start: (self._broken_window(config), start),
            lambda config, start: (config, self._broken_range(start)),
            lambda config, start: (config, self._broken_state(start)),
        ]

    def _broken_table(self, config: ProgConfig) -> ProgConfig:
        kind = self._rng.choice(("form", "set", "reset"))
        table: RampTable = getattr(config, kind)
        if self._rng.random() < 0.1:
            return _changed(config, **{kind: _changed(table, nesting=self._rng.randrange(8))})
        name = self._rng.choice(("wl", "line", "width"))
        top = WIDTH_TOP if name == "width" else DAC_TOP
        part = self._rng.choice(("start", "stop", "step"))
        value = self._rng.choice((0, self._rng.randrange(top + 1), top))
        ramp: Ramp = _changed(getattr(table, name), **{part: value})
        return _changed(config, **{kind: _changed(table, **{name: ramp})})

    def _broken_number(self, config: ProgConfig) -> ProgConfig:
        name, values = self._rng.choice(
            (
                *((limit, (0,)) for limit in ("max_form", "max_set", "max_reset", "max_total")),
                ("wl_sense", range(300, DAC_TOP + 1)),
                ("form_ref", (0, REF_HIGHEST)),
                ("test_kind", range(4)),
                ("test_cycles", (0,)),
                ("bist_pattern", range(4)),
            )
        )
        return _changed(config, **{name: self._rng.choice(values)})

    def _broken_window(self, config: ProgConfig) -> ProgConfig:
        name = self._rng.choice(("verify", "read"))
        windows = list(getattr(config, name))
        level = self._rng.randrange(len(windows))
        bound = self._rng.choice(("lo", "hi"))
        windows[level] = windows[level]._replace(**{bound: self._rng.randrange(REF_HIGHEST + 1)})
        return _changed(config, **{name: tuple(windows)})

    def _broken_range(self, start: Start) -> Start:
        pins = self._chip.pins
        parts = (pins.layer, pins.group, pins.row)
        anywhere = Address(*(self._rng.randrange(1 << bits) for bits in parts))
        choices = ({"first": anywhere}, {"last": anywhere}, {"op": self._rng.randrange(16)})
        return _changed(start, **self._rng.choice(choices))

    def _broken_state(self, start: Start) -> Start:
        flags = ({"allow": 0}, {"supply_ok": 0}, {"unlocked": 0}, {"read_locked": 1})
        return _changed(start, **self._rng.choice(flags))


def _changed(settings: Settings, **fields: Any) -> Settings:
    return replace(settings, **fields)
