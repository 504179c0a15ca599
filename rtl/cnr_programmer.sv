// The weight-programming side of the chip: wiring of the sweep (cnr_prog), the write-verify engine of
// one word (cnr_verify), its ramp (cnr_ramp), the electrical operations (cnr_pulse), the fail log and
// the counters. What each port promises is in the module that drives it.

module cnr_programmer
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,

  input  prog_cfg_t         cfg_i,
  input  logic              start_i,
  input  logic              resume_i,
  input  logic              abort_i,
  input  logic              clear_i,
  input  logic [3:0]        op_i,
  input  addr_t             first_i,
  input  addr_t             last_i,
  input  logic              allow_i,
  input  logic              supply_ok_i,
  input  logic              pump_ok_i,
  input  logic              watchdog_i,

  input  logic              w_valid_i,
  output logic              w_ready_o,
  input  levels_t           w_data_i,
  output logic              rb_valid_o,
  input  logic              rb_ready_i,
  output levels_t           rb_data_o,

  output logic              accept_o,
  output logic              busy_o,
  output logic              done_o,
  output prog_err_e         err_o,
  output addr_t             pointer_o,
  output logic [6:0][31:0]  counts_o,
  output logic              fail_valid_o,
  output fail_t             fail_o,
  input  logic              fail_pop_i,
  output logic [7:0]        fail_count_o,
  output logic              fail_overflow_o,

  output logic [LayerW-1:0] prog_layer_o,
  output logic [GroupW-1:0] prog_group_o,
  output logic [RowW-1:0]   prog_row_o,
  output cells_t            bl_en_o,
  output cells_t            sl_en_o,
  output logic              wl_en_o,
  output dac_t              wl_dac_o,
  output dac_t              bl_dac_o,
  output dac_t              sl_dac_o,
  output logic              polarity_o,
  output logic              hv_en_o,
  output logic              bleed_en_o,
  output logic              sense_en_o,
  output ref_t              sense_ref_o,
  input  cells_t            sense_i,
  input  logic              sense_rdy_i
);

  logic         word_start, word_busy, word_done, word_counted;
  prog_op_e     word_op;
  addr_t        word_addr;
  cells_t       word_active;
  prog_err_e    word_err;
  word_result_t word_result;
  logic         stop, alarm;

  cnr_prog u_prog (
    .clk_i,
    .rst_ni,
    .cfg_i,
    .start_i,
    .resume_i,
    .abort_i,
    .op_i,
    .first_i,
    .last_i,
    .allow_i,
    .supply_ok_i,
    .accept_o,
    .busy_o,
    .done_o,
    .err_o,
    .pointer_o,
    .w_valid_i,
    .w_ready_o,
    .rb_valid_o,
    .rb_ready_i,
    .word_start_o(word_start),
    .word_op_o(word_op),
    .word_addr_o(word_addr),
    .word_active_o(word_active),
    .word_busy_i(word_busy),
    .word_done_i(word_done),
    .word_err_i(word_err),
    .word_counted_o(word_counted),
    .stop_o(stop)
  );

  ramp_cfg_t   ramp_cfg;
  logic        ramp_restart, ramp_step;
  dac_t        ramp_wl, ramp_line;
  width_t      ramp_width;
  logic        req_valid, req_ready, pulse_done;
  pulse_req_t  req;
  prog_err_e   pulse_err;
  cells_t      sense;
  prog_event_t prog_event;
  logic        fail_push;
  fail_t       fail;

  cnr_verify u_verify (
    .clk_i,
    .rst_ni,
    .cfg_i,
    .start_i(word_start),
    .op_i(word_op),
    .addr_i(word_addr),
    .active_i(word_active),
    .target_i(w_data_i),
    .busy_o(word_busy),
    .done_o(word_done),
    .err_o(word_err),
    .result_o(word_result),
    .levels_o(rb_data_o),
    .ramp_cfg_o(ramp_cfg),
    .ramp_restart_o(ramp_restart),
    .ramp_step_o(ramp_step),
    .ramp_wl_i(ramp_wl),
    .ramp_line_i(ramp_line),
    .ramp_width_i(ramp_width),
    .req_valid_o(req_valid),
    .req_ready_i(req_ready),
    .req_o(req),
    .alarm_o(alarm),
    .pulse_done_i(pulse_done),
    .pulse_err_i(pulse_err),
    .sense_i(sense),
    .fail_push_o(fail_push),
    .fail_o(fail)
  );

  cnr_ramp u_ramp (
    .clk_i,
    .rst_ni,
    .cfg_i(ramp_cfg),
    .restart_i(ramp_restart),
    .step_i(ramp_step),
    .wl_o(ramp_wl),
    .line_o(ramp_line),
    .width_o(ramp_width)
  );

  cnr_pulse u_pulse (
    .clk_i,
    .rst_ni,
    .req_valid_i(req_valid),
    .req_ready_o(req_ready),
    .req_i(req),
    .sense_trim_i(cfg_i.sense_trim),
    .stop_i(stop || alarm),
    .done_o(pulse_done),
    .err_o(pulse_err),
    .sense_o(sense),
    .event_o(prog_event),
    .supply_ok_i,
    .pump_ok_i,
    .watchdog_i,
    .prog_layer_o,
    .prog_group_o,
    .prog_row_o,
    .bl_en_o,
    .sl_en_o,
    .wl_en_o,
    .wl_dac_o,
    .bl_dac_o,
    .sl_dac_o,
    .polarity_o,
    .hv_en_o,
    .bleed_en_o,
    .sense_en_o,
    .sense_ref_o,
    .sense_i,
    .sense_rdy_i
  );

  cnr_fail_log u_fail_log (
    .clk_i,
    .rst_ni,
    .clear_i,
    .push_i(fail_push),
    .fail_i(fail),
    .valid_o(fail_valid_o),
    .fail_o,
    .pop_i(fail_pop_i),
    .count_o(fail_count_o),
    .overflow_o(fail_overflow_o)
  );

  cnr_counters u_counters (
    .clk_i,
    .rst_ni,
    .clear_i,
    .event_i(prog_event),
    .word_done_i(word_counted),
    .word_i(word_result),
    .counts_o
  );

endmodule
