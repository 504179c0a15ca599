// The analog macro: RRAM arrays, reader, MACs, integrators, pooling and comparators. A black box
// with the pins of docs/design.md; in simulation tb/macro/cnr_macro.sv stands in its place.

(* blackbox *)
module cnr_macro
  import cnr_chip_pkg::*;
(
  // Emergency off, asynchronous, active low: all drivers off, bleed on.
  input  logic                           hv_kill_ni,
  // Programming and sensing.
  input  logic [LayerW-1:0]              prog_layer_i,
  input  logic [GroupW-1:0]              prog_group_i,
  input  logic [RowW-1:0]                prog_row_i,
  input  logic [WordCells-1:0]           bl_en_i,
  input  logic [WordCells-1:0]           sl_en_i,
  input  logic                           wl_en_i,
  input  logic [DacW-1:0]                wl_dac_i,
  input  logic [DacW-1:0]                bl_dac_i,
  input  logic [DacW-1:0]                sl_dac_i,
  input  logic                           polarity_i,   // 0: SET direction, 1: RESET direction
  input  logic                           hv_en_i,
  input  logic                           bleed_en_i,
  input  logic                           sense_en_i,
  input  logic [9:0]                     sense_ref_i,
  output logic [WordCells-1:0]           sense_o,      // 1: resistance above the reference
  output logic                           sense_rdy_o,
  output logic                           pump_rdy_o,
  // Pulsed read.
  input  logic [BankW-1:0]               rd_bank_i,
  input  logic                           rd_rst_i,
  input  logic                           rd_pulse_i,
  // Input latches. in_we_i stays high over consecutive beats while data and address change with
  // one edge: the latch bank captures at the end of each beat and holds against the next.
  input  logic [PixelBytes*8-1:0]        in_data_i,
  input  logic [BeatW-1:0]               in_addr_i,
  input  logic                           in_we_i,
  input  logic                           in_load_i,    // into the half of the sample-and-hold that
                                                       // the next reset of layer 0 puts before it
  // Compute.
  input  logic [NumLayers-1:0]           int_rst_i,
  input  logic [NumLayers-1:0]           int_en_i,
  input  logic [NumLayers-1:0]           sample_i,
  input  logic [NumLayers-1:0]           bias_en_i,
  input  logic [NumLayers*CfSelW-1:0]    cf_sel_i,
  input  logic                           cmp_strobe_i,
  input  logic [NumClasses*CmpTrimW-1:0] cmp_trim_i,
  output logic [NumPairs-1:0]            cmp_o,        // pair (i < j), lexicographic: V_i >= V_j
  input  logic [3:0]                     atest_sel_i   // docs/design.md
);

endmodule
