// Records the electrical operations at the programming pins of the macro. An operation lasts for as
// long as a column is on; one without high voltage and without a sense strobe is not recorded. When
// it is over, op_evt is its record, with the columns and codes under the high voltage or the
// strobe, the sense bits at the end of the strobe, and times in nanoseconds, and op_tgl flips:
//   rest      bled before its first column
//   setup     columns, address and codes have been still when the word line rises
//   wordline  word line on before high voltage or strobe
//   on        high voltage or strobe
//   hold      word line on after it
// A second high voltage or strobe in one operation is a record of its own. hv_kill_ni ends an
// operation at once. There is no clock: between the changes of the pins it costs nothing.

module cnr_pulse_recorder
  import cnr_chip_pkg::*;
(
  input logic                 hv_kill_ni,
  input logic [LayerW-1:0]    prog_layer_i,
  input logic [GroupW-1:0]    prog_group_i,
  input logic [RowW-1:0]      prog_row_i,
  input logic [WordCells-1:0] bl_en_i,
  input logic [WordCells-1:0] sl_en_i,
  input logic                 wl_en_i,
  input logic [DacW-1:0]      wl_dac_i,
  input logic [DacW-1:0]      bl_dac_i,
  input logic [DacW-1:0]      sl_dac_i,
  input logic                 polarity_i,
  input logic                 hv_en_i,
  input logic                 bleed_en_i,
  input logic                 sense_en_i,
  input logic [9:0]           sense_ref_i,
  input logic [WordCells-1:0] sense_i,
  input logic                 pump_rdy_i
);

  timeunit 1ps; timeprecision 1ps;

  typedef logic [31:0] ns_t;

  function automatic ns_t now();
    return ns_t'($time / 1000);
  endfunction

  typedef struct packed {
    logic [LayerW-1:0]    layer;
    logic [GroupW-1:0]    group;
    logic [RowW-1:0]      row;
    logic [WordCells-1:0] bl_en;
    logic [WordCells-1:0] sl_en;
    logic [DacW-1:0]      wl_dac;
    logic [DacW-1:0]      bl_dac;
    logic [DacW-1:0]      sl_dac;
    logic                 polarity;
    logic [9:0]           sense_ref;
  } lines_t;

  typedef struct packed {
    logic                 pulse;      // of high voltage, else a sense
    lines_t               lines;
    logic [WordCells-1:0] sense;
    logic                 pump_low;   // at some time since the last record
    ns_t                  rest;
    ns_t                  setup;
    ns_t                  wordline;
    ns_t                  on;
    ns_t                  hold;
  } record_t;

  // What the pins do at the macro.
  lines_t lines;
  logic   columns, wordline, pulse, on, bleed;

  assign lines = '{
    layer: prog_layer_i, group: prog_group_i, row: prog_row_i,
    bl_en: bl_en_i & {WordCells{hv_kill_ni}}, sl_en: sl_en_i & {WordCells{hv_kill_ni}},
    wl_dac: wl_dac_i, bl_dac: bl_dac_i, sl_dac: sl_dac_i, polarity: polarity_i,
    sense_ref: sense_ref_i
  };
  assign columns  = (lines.bl_en | lines.sl_en) != '0;
  assign wordline = wl_en_i && hv_kill_ni;
  assign pulse    = hv_en_i && hv_kill_ni;
  assign on       = (hv_en_i || sense_en_i) && hv_kill_ni;
  assign bleed    = bleed_en_i || !hv_kill_ni;

  // What they did before, since when, and what is known of the operation so far.
  lines_t  lines_q    = '0;
  logic    columns_q  = 1'b0;
  logic    wordline_q = 1'b0;
  logic    on_q       = 1'b0;
  logic    bleed_q    = 1'b0;
  ns_t     still_since, wordline_since, on_since, off_since, bleed_since;
  record_t op_q = '0;
  logic    known_q    = 1'b0;         // there was high voltage or a strobe

  record_t op_evt;
  logic    op_tgl     = 1'b0;

  always @(lines or wordline or on or bleed or pump_rdy_i) begin
    if (on_q && !on) begin
      op_q.on    = now() - on_since;
      op_q.sense = sense_i;
      off_since  = now();
    end
    if (known_q && (!columns || (on && !on_q))) begin
      op_q.hold = now() - off_since;
      op_evt    = op_q;
      op_tgl    = ~op_tgl;
      known_q   = 1'b0;
      op_q.pump_low = 1'b0;
    end
    if (lines != lines_q) still_since = now();
    if (columns && !columns_q) op_q.rest = bleed_q ? now() - bleed_since : '0;
    if (wordline && !wordline_q) begin
      op_q.setup     = now() - still_since;
      wordline_since = now();
    end
    if (on && !on_q) begin
      known_q       = 1'b1;
      op_q.pulse    = pulse;
      op_q.lines    = lines;
      op_q.wordline = wordline ? now() - wordline_since : '0;
      on_since      = now();
    end
    if (bleed && !bleed_q) bleed_since = now();
    if (!pump_rdy_i) op_q.pump_low = 1'b1;
    lines_q    = lines;
    columns_q  = columns;
    wordline_q = wordline;
    on_q       = on;
    bleed_q    = bleed;
  end

endmodule
