// Bench top: inference, pulsed read and power guard, joined as on the chip. Whatever programs cells
// is two inputs: allow_i, low while it runs, and the high-voltage enable.

module cnr_compute_tb
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic                           clk_i,
  input  logic                           rst_ni,

  input  compute_cfg_t                   cfg_i,
  input  logic                           allow_i,   // no programming
  input  logic                           hv_en_i,
  input  logic                           supply_ok_async_i,
  input  logic                           test_mode_i,
  input  logic                           pump_rdy_i,
  output logic                           hv_kill_no,
  output logic                           supply_ok_o,
  output logic                           pump_ok_o,
  output logic                           brown_out_o,
  output logic                           watchdog_o,

  input  logic                           read_start_i,
  output logic                           read_busy_o,
  output logic                           read_done_o,
  output logic                           weights_valid_o,
  output logic                           expired_o,
  output logic [BankW-1:0]               rd_bank_o,
  output logic                           rd_rst_o,
  output logic                           rd_pulse_o,

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

  cnr_power_guard u_power_guard (
    .clk_i,
    .rst_ni,
    .supply_ok_async_i,
    .test_mode_i,
    .pump_rdy_i,
    .hv_en_i,
    .hv_kill_no,
    .supply_ok_o,
    .pump_ok_o,
    .brown_out_o,
    .watchdog_o
  );

  cnr_read_seq u_read_seq (
    .clk_i,
    .rst_ni,
    .start_i(read_start_i),
    .refresh_en_i(cfg_i.refresh_en),
    .allow_i,
    .invalidate_i(hv_en_i || !supply_ok_o),
    .layer_quiet_i(layer_quiet_o),
    .busy_o(read_busy_o),
    .done_o(read_done_o),
    .weights_valid_o,
    .expired_o,
    .rd_bank_o,
    .rd_rst_o,
    .rd_pulse_o
  );

  cnr_inference u_inference (
    .clk_i,
    .rst_ni,
    .cfg_i,
    .allow_i(weights_valid_o && allow_i && supply_ok_o),
    .pix_valid_i,
    .pix_ready_o,
    .pix_data_i,
    .pix_last_i,
    .busy_o,
    .frame_err_o,
    .refused_o,
    .tick_o,
    .layer_quiet_o,
    .label_valid_o,
    .label_o,
    .label_ambiguous_o,
    .in_data_o,
    .in_addr_o,
    .in_we_o,
    .in_load_o,
    .int_rst_o,
    .int_en_o,
    .sample_o,
    .bias_en_o,
    .cf_sel_o,
    .cmp_strobe_o,
    .cmp_trim_o,
    .cmp_i
  );

endmodule
