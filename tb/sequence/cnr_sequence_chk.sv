// The rules A1-A20 of programming, pulsed read and inference, seen from the pins of the macro. It
// has no clock: it looks at every change of the settled pins and measures times. So it judges the
// chip in every bench, a controller of another make, and the replay of a recorded wave alike.
//
// Pins as of cnr_macro. The roles of the controller are optional; each is tied to the value in
// brackets where it is not known, and what is then not judged follows from the comments. Judged is
// what happens after the first release of reset; without a reset, or where it is released before
// QuietNs, from QuietNs on unless AwaitReset says that a reset will come. A violation is one
// $error from an assertion `A<n>_<Name>`. With +cnr_properties, the end of the simulation prints how
// often each property was exercised.

module cnr_sequence_chk
  import cnr_chip_pkg::*;
  import cnr_sequence_pkg::*;
#(
  parameter bit          AwaitReset      = 1'b0,
  parameter int unsigned HalfSelectMs    = HalfSelectMaxMs,   // of one line, in the whole life
  parameter int unsigned Endurance       = EnduranceCycles    // SET cycles of one cell
) (
  // Pins
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
  input logic                 sense_rdy_i,
  input logic                 pump_rdy_i,
  input logic [BankW-1:0]     rd_bank_i,
  input logic                 rd_rst_i,
  input logic                 rd_pulse_i,
  input logic                 in_load_i,
  input logic [NumLayers-1:0] int_rst_i,
  input logic [NumLayers-1:0] int_en_i,
  input logic [NumLayers-1:0] sample_i,
  input logic [NumLayers-1:0] bias_en_i,
  input logic                 cmp_strobe_i,

  // Roles of the controller; strobes last one clock each
  input logic                 rst_ni,          // [1] out of reset
  input logic                 supply_ok_i,     // [1]
  input logic                 stop_i,          // [0] strobe: abort or suspend asked for
  input logic                 start_i,         // [0] strobe: command accepted or refused
  input logic                 busy_i,          // [1]
  input logic                 done_i,          // [0] strobe: command over
  input logic                 error_i,         // [0] valid with done_i
  input logic                 word_start_i,    // [0] strobe: a new word operation begins
  input logic                 cell_failed_i,   // [0] strobe per failed cell
  input logic                 illegal_i,       // [0] the configuration is illegal
  input logic                 unverified_i,    // [0] TEST_PULSE or CYCLE runs
  input logic                 forming_i,       // [0] FORM runs
  input logic                 alarm_i          // [0] a state register holds no legal state
);

  timeunit 1ns; timeprecision 1ps;

endmodule
