from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chips import load_chip
from tb.host.codes import LevelWindow, code_ohm, formed_code, window_codes
from tb.host.host import Host, HostError
from tb.host.recording import Recording
from tb.host.regmap import REGISTERS

CHIP = load_chip("mini")
OPEN = LevelWindow(0, math.inf, 0, math.inf)


class FakeChip:
    """Registers that hold what is written."""

    def __init__(self, **words: int) -> None:
        expected = {"id": 0x434E5231, "version": 0x10000, "geometry": CHIP.geometry_hash}
        self.words = {REGISTERS[n].address: w for n, w in (expected | words).items()}

    async def write(self, address: int, data: int) -> None:
        self.words[address] = data if address != REGISTERS["cause"].address else 0

    async def read(self, address: int) -> int:
        return self.words.get(address, 0)

    async def wait(self) -> None:
        raise AssertionError("the host waits for an event that never comes")

    def fields(self, name: str, index: int = 0) -> dict[str, int]:
        return REGISTERS[name].decode(self.words[REGISTERS[name].at(index)])


def run(chip: FakeChip, action: Callable[[Host], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(action(Host(chip, chip, CHIP)))


@pytest.mark.parametrize(
    ("name", "word", "message"),
    [
        ("id", 0, "id is 0x0, expected 0x434e5231"),
        ("version", 0x2_0000, "version is 0x2, expected 0x1"),
        ("geometry", 1, "geometry is 0x1"),
    ],
)
def test_another_chip_is_refused(name: str, word: int, message: str) -> None:
    with pytest.raises(HostError, match=message):
        run(FakeChip(**{name: word}), Host.connect)


def test_a_newer_minor_version_is_accepted() -> None:
    chip = FakeChip(version=0x1_0007)
    run(chip, Host.connect)
    assert chip.words[REGISTERS["irq_mask"].address] == 0xFFFFFFFF


def test_ramps_and_limits_come_from_the_description() -> None:
    chip = FakeChip()
    levels = [LevelWindow(0, code_ohm(180), 0, code_ohm(200)), OPEN]
    run(chip, lambda host: host.configure_programming(levels, code_ohm(800), sense_trim=-3))
    prog = CHIP.programming
    assert chip.fields("ramp_form.wl") == {
        "start": prog.form.wl_start_mv // 10,
        "stop": prog.form.wl_stop_mv // 10,
    }
    assert chip.fields("ramp_reset.width")["stop"] == prog.reset.width_stop_ns // 20
    assert chip.fields("ramp_set.loops") == {"width_step": 1, "nesting": 0}
    assert chip.fields("verify_window", 0) == {"lo": 0, "hi": 180}
    assert chip.fields("read_window", 1) == {"lo": 0, "hi": 1023}
    assert chip.fields("sense") == {"form_ref": 800, "wl_sense": 180, "sense_trim": 64 - 3}
    assert chip.fields("limit_totals")["max_total"] == prog.max_pulses_total


def test_a_window_per_level_is_needed() -> None:
    with pytest.raises(ValueError, match="1 windows, the chip has 2 levels"):
        run(FakeChip(), lambda host: host.configure_programming([OPEN], 1e6))


def test_an_amplitude_between_two_codes_is_refused() -> None:
    ramp = replace(CHIP.programming.set, wl_stop_mv=1705)
    with pytest.raises(ValueError, match="set: wl_stop_mv = 1705 is no multiple of 10"):
        run(FakeChip(), lambda host: host.write_ramp("set", ramp))


def test_windows_are_rounded_inwards() -> None:
    assert window_codes(code_ohm(100.4), code_ohm(200.6)) == (101, 200)
    assert window_codes(code_ohm(100), code_ohm(200)) == (100, 200)
    assert window_codes(0, math.inf) == (0, 1023)
    for code in range(1, 1022):
        assert window_codes(code_ohm(code), code_ohm(code + 1)) == (code, code + 1)


def test_no_cell_below_the_forming_reference_is_formed_again() -> None:
    assert code_ohm(formed_code(150e3)) >= 150e3
    assert formed_code(code_ohm(700)) == 700


@pytest.mark.parametrize(
    ("lo", "hi", "message"),
    [
        (3000, 2900, "no code lies between"),
        (3000, 3001, "no code lies between"),
        (400, 3000, "400 ohm has no reference code"),
        (3000, 1e9, r"1e\+09 ohm has no reference code"),
    ],
)
def test_a_window_that_cannot_be_told_is_refused(lo: float, hi: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        window_codes(lo, hi)


def test_a_recording_lists_every_access(tmp_path: Path) -> None:
    chip = FakeChip()
    recording = Recording(chip, chip)
    asyncio.run(Host(recording, recording, CHIP).configure_compute([3, 4], [1, 2]))
    recording.save(tmp_path / "host.csv")
    lines = (tmp_path / "host.csv").read_text().splitlines()
    assert lines[0] == "command,register,address,data"
    assert lines[1] == "write,layer[0],0x0180,0x00000103"
    assert lines[2] == "write,layer[1],0x0184,0x00000204"
    assert lines[3].startswith("read,cause,0x0010")
