"""The example behind a glue module that turns every kind of pin round: the map turns it back."""

from __future__ import annotations

from pathlib import Path

from scripts.sequence.live import LiveOptions, check_live
from scripts.sequence.replay import ReplayOptions, check_recorded
from sim.sources import ROOT

EXAMPLE = ROOT / "tb" / "controllers" / "pulser"
FOLDER = ROOT / "build" / "variants" / "turned"

# Masks active low in one bus, a bit line above 2 V in 10 mV, the reference as an inverted choice
# of three, answers inverted and in one bus.
GLUE = """
module turned (
  input logic clk, rst_n, go, write, input logic [7:0] place, input logic [4:0] words,
  input logic [19:0] data, input logic data_ok,
  output logic data_take, busy, finished, trouble, forming, next_word, lost,
  output logic [7:0] addr, output logic [39:0] columns_n, output logic gate_on,
  output logic [11:0] gate_v, bit_v, source_v, output logic reversed, strike, bleed_n, look,
  output logic [1:0] look_n, input logic [21:0] answers
);
  logic [19:0] bit_on, source_on;
  logic [7:0] gate, bits, source;
  logic [9:0] look_ref;
  assign columns_n = ~{bit_on, source_on};
  assign gate_v    = 12'(gate);
  assign bit_v     = (bits > 8'd100) ? 12'(bits - 8'd100) * 12'd2 : 12'd0;
  assign source_v  = 12'(source) * 12'd4;
  assign look_n    = (look_ref == 10'd702) ? ~2'd2 : (look_ref == 10'd277) ? ~2'd1 : ~2'd0;
  pulser u_pulser (
    .*, .rst(!rst_n), .gate_v(gate), .bit_v(bits), .source_v(source),
    .seen(~answers[20:1]), .seen_ok(!answers[0]), .charge_ok(answers[21])
  );
endmodule
"""

CHANGED = {
    'top = "pulser"': 'top = "turned"',
    'reset = { pin = "rst", active = "high" }': 'reset = { pin = "rst_n", active = "low" }',
    "parameters = { Columns = 20 }\n": "",
    'bl_en = "bit_on"': 'bl_en = { pin = "columns_n", bits = [39, 20], active = "low" }',
    'sl_en = "source_on"': 'sl_en = { pin = "columns_n", bits = [19, 0], active = "low" }',
    '"bit_v", scale_mv = 20': '"bit_v", scale_mv = 10, offset_mv = 2000',
    '"source_v", scale_mv = 20': '"source_v", scale_mv = 5',
    'sense_ref = "look_ref"': (
        'sense_ref = { pin = "look_n", codes = [128, 277, 702], active = "low" }'
    ),
    'sense = "seen"': 'sense = { pin = "answers", bits = [20, 1], active = "low" }',
    'sense_rdy = "seen_ok"': 'sense_rdy = { pin = "answers", bits = [0, 0], active = "low" }',
    'pump_rdy = "charge_ok"': 'pump_rdy = { pin = "answers", bits = [21, 21] }',
}


def turned() -> tuple[Path, Path]:
    """The glue module and its map."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = (EXAMPLE / "map.toml").read_text()
    for old, new in CHANGED.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    glue, pin_map = FOLDER / "turned.sv", FOLDER / "map.toml"
    glue.write_text(GLUE)
    pin_map.write_text(text)
    return glue, pin_map


def test_a_map_turns_every_kind_of_pin(seed: int) -> None:
    glue, pin_map = turned()
    files = (str(EXAMPLE / "pulser.sv"), str(glue))
    stimulus = str(EXAMPLE / "stimulus.py")
    live = check_live(
        LiveOptions(files, str(pin_map), stimulus, "mini", "amer2024", seed, 100.0, waves="vcd")
    )
    assert live.complaints == []
    assert live.log.violations == ()
    assert sum(word["right"] for word in live.cells["words"]) == 80
    wave = str(ROOT / live.notes["waves"])
    recorded = check_recorded(ReplayOptions(wave, str(pin_map), "mini", "cnr_controller_tb"))
    assert recorded.status == 0
    assert recorded.log.exercised["A15"] == live.log.exercised["A15"] > 0
