// The weight-programming side of the chip: wiring of the self-test (cnr_bist), the sweep
// (cnr_prog), the two engines of one word, write-verify (cnr_verify with cnr_ramp) and pulses
// without verify (cnr_exercise), the electrical operations (cnr_pulse), the fail log, the counters
// and the endurance. What each port promises is in the module that drives it.

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
  input  logic              suspend_i,
  input  logic              clear_i,
  input  logic [3:0]        op_i,
  input  addr_t             first_i,
  input  addr_t             last_i,
  input  logic              allow_i,
  input  logic              supply_ok_i,
  input  logic              pump_ok_i,
  input  logic              watchdog_i,
  input  logic              unlocked_i,
  input  logic              read_locked_i,
  input  logic [31:0]       wear_count_i,
  input  logic [31:0]       wear_limit_i,
  output logic              wear_o,
  output logic [5:0]        wear_group_o,

  input  logic              w_valid_i,
  output logic              w_ready_o,
  input  levels_t           w_data_i,
  output logic              rb_valid_o,
  input  logic              rb_ready_i,
  output levels_t           rb_data_o,

  output logic              accept_o,
  output logic              busy_o,
  output logic              suspended_o,
  output logic              done_o,
  output prog_err_e         err_o,
  output addr_t             pointer_o,
  output counts_t           counts_o,
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

  // Self-test between the host and the sweep.
  logic       prog_start, prog_resume, prog_suspend, prog_busy, prog_done, sweep, testing;
  logic       target_valid, target_ready;
  logic [3:0] prog_op;
  addr_t      prog_first, prog_last;
  prog_err_e  prog_err;
  levels_t    target;

  cnr_bist u_bist (
    .clk_i,
    .rst_ni,
    .pattern_i(cfg_i.bist_pattern),
    .start_i,
    .resume_i,
    .abort_i,
    .suspend_i,
    .op_i,
    .first_i,
    .last_i,
    .supply_ok_i,
    .busy_o,
    .done_o,
    .err_o,
    .sweep_o(sweep),
    .testing_o(testing),
    .w_valid_i,
    .w_ready_o,
    .w_data_i,
    .prog_start_o(prog_start),
    .prog_resume_o(prog_resume),
    .prog_suspend_o(prog_suspend),
    .prog_op_o(prog_op),
    .prog_first_o(prog_first),
    .prog_last_o(prog_last),
    .prog_accept_i(accept_o),
    .prog_busy_i(prog_busy),
    .prog_suspended_i(suspended_o),
    .prog_done_i(prog_done),
    .prog_err_i(prog_err),
    .prog_pointer_i(pointer_o),
    .prog_w_valid_o(target_valid),
    .prog_w_ready_i(target_ready),
    .prog_w_data_o(target)
  );

  logic         word_start, word_busy, word_done, word_counted;
  prog_op_e     word_op;
  addr_t        word_addr;
  cells_t       word_active;
  levels_t      word_target;
  prog_err_e    word_err;
  word_result_t word_result;
  logic         stop, worn;

  cnr_prog u_prog (
    .clk_i,
    .rst_ni,
    .cfg_i,
    .start_i(prog_start),
    .resume_i(prog_resume),
    .abort_i,
    .suspend_i(prog_suspend),
    .op_i(prog_op),
    .first_i(prog_first),
    .last_i(prog_last),
    .allow_i,
    .supply_ok_i,
    .unlocked_i,
    .read_locked_i(read_locked_i && !testing),
    .worn_i(worn),
    .accept_o,
    .busy_o(prog_busy),
    .suspended_o,
    .done_o(prog_done),
    .err_o(prog_err),
    .pointer_o,
    .w_valid_i(target_valid),
    .w_ready_o(target_ready),
    .w_data_i(target),
    .rb_valid_o,
    .rb_ready_i,
    .word_start_o(word_start),
    .word_op_o(word_op),
    .word_addr_o(word_addr),
    .word_active_o(word_active),
    .word_target_o(word_target),
    .word_busy_i(word_busy),
    .word_done_i(word_done),
    .word_err_i(word_err),
    .word_counted_o(word_counted),
    .stop_o(stop)
  );

  // The engines of one word; they take turns at the electrical operations.
  logic        exercise;
  logic        verify_busy, verify_done, verify_valid, verify_alarm;
  logic        exercise_busy, exercise_done, exercise_valid, exercise_alarm;
  prog_err_e   verify_err, exercise_err;
  pulse_req_t  verify_req, exercise_req;
  word_result_t verify_result;
  ramp_cfg_t   ramp_cfg;
  logic        ramp_restart, ramp_step;
  dac_t        ramp_wl, ramp_line;
  width_t      ramp_width;
  logic        req_valid, req_ready, pulse_done, alarm;
  pulse_req_t  req;
  prog_err_e   pulse_err;
  cells_t      sense;
  prog_event_t prog_event;
  logic        fail_push, fail_full;
  fail_t       fail;

  assign exercise    = word_op inside {OpTestPulse, OpCycle};
  assign word_busy   = verify_busy || exercise_busy;
  assign word_done   = exercise ? exercise_done : verify_done;
  assign word_err    = exercise ? exercise_err : verify_err;
  assign word_result = exercise ? '0 : verify_result;
  assign req_valid   = exercise ? exercise_valid : verify_valid;
  assign req         = exercise ? exercise_req : verify_req;
  assign alarm       = verify_alarm || exercise_alarm;

  cnr_verify u_verify (
    .clk_i,
    .rst_ni,
    .cfg_i,
    .start_i(word_start && !exercise),
    .op_i(word_op),
    .addr_i(word_addr),
    .active_i(word_active),
    .target_i(word_target),
    .stop_i(stop),
    .busy_o(verify_busy),
    .done_o(verify_done),
    .err_o(verify_err),
    .result_o(verify_result),
    .levels_o(rb_data_o),
    .ramp_cfg_o(ramp_cfg),
    .ramp_restart_o(ramp_restart),
    .ramp_step_o(ramp_step),
    .ramp_wl_i(ramp_wl),
    .ramp_line_i(ramp_line),
    .ramp_width_i(ramp_width),
    .req_valid_o(verify_valid),
    .req_ready_i(req_ready),
    .req_o(verify_req),
    .alarm_o(verify_alarm),
    .pulse_done_i(pulse_done),
    .pulse_err_i(pulse_err),
    .sense_i(sense),
    .fail_full_i(fail_full),
    .fail_push_o(fail_push),
    .fail_o(fail)
  );

  cnr_exercise u_exercise (
    .clk_i,
    .rst_ni,
    .cfg_i,
    .start_i(word_start && exercise),
    .op_i(word_op),
    .addr_i(word_addr),
    .active_i(word_active),
    .target_i(word_target),
    .worn_i(worn),
    .busy_o(exercise_busy),
    .done_o(exercise_done),
    .err_o(exercise_err),
    .req_valid_o(exercise_valid),
    .req_ready_i(req_ready),
    .req_o(exercise_req),
    .alarm_o(exercise_alarm),
    .pulse_done_i(pulse_done),
    .pulse_err_i(pulse_err)
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
    .full_o(fail_full),
    .overflow_o(fail_overflow_o)
  );

  logic cycle;

  cnr_endurance u_endurance (
    .clk_i,
    .rst_ni,
    .sweep_i(sweep),
    .word_done_i(word_counted),
    .layer_i(word_addr.layer),
    .group_i(word_addr.group),
    .set_i(prog_event.pulse_form || prog_event.pulse_set),
    .reset_i(prog_event.pulse_reset),
    .cycle_o(cycle),
    .count_i(wear_count_i),
    .limit_i(wear_limit_i),
    .wear_o,
    .group_o(wear_group_o),
    .worn_o(worn)
  );

  cnr_counters u_counters (
    .clk_i,
    .rst_ni,
    .clear_i,
    .event_i(prog_event),
    .cycle_i(cycle),
    .word_done_i(word_counted),
    .word_i(word_result),
    .counts_o
  );

endmodule
