"""Reading recorded waves: values as the chip has them, times, unknown bits, unusable files."""

from __future__ import annotations

from pathlib import Path

import pytest

from chips import load_chip
from chips.errors import InputError
from scripts.sequence import recorded
from scripts.sequence.pin_map import Pin, PinMap, read_map
from scripts.sequence.recorded import Recording, chip_value, write_changes
from scripts.sequence.roles import CHECKED, ROLES, width_of

CHIP = load_chip("mini")

MAP = """
[controller]
reset = { pin = "rst_n", active = "low" }
scope = "tb.dut"

[pins]
prog_layer = { const = 1 }
prog_group = { const = 0 }
prog_row = "row"
bl_en = { pin = "cols_n", active = "low" }
sl_en = { const = 0 }
wl_en = { const = 0 }
wl_dac = { const = 0 }
bl_dac = { pin = "volts", scale_mv = 25, offset_mv = 5 }
sl_dac = { const = 0 }
polarity = { const = 0 }
hv_en = "hv"
bleed_en = { const = 1 }
sense_en = { const = 0 }
sense_ref = { const = 0 }
sense = { const = 0 }
sense_rdy = { const = 0 }
pump_rdy = { const = 1 }
"""

VCD = """
$timescale 100 ps $end
$scope module tb $end
$scope module dut $end
$var wire 1 ! rst_n $end
$var wire 1 @ hv $end
$var wire 5 # row [4:0] $end
$var wire 4 % cols_n [3:0] $end
$var wire 8 & volts [7:0] $end
$var real 64 ' analog $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
x!
x@
bxxx #
b1111 %
b0 &
#50
1!
0@
b0 #
#70
b1z01 #
b110 %
#80
1@
0@
#90
b1000 &
#95
1@
"""


def pin_map(folder: Path, text: str = MAP) -> PinMap:
    """A map for the wave above."""
    file = folder / "map.toml"
    file.write_text(text)
    return read_map(file, CHIP)


def played(folder: Path, vcd: str = VCD, text: str = MAP) -> tuple[Recording, list[dict[str, int]]]:
    """What a wave gives: the values of every line by role, and its time as `ps`."""
    file, to = folder / "wave.vcd", folder / "changes.txt"
    file.write_text(vcd)
    mapped = pin_map(folder, text)
    recording = write_changes(file, mapped, CHIP, mapped.controller.scope, to)
    lines, time_ps = [], 0
    for line in to.read_text().splitlines():
        delay, pins = line.split()
        time_ps += int(delay)
        lines.append({"ps": time_ps, **unpacked(int(pins, 16))})
    return recording, lines


def unpacked(pins: int) -> dict[str, int]:
    """Values by role, as cnr_waves_tb takes them apart."""
    values = {}
    for role in reversed(CHECKED):
        width = width_of(role, CHIP)
        values[role.name] = pins & ((1 << width) - 1)
        pins >>= width
    return values


def test_times_are_those_of_the_file(tmp_path: Path) -> None:
    recording, lines = played(tmp_path)
    assert [line["ps"] for line in lines] == [0, 0, 5000, 7000, 9000, 9500]
    assert (recording.changes, recording.end_ps) == (5, 9500)


def test_values_are_those_at_the_chip(tmp_path: Path) -> None:
    _, lines = played(tmp_path)
    assert [line["bl_en"] for line in lines] == [0, 0, 0, 0b1001, 0b1001, 0b1001]
    assert [line["bl_dac"] for line in lines] == [1, 1, 1, 1, 21, 21]
    assert [line["reset"] for line in lines] == [0, 0, 1, 1, 1, 1]
    assert {line["hv_kill"] for line in lines} == {1}
    assert {line["prog_layer"] for line in lines} == {1}


def test_unknown_bits_are_zeros_and_counted(tmp_path: Path) -> None:
    recording, lines = played(tmp_path)
    assert [line["prog_row"] for line in lines][-3:] == [0b1001] * 3
    assert recording.unknown == 4


def test_a_glitch_of_no_time_is_not_played(tmp_path: Path) -> None:
    _, lines = played(tmp_path)
    assert 8000 not in {line["ps"] for line in lines}
    assert [line["hv_en"] for line in lines] == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("scale", "last_ps"), [("1 ns", 95_000), ("10 fs", 0), ("1 us", 95 * 10**6)]
)
def test_any_time_scale_is_understood(tmp_path: Path, scale: str, last_ps: int) -> None:
    recording, _ = played(tmp_path, VCD.replace("100 ps", scale))
    assert recording.end_ps == last_ps


def test_a_signal_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"hv_en: the file has no signal 'tb\.dut\.hx'; near: "):
        played(tmp_path, text=MAP.replace('hv_en = "hv"', 'hv_en = "hx"'))


def test_an_analog_signal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"hv_en: signal tb\.dut\.analog has no bits"):
        played(tmp_path, text=MAP.replace('hv_en = "hv"', 'hv_en = "analog"'))


@pytest.mark.parametrize("content", ["", "no wave\n", "\0\1\2"])
def test_a_file_that_is_no_wave_is_one_line(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="not an FST, VCD or GHW file: ") as caught:
        played(tmp_path, vcd=content)
    assert "\n" not in str(caught.value)


def test_codes_are_looked_up() -> None:
    convert = chip_value(ROLES["sense_ref"], Pin("sel", codes=(128, 277, 702)), 2, CHIP)
    assert [convert(value) for value in range(4)] == [128, 277, 702, 0]


def test_a_part_of_a_bus_is_cut_out() -> None:
    convert = chip_value(ROLES["prog_group"], Pin("addr", bits=(5, 5)), 8, CHIP)
    assert [convert(value) for value in (0b011111, 0b100000, 0b1000000)] == [0, 1, 0]


def test_a_voltage_takes_the_nearest_code_of_the_chip() -> None:
    convert = chip_value(ROLES["wl_dac"], Pin("v", scale_mv=16.0, offset_mv=-10.0), 9, CHIP)
    assert [convert(value) for value in (0, 1, 2, 255, 400)] == [0, 1, 2, 407, 511]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_the_end_of_the_program_is_no_bad_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    failing(monkeypatch, error())
    with pytest.raises(error):
        played(tmp_path)


def test_an_error_without_a_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, MemoryError())
    with pytest.raises(InputError, match="not an FST, VCD or GHW file: MemoryError"):
        played(tmp_path)


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the reader of wave files raise."""

    def reader(_: str) -> None:
        raise error

    monkeypatch.setattr(recorded, "Waveform", reader)
