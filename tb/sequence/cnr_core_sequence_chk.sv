// The sequence checker at the macro pins of every core, with what the core knows of its commands.

module cnr_core_sequence_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
  import cnr_host_pkg::*;
(
  input logic                 rst_ni,
  input logic                 supply_ok_i,
  input logic                 hv_kill_no,
  input logic [LayerW-1:0]    prog_layer_o,
  input logic [GroupW-1:0]    prog_group_o,
  input logic [RowW-1:0]      prog_row_o,
  input logic [WordCells-1:0] bl_en_o,
  input logic [WordCells-1:0] sl_en_o,
  input logic                 wl_en_o,
  input logic [DacW-1:0]      wl_dac_o,
  input logic [DacW-1:0]      bl_dac_o,
  input logic [DacW-1:0]      sl_dac_o,
  input logic                 polarity_o,
  input logic                 hv_en_o,
  input logic                 bleed_en_o,
  input logic                 sense_en_o,
  input logic [9:0]           sense_ref_o,
  input logic [WordCells-1:0] sense_i,
  input logic                 sense_rdy_i,
  input logic                 pump_rdy_i,
  input logic [BankW-1:0]     rd_bank_o,
  input logic                 rd_rst_o,
  input logic                 rd_pulse_o,
  input logic                 in_load_o,
  input logic [NumLayers-1:0] int_rst_o,
  input logic [NumLayers-1:0] int_en_o,
  input logic [NumLayers-1:0] sample_o,
  input logic [NumLayers-1:0] bias_en_o,
  input logic                 cmp_strobe_o,
  input host_cmd_t            cmd,
  input host_status_t         status,
  input host_event_t          events,
  input prog_cfg_t            cfg,
  input logic [3:0]           op,           // of a command that is judged now, else of the sweep
  input logic                 word_start,
  input logic                 fail_push,
  input logic [2:0]           prog_state,
  input logic [3:0]           verify_state,
  input logic [2:0]           exercise_state,
  input logic [3:0]           pulse_state
);

  // States are numbered from 0; these are the last ones.
  localparam logic [2:0] ProgLast     = 3'd5;
  localparam logic [3:0] VerifyLast   = 4'd11;
  localparam logic [2:0] ExerciseLast = 3'd4;
  localparam logic [3:0] PulseLast    = 4'd9;

  function automatic logic legal_ramp(ramp_cfg_t ramp, int unsigned wl, int unsigned line);
    return ramp.wl.step > 0 && ramp.line.step > 0 && ramp.width.step > 0 && ramp.width.start > 0 &&
           ramp.wl.start <= ramp.wl.stop && 32'(ramp.wl.stop) <= wl &&
           ramp.line.start <= ramp.line.stop && 32'(ramp.line.stop) <= line &&
           ramp.width.start <= ramp.width.stop && 32'(ramp.width.stop) <= CeilWidth &&
           ramp.nesting <= NestWlLineWidth;
  endfunction

  // Going up: read window, verify window in it, next read window.
  function automatic logic legal_windows(prog_cfg_t c);
    int last;
    last = 0;
    for (int unsigned l = 0; l < NumLevels; l++) begin
      if (32'(c.read_window[l].lo) < last) return 1'b0;
      if (c.verify_window[l].lo < c.read_window[l].lo) return 1'b0;
      if (c.verify_window[l].hi <= c.verify_window[l].lo) return 1'b0;
      if (c.read_window[l].hi < c.verify_window[l].hi) return 1'b0;
      last = 32'(c.read_window[l].hi);
    end
    return 1'b1;
  endfunction

  // What each operation needs of the configuration.
  logic forms, exercises, senses, pulses, legal;

  assign forms     = op == OpForm || (op == OpTestPulse && cfg.test_kind == KindForm);
  assign exercises = op inside {OpTestPulse, OpCycle};
  assign senses    = op inside {OpForm, OpSet, OpReset, OpRead, OpVerify, OpWrite, OpRefresh};
  assign pulses    = exercises || (senses && !(op inside {OpRead, OpVerify}));

  always_comb begin
    legal = 1'b1;
    if (pulses) begin
      legal &= legal_ramp(cfg.set, CeilSetWl, CeilSetLine);
      legal &= legal_ramp(cfg.reset, CeilResetWl, CeilResetLine);
    end
    if (forms)             legal &= legal_ramp(cfg.form, CeilFormWl, CeilFormLine);
    if (senses)            legal &= legal_windows(cfg) && 32'(cfg.wl_sense) <= CeilResetWl;
    if (senses && pulses)  legal &= cfg.limits.set > 0 && cfg.limits.reset > 0;
    if (senses && pulses)  legal &= cfg.limits.total > 0;
    if (forms && senses)   legal &= cfg.limits.form > 0 && cfg.form_ref > 0 && cfg.form_ref < '1;
    if (op == OpTestPulse) legal &= cfg.test_kind != KindSense;
    if (op == OpCycle)     legal &= cfg.test_cycles > 0;
  end

  cnr_sequence_chk #(
    .AwaitReset(1'b1)
  ) u_chk (
    .hv_kill_ni(hv_kill_no),
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
    .sense_rdy_i,
    .pump_rdy_i,
    .rd_bank_i(rd_bank_o),
    .rd_rst_i(rd_rst_o),
    .rd_pulse_i(rd_pulse_o),
    .in_load_i(in_load_o),
    .int_rst_i(int_rst_o),
    .int_en_i(int_en_o),
    .sample_i(sample_o),
    .bias_en_i(bias_en_o),
    .cmp_strobe_i(cmp_strobe_o),
    .rst_ni,
    .supply_ok_i,
    .stop_i(cmd.stop || cmd.suspend),
    .start_i((cmd.start || cmd.resume) && !status.prog_busy),
    .busy_i(status.prog_busy),
    .done_i(events.prog_done),
    .error_i(status.prog_err != ErrNone),
    .word_start_i(word_start),
    .cell_failed_i(fail_push),
    .illegal_i(!legal),
    .unverified_i(exercises),
    .forming_i(status.prog_busy && forms),
    .alarm_i(prog_state > ProgLast || verify_state > VerifyLast ||
             exercise_state > ExerciseLast || pulse_state > PulseLast)
  );

endmodule

bind cnr_core cnr_core_sequence_chk u_sequence (
  .*,
  .cfg(prog_cfg),
  .op(u_programmer.u_prog.op),
  .word_start(u_programmer.word_start),
  .fail_push(u_programmer.fail_push),
  .prog_state(u_programmer.u_prog.state_q),
  .verify_state(u_programmer.u_verify.state_q),
  .exercise_state(u_programmer.u_exercise.state_q),
  .pulse_state(u_programmer.u_pulse.state_q)
);
