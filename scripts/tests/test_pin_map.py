"""The map of a controller's pins: what is read, and what is refused in one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chips import load_chip
from chips.errors import InputError
from scripts.sequence.pin_map import Pin, PinMap, check_width, read_map
from scripts.sequence.roles import ROLES, Side
from sim.sources import ROOT

CHIP = load_chip("mini")
EXAMPLE = ROOT / "tb" / "controllers" / "pulser" / "map.toml"


def changed(folder: Path, old: str, new: str) -> PinMap:
    """The map of the example with one text replaced."""
    text = EXAMPLE.read_text()
    assert text.count(old) == 1, old
    file = folder / "map.toml"
    file.write_text(text.replace(old, new))
    return read_map(file, CHIP)


def test_the_example_names_its_pins() -> None:
    pin_map = read_map(EXAMPLE, CHIP)
    assert pin_map.controller.top == "pulser"
    assert pin_map.parameters == {"Columns": 20}
    assert pin_map.pins["prog_row"] == Pin("addr", bits=(4, 0))
    assert pin_map.pins["wl_dac"].scale_mv == 20.0
    assert pin_map.pins["reset"] == Pin("rst", "high")


def test_roles_are_found_by_their_side() -> None:
    answers = {role.name for role, _ in read_map(EXAMPLE, CHIP).of(Side.ANSWERS)}
    assert answers == {"sense", "sense_rdy", "pump_rdy"}


def test_a_constant_stands_for_a_pin_that_is_not_there(tmp_path: Path) -> None:
    pin_map = changed(tmp_path, 'pump_rdy = "charge_ok"', "pump_rdy = { const = 1 }")
    assert pin_map.pins["pump_rdy"].const == 1
    assert "pump_rdy" not in {role.name for role, _ in pin_map.of()}


REFUSED = {
    "role": ('wl_en = "gate_on"', 'wl = "gate_on"', "pins: unknown role 'wl'; allowed: hv_kill,"),
    "missing": ('hv_en = "strike"', "", "pins: missing role 'hv_en'; give its pin or {const = n}"),
    "type": ('hv_en = "strike"', "hv_en = 5", "pins: hv_en: expected a pin or a table, found 5"),
    "key": (
        'hv_en = "strike"',
        'hv_en = { pin = "strike", level = 1 }',
        "pins: hv_en: unknown key 'level'; allowed: pin, active, bits,",
    ),
    "both": (
        'hv_en = "strike"',
        'hv_en = { pin = "strike", const = 1 }',
        "pins: hv_en: give either pin or const",
    ),
    "active": (
        'active = "low" }\nsense_en',
        'active = "0" }\nsense_en',
        "pins: bleed_en: active '0'; allowed: high, low",
    ),
    "bits": ("bits = [4, 0]", "bits = [0, 4]", "bits [0, 4]; allowed: [highest, lowest]"),
    "const": (
        'hv_en = "strike"',
        "hv_en = { const = 2 }",
        "pins: hv_en: const 2; allowed: 0..1",
    ),
    "scale": (
        '"gate_v", scale_mv = 20',
        '"gate_v", scale_mv = 0',
        "pins: wl_dac: scale_mv must be above 0",
    ),
    "scaled flag": (
        'hv_en = "strike"',
        'hv_en = { pin = "strike", scale_mv = 5 }',
        "pins: hv_en: scale_mv and offset_mv belong to a DAC code",
    ),
    "codes": (
        'sense_ref = "look_ref"',
        'sense_ref = { pin = "look_ref", codes = [5, 1024] }',
        "pins: sense_ref: codes [5, 1024]; allowed: 0..1023",
    ),
    "period": ("period_ns = 25", "period_ns = 0.001", "period_ns 0.001 must be at least 0.002"),
    "parameter": ("Columns = 20", "Columns = 2.5", "parameters: Columns: expected a number or"),
    "section": ("[pins]", "[more]\n[pins]", "unknown key 'more'; allowed: controller, pins"),
    "reset": (
        'reset = { pin = "rst", active = "high" }',
        'reset = "rst"',
        "controller: reset: expected a table, found 'rst'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_map_is_refused_in_one_line(tmp_path: Path, case: str) -> None:
    old, new, says = REFUSED[case]
    with pytest.raises(InputError, match=re.escape(says)) as caught:
        changed(tmp_path, old, new)
    assert str(caught.value).startswith(str(tmp_path / "map.toml"))
    assert "\n" not in str(caught.value)


def test_no_file_and_no_toml_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_map(tmp_path / "none.toml", CHIP)
    (tmp_path / "map.toml").write_text("pins = [")
    with pytest.raises(InputError, match="not a TOML file"):
        read_map(tmp_path / "map.toml", CHIP)


def test_a_pin_wider_than_its_role_is_refused() -> None:
    check_width(ROLES["bl_en"], Pin("cols"), CHIP.word_cells, CHIP)
    check_width(ROLES["bl_en"], Pin("cols"), 5, CHIP)
    with pytest.raises(InputError, match=r"pin cols gives 40 bits, the role has 20 at chip mini"):
        check_width(ROLES["bl_en"], Pin("cols"), 40, CHIP)


def test_bits_beyond_a_pin_are_refused() -> None:
    with pytest.raises(InputError, match=r"has bits 3\.\.0, the map asks for 4"):
        check_width(ROLES["prog_row"], Pin("row", bits=(4, 0)), 4, CHIP)


def test_a_translated_code_may_have_more_bits() -> None:
    check_width(ROLES["bl_dac"], Pin("volts", scale_mv=1.0), 12, CHIP)
    with pytest.raises(InputError, match="gives 12 bits"):
        check_width(ROLES["bl_dac"], Pin("volts"), 12, CHIP)
