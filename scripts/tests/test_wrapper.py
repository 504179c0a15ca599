"""The generated top around a controller: its ports, what it refuses, how pins are turned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chips import load_chip
from chips.errors import InputError
from scripts.sequence.pin_map import read_map
from scripts.sequence.ports import Port, read_ports
from scripts.sequence.wrapper import wrapper
from sim.sources import ROOT

CHIP = load_chip("mini")
EXAMPLE = ROOT / "tb" / "controllers" / "pulser"

PORTS = """
package types;
  typedef enum logic [1:0] {A, B} e_t;
  typedef struct packed {logic [3:0] a; e_t b;} s_t;
endpackage
module many import types::*; #(parameter int N = 20) (
  input logic clk, input logic [N-1:0] data, output e_t state, output s_t both, inout wire pad,
  output logic [0:3] up, output logic [1:0][2:0] table_o
);
  assign {state, both, up, table_o} = '0;
endmodule
module hollow (input logic [3:0] words [2]);
endmodule
"""


@pytest.fixture
def rtl(tmp_path: Path) -> Path:
    file = tmp_path / "many.sv"
    file.write_text(PORTS)
    return file


def wrapped(folder: Path, old: str = "", new: str = "") -> str:
    """The top of the example, with one text of its map replaced."""
    text = (EXAMPLE / "map.toml").read_text()
    assert old in text
    file = folder / "map.toml"
    file.write_text(text.replace(old, new, 1) if old else text)
    ports = read_ports([EXAMPLE / "pulser.sv"], "pulser", {}, [])
    ports["pad"] = Port("pad", "inout", 1)
    return wrapper(read_map(file, CHIP), ports, CHIP)


def test_ports_are_read_with_their_widths(rtl: Path) -> None:
    ports = read_ports([rtl], "many", {"N": 12}, [])
    bits = {port.name: port.bits for port in ports.values()}
    assert bits == {
        "clk": 1, "data": 12, "state": 2, "both": 6, "pad": 1, "up": 4, "table_o": 6
    }  # fmt: skip
    assert [port.direction for port in ports.values()] == [
        "input", "input", "output", "output", "inout", "output", "output"
    ]  # fmt: skip


NOT_READ = {
    "none": ({"N": 12}, "NOT CALLED", "'NOT CALLED' was not found"),
    "M": ({"M": 12}, "many", "Parameters from the command line were not found in the design: M"),
    "words": ({}, "hollow", "RTL: port words is no vector; give the top flat ports"),
}


@pytest.mark.parametrize("case", NOT_READ)
def test_what_has_no_flat_ports_is_one_line(rtl: Path, case: str) -> None:
    parameters, top, says = NOT_READ[case]
    with pytest.raises(InputError, match=re.escape(says)) as caught:
        read_ports([rtl], top, parameters, [])
    assert "\n" not in str(caught.value)


def test_all_inputs_but_the_answered_are_ports_of_the_top(tmp_path: Path) -> None:
    header = wrapped(tmp_path).split(");")[0]
    assert re.findall(r"input  logic (?:\[\S+\] )?(\w+)", header) == [
        "cnr_power_ok", "clk", "rst", "go", "write", "place", "words", "data", "data_ok"
    ]  # fmt: skip


def test_pins_are_turned_into_those_of_the_chip(tmp_path: Path) -> None:
    text = wrapped(tmp_path)
    assert "assign role_prog_group = 1'(addr[5:5]);" in text
    assert "assign role_bleed_en = 1'({~bleed_n});" in text
    assert "assign role_wl_dac = code_of(0.0 + 20.0 * real'(gate_v));" in text
    assert "assign role_reset = 1'({~rst});" in text
    assert "assign role_hv_kill = 1'd1;" in text


def test_codes_become_a_choice(tmp_path: Path) -> None:
    codes = 'sense_ref = { pin = "addr", bits = [1, 0], codes = [128, 277] }'
    text = wrapped(tmp_path, 'sense_ref = "look_ref"', codes)
    assert "(addr[1:0] == 0) ? 10'd128 : (addr[1:0] == 1) ? 10'd277 : '0;" in text


def test_the_only_bit_of_a_pin_is_the_pin(tmp_path: Path) -> None:
    one = 'hv_en = { pin = "strike", bits = [0, 0] }'
    assert "assign role_hv_en = 1'(strike);" in wrapped(tmp_path, 'hv_en = "strike"', one)


REFUSED = {
    "name": ('"strike"', '"strik"', "pins: hv_en: no port 'strik'; allowed: clk, rst, go,"),
    "direction": ('"strike"', '"go"', "pin go is an input of pulser, must be an output"),
    "answer": ('"seen_ok"', '"busy"', "pin busy is an output of pulser, must be an input"),
    "inout": ('"strike"', '"pad"', "pin pad is an inout, must be an input or an output"),
    "clock": ('pin = "clk"', 'pin = "ck"', "pins: clock: no port 'ck'"),
    "clock direction": ('pin = "clk"', 'pin = "busy"', "clock: pin busy is an output of pulser"),
    "reset direction": ('pin = "rst"', 'pin = "busy"', "reset: pin busy is an output of pulser"),
    "width": ('"strike"', '"addr"', "pin addr gives 8 bits, the role has 1 at chip mini"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_map_that_does_not_fit_is_one_line(tmp_path: Path, case: str) -> None:
    old, new, says = REFUSED[case]
    with pytest.raises(InputError, match=re.escape(says)) as caught:
        wrapped(tmp_path, old, new)
    assert "\n" not in str(caught.value)
