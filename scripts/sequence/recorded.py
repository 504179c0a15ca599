"""From a wave file of any simulator to the changes that `cnr_waves_tb` plays."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TextIO

from pywellen import Waveform

from chips.description import Chip
from chips.errors import InputError
from chips.geometry import DAC_CODES
from scripts.sequence.pin_map import Pin, PinMap, check_width
from scripts.sequence.roles import CHECKED, Role, width_of

KNOWN = str.maketrans("xzuwlh-", "0000010")  # nine values of VHDL, in lower case
SUGGESTED = 3
PS_EXPONENT = 12

Change = tuple[int, int, int]  # time in units of the file, index of the role, value at the chip


@dataclass
class Recording:
    """What was read of a wave file; `unknown`: values with x or z, taken as 0."""

    changes: int = 0
    unknown: int = 0
    end_ps: int = 0


def write_changes(file: Path, pin_map: PinMap, chip: Chip, scope: str, to: Path) -> Recording:
    """Write the changes of all mapped pins.

    Raises
    ------
    InputError
        The file is no wave file, or holds no such pin.
    """
    wave = _open(file)
    recording = Recording()
    variables = {variable.full_name: variable for variable in wave.all_vars()}
    tracks = [
        _track(index, role, pin_map.pins[role.name], variables, scope, chip, recording)
        for index, role in enumerate(CHECKED)
        if role.name in pin_map.pins and pin_map.pins[role.name].pin
    ]
    with to.open("w") as out:
        _play(merge(*tracks, key=itemgetter(0)), _Picture(pin_map, chip), _ps(wave), out, recording)
    return recording


class _Picture:
    """All pins as one number, the first role of `CHECKED` in the highest bits."""

    def __init__(self, pin_map: PinMap, chip: Chip) -> None:
        widths = [width_of(role, chip) for role in CHECKED]
        self._shifts = [sum(widths[index + 1 :]) for index in range(len(widths))]
        self._values = [0] * len(widths)
        self.whole = 0
        for index, role in enumerate(CHECKED):
            pin = pin_map.pins.get(role.name, Pin(const=role.idle))
            if pin.const is not None:
                self.set(index, pin.const ^ int(role.active_low))

    def set(self, index: int, value: int) -> None:
        self.whole ^= (self._values[index] ^ value) << self._shifts[index]
        self._values[index] = value


def _play(
    changes: Iterator[Change],
    picture: _Picture,
    ps: Callable[[int], int],
    out: TextIO,
    recording: Recording,
) -> None:
    """One line per time at which a pin changed; the first values hold from the start."""
    last, now_ps = -1, 0
    for time, group in groupby(changes, key=itemgetter(0)):
        for _, index, value in group:
            picture.set(index, value)
        if picture.whole == last:
            continue
        if last < 0:
            print(0, f"{picture.whole:x}", file=out)
        print(ps(time) - now_ps, f"{picture.whole:x}", file=out)
        last, now_ps = picture.whole, ps(time)
        recording.changes += 1
    recording.end_ps = now_ps


def _track(
    index: int,
    role: Role,
    pin: Pin,
    variables: Mapping[str, Any],
    scope: str,
    chip: Chip,
    recording: Recording,
) -> Iterator[Change]:
    """Changes of one role, after a look at its pin."""
    variable = _variable(role, f"{scope}.{pin.pin}" if scope else pin.pin, variables)
    bits = variable.bitwidth
    check_width(role, pin, bits, chip)
    return _changes(index, variable, chip_value(role, pin, bits, chip), recording)


def _changes(
    index: int, variable: Any, value_of: Callable[[int], int], recording: Recording
) -> Iterator[Change]:
    for time, raw in variable.tv:
        value = raw
        if isinstance(raw, str):
            recording.unknown += 1
            value = int(raw.lower().translate(KNOWN), 2)
        yield time, index, value_of(value)


def _variable(role: Role, name: str, variables: Mapping[str, Any]) -> Any:
    if name not in variables:
        near = difflib.get_close_matches(name, variables, SUGGESTED, 0.0)
        raise InputError(f"pins: {role.name}: the file has no signal '{name}'; near: {near}")
    if variables[name].bitwidth is None:
        raise InputError(f"pins: {role.name}: signal {name} has no bits")
    return variables[name]


def chip_value(role: Role, pin: Pin, bits: int, chip: Chip) -> Callable[[int], int]:
    """From the value of a whole pin of so many bits to that of the role at the chip's pins."""
    high, low = pin.bits or (bits - 1, 0)
    mask = (1 << (high - low + 1)) - 1
    inverted = mask if (pin.active == "low") != role.active_low else 0

    @lru_cache(maxsize=1 << 16)
    def convert(value: int) -> int:
        part = (value >> low & mask) ^ inverted
        if pin.scale_mv is not None:
            return _code((pin.offset_mv + pin.scale_mv * part) / chip.programming.dac_step_mv)
        if pin.codes:
            return pin.codes[part] if part < len(pin.codes) else 0
        return part

    return convert


def _code(exact: float) -> int:
    return min(max(int(exact + 0.5), 0), DAC_CODES - 1)


def _ps(wave: Waveform) -> Callable[[int], int]:
    """From times of the file to picoseconds, rounded down."""
    scale = wave.timescale
    if scale is None:
        raise InputError("FILE: it has no time scale")
    exponent = scale.unit.to_exponent() + PS_EXPONENT
    if exponent >= 0:
        return lambda time: int(time * scale.factor * 10**exponent)
    return lambda time: int(time * scale.factor // 10**-exponent)


def _open(file: Path) -> Waveform:
    try:
        with _quiet():
            return Waveform(str(file))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the reader panics on some broken files
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"FILE={file}: not an FST, VCD or GHW file: {reason}") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing to standard error, where a panicking reader prints its stack."""
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
