// cnr_pulse with flat ports.

module cnr_pulse_tb
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          req_valid_i,
  output logic                          req_ready_o,
  input  logic [$bits(pulse_req_t)-1:0] req_i,
  input  logic [5:0]                    sense_trim_i,
  input  logic                          stop_i,
  output logic                          done_o,
  output logic [3:0]                    err_o,
  output logic [WordCells-1:0]          sense_o,
  output logic [$bits(prog_event_t)-1:0] event_o,
  input  logic                          supply_ok_i,
  input  logic                          pump_ok_i,
  input  logic                          watchdog_i,
  output logic [LayerW-1:0]             prog_layer_o,
  output logic [GroupW-1:0]             prog_group_o,
  output logic [RowW-1:0]               prog_row_o,
  output logic [WordCells-1:0]          bl_en_o,
  output logic [WordCells-1:0]          sl_en_o,
  output logic                          wl_en_o,
  output logic [DacW-1:0]               wl_dac_o,
  output logic [DacW-1:0]               bl_dac_o,
  output logic [DacW-1:0]               sl_dac_o,
  output logic                          polarity_o,
  output logic                          hv_en_o,
  output logic                          bleed_en_o,
  output logic                          sense_en_o,
  output logic [9:0]                    sense_ref_o,
  input  logic [WordCells-1:0]          sense_i,
  input  logic                          sense_rdy_i
);

  prog_err_e err;

  assign err_o = err;

  cnr_pulse dut (
    .*,
    .err_o(err)
  );

endmodule
