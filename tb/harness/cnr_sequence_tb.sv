// The sequence checker alone, with budgets that a bench can exceed.

module cnr_sequence_tb
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
  input logic                 rst_ni,
  input logic                 supply_ok_i,
  input logic                 stop_i,
  input logic                 start_i,
  input logic                 busy_i,
  input logic                 done_i,
  input logic                 error_i,
  input logic                 word_start_i,
  input logic                 cell_failed_i,
  input logic                 illegal_i,
  input logic                 unverified_i,
  input logic                 forming_i,
  input logic                 alarm_i
);

  localparam int unsigned HalfSelectMs = 1;
  localparam int unsigned Endurance    = 3;

  cnr_sequence_chk #(
    .HalfSelectMs(HalfSelectMs),
    .Endurance(Endurance)
  ) u_chk (.*);

endmodule
