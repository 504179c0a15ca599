// Inference: pixels in, label out, by the macro's input latches, layers and comparators. Wiring
// only. Frames are checked in cnr_image_load, layer clocks and permission in cnr_layer_seq, labels
// in cnr_classify. One frame can come in while the one before it is computed, and in pipelined mode
// one in each layer clock.

module cnr_inference
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic                           clk_i,
  input  logic                           rst_ni,

  input  compute_cfg_t                   cfg_i,
  input  logic                           allow_i,  // weights valid, no programming, supply ok

  input  logic                           pix_valid_i,
  output logic                           pix_ready_o,
  input  logic [PixelBytes*8-1:0]        pix_data_i,
  input  logic                           pix_last_i,

  output logic                           busy_o,
  output logic                           frame_err_o,
  output logic                           refused_o,
  output logic                           tick_o,
  output logic [NumLayers-1:0]           layer_quiet_o,
  output logic                           label_valid_o,
  output logic [ClassW-1:0]              label_o,
  output logic                           label_ambiguous_o,

  // Macro
  output logic [PixelBytes*8-1:0]        in_data_o,
  output logic [BeatW-1:0]               in_addr_o,
  output logic                           in_we_o,
  output logic                           in_load_o,
  output logic [NumLayers-1:0]           int_rst_o,
  output logic [NumLayers-1:0]           int_en_o,
  output logic [NumLayers-1:0]           sample_o,
  output logic [NumLayers-1:0]           bias_en_o,
  output logic [NumLayers*CfSelW-1:0]    cf_sel_o,
  output logic                           cmp_strobe_o,
  output logic [NumClasses*CmpTrimW-1:0] cmp_trim_o,
  input  logic [NumPairs-1:0]            cmp_i
);

  logic pending, take, finish;

  cnr_image_load u_image_load (
    .clk_i,
    .rst_ni,
    .pix_valid_i,
    .pix_ready_o,
    .pix_data_i,
    .pix_last_i,
    .pending_o(pending),
    .take_i(take),
    .frame_err_o,
    .in_data_o,
    .in_addr_o,
    .in_we_o
  );

  cnr_layer_seq u_layer_seq (
    .clk_i,
    .rst_ni,
    .cfg_i,
    .allow_i,
    .pending_i(pending),
    .take_o(take),
    .finish_o(finish),
    .busy_o,
    .refused_o,
    .tick_o,
    .layer_quiet_o,
    .in_load_o,
    .int_rst_o,
    .int_en_o,
    .sample_o,
    .bias_en_o,
    .cf_sel_o,
    .cmp_strobe_o,
    .cmp_trim_o
  );

  cnr_classify u_classify (
    .clk_i,
    .rst_ni,
    .cmp_strobe_i(cmp_strobe_o),
    .cmp_i,
    .finish_i(finish),
    .label_valid_o,
    .label_o,
    .label_ambiguous_o
  );

endmodule
