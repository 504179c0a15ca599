// cnr_programmer with flat ports, the endurance counts that the register file holds, and a recorder
// at the pins of the macro.

module cnr_programmer_tb
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic [$bits(prog_cfg_t)-1:0] cfg_i,
  input  logic                        start_i,
  input  logic                        resume_i,
  input  logic                        abort_i,
  input  logic                        suspend_i,
  input  logic                        clear_i,
  input  logic [3:0]                  op_i,
  input  logic [$bits(addr_t)-1:0]    first_i,
  input  logic [$bits(addr_t)-1:0]    last_i,
  input  logic                        allow_i,
  input  logic                        supply_ok_i,
  input  logic                        pump_ok_i,
  input  logic                        watchdog_i,
  input  logic                        unlocked_i,
  input  logic                        read_locked_i,
  input  logic [31:0]                 wear_limit_i,
  input  logic                        w_valid_i,
  output logic                        w_ready_o,
  input  logic [$bits(levels_t)-1:0]  w_data_i,
  output logic                        rb_valid_o,
  input  logic                        rb_ready_i,
  output logic [$bits(levels_t)-1:0]  rb_data_o,
  output logic                        accept_o,
  output logic                        busy_o,
  output logic                        suspended_o,
  output logic                        done_o,
  output logic [3:0]                  err_o,
  output logic [$bits(addr_t)-1:0]    pointer_o,
  output logic [NumCounts*32-1:0]     counts_o,
  output logic                        fail_valid_o,
  output logic [$bits(fail_t)-1:0]    fail_o,
  input  logic                        fail_pop_i,
  output logic [7:0]                  fail_count_o,
  output logic                        fail_overflow_o,
  output logic [LayerW-1:0]           prog_layer_o,
  output logic [GroupW-1:0]           prog_group_o,
  output logic [RowW-1:0]             prog_row_o,
  output logic [WordCells-1:0]        bl_en_o,
  output logic [WordCells-1:0]        sl_en_o,
  output logic                        wl_en_o,
  output logic [DacW-1:0]             wl_dac_o,
  output logic [DacW-1:0]             bl_dac_o,
  output logic [DacW-1:0]             sl_dac_o,
  output logic                        polarity_o,
  output logic                        hv_en_o,
  output logic                        bleed_en_o,
  output logic                        sense_en_o,
  output logic [9:0]                  sense_ref_o,
  input  logic [WordCells-1:0]        sense_i,
  input  logic                        sense_rdy_i
);

  prog_err_e err;

  assign err_o = err;

  logic [GroupSlots-1:0][31:0] wear_q;
  logic       wear;
  logic [5:0] wear_group;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   wear_q <= '0;
    else if (wear) wear_q[wear_group] <= wear_q[wear_group] + 1'b1;
  end

  cnr_programmer dut (
    .*,
    .wear_count_i(wear_q[wear_group]),
    .wear_o(wear),
    .wear_group_o(wear_group),
    .err_o(err)
  );

  cnr_pulse_recorder u_recorder (
    .hv_kill_ni(1'b1),
    .prog_layer_i(prog_layer_o),
    .prog_group_i(prog_group_o),
    .prog_row_i(prog_row_o),
    .bl_en_i(bl_en_o),
    .sl_en_i(sl_en_o),
    .wl_en_i(wl_en_o),
    .wl_dac_i(wl_dac_o),
    .bl_dac_i(bl_dac_o),
    .sl_dac_i(sl_dac_o),
    .polarity_i(polarity_o),
    .hv_en_i(hv_en_o),
    .bleed_en_i(bleed_en_o),
    .sense_en_i(sense_en_o),
    .sense_ref_i(sense_ref_o),
    .sense_i,
    .pump_rdy_i(pump_ok_i)
  );

endmodule
