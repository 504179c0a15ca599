"""The check of a recorded wave: its pins, played to the checker at their recorded times."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from chips import Chip, load_chip
from chips.errors import InputError
from scripts.command_line import existing
from scripts.sequence.pin_map import RESET_ROLE, PinMap, read_map
from scripts.sequence.recorded import Recording, write_changes
from scripts.sequence.report import Verdict
from scripts.sequence.run import BUILD, CHECKER, Finished, run_checked, shown, tag
from sim.benches import Bench
from sim.build import build_bench
from tb.sequence.report import read_report

TIMEOUT_S = 24 * 3600.0  # wall clock


@dataclass(frozen=True)
class ReplayOptions:
    """What the user asks for; `scope` goes before that of the map."""

    file: str
    map_file: str
    chip: str
    scope: str


def check_recorded(options: ReplayOptions) -> Verdict:
    """Read the wave, play it to the checker and judge.

    Raises
    ------
    InputError
        The wave or the map cannot be used.
    """
    chip = load_chip(options.chip)
    file = existing("FILE", options.file)
    map_file = existing("MAP", options.map_file)
    pin_map = read_map(map_file, chip)
    changes = BUILD / f"changes-{tag(str(file), str(map_file), chip.name, options.scope)}.txt"
    changes.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _played(options, file, pin_map, chip, changes)
    finally:
        changes.unlink(missing_ok=True)


def _played(
    options: ReplayOptions, file: Path, pin_map: PinMap, chip: Chip, changes: Path
) -> Verdict:
    scope = options.scope or pin_map.controller.scope
    recording = write_changes(file, pin_map, chip, scope, changes)
    if not recording.changes:
        raise InputError(f"FILE={options.file}: no mapped pin changes in it")
    player = _player(bool(pin_map.pins.get(RESET_ROLE)))
    build_bench(player, chip.name)
    start = time.monotonic()
    finished = run_checked(player, chip.name, 1, {}, (f"+changes={changes}",))
    return _verdict(options, pin_map, recording, finished, time.monotonic() - start)


def _player(has_reset: bool) -> Bench:
    """The checker behind the player, which waits for the reset where one is recorded."""
    return Bench(
        "waves_player",
        "cnr_waves_tb",
        (*CHECKER, "tb/harness/cnr_waves_tb.sv"),
        parameters={"AwaitReset": int(has_reset)},
        checkers=False,
        timeout_s=TIMEOUT_S,
        suite=False,
    )


def _verdict(
    options: ReplayOptions,
    pin_map: PinMap,
    recording: Recording,
    finished: Finished,
    seconds: float,
) -> Verdict:
    return Verdict(
        subject={"waves": options.file, "chip": options.chip},
        roles=tuple(role.name for role, _ in pin_map.of()),
        log=read_report(finished.log.read_text(errors="replace")),
        cut=finished.cut,
        notes={
            "recorded": f"{recording.end_ps / 1e6:g} us, {recording.changes:,} changes",
            "speed": f"{recording.changes / seconds:,.0f} changes/s",
            "x or z": f"{recording.unknown:,} values, taken as 0",
            "log": shown(finished.log),
        },
    )
