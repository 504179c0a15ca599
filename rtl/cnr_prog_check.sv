// Whether a sweep may start. While check_i is up, err_o is the lowest error code that applies, or
// ErrNone; the values that an operation does not use are not looked at. What senses needs sound
// windows; what pulses needs the SET and RESET tables (an overshoot may have to be undone), limits
// too where it verifies, the FORM table where it forms, and an unlocked chip. READ and VERIFY are
// refused where reading back is locked. Combinational; err_o is ErrNone while check_i is down.

module cnr_prog_check
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic       check_i,
  input  logic [3:0] op_i,
  input  addr_t      first_i,
  input  addr_t      last_i,
  input  prog_cfg_t  cfg_i,
  input  logic       allow_i,
  input  logic       supply_ok_i,
  input  logic       unlocked_i,
  input  logic       read_locked_i,
  output prog_err_e  err_o
);

  typedef window_t [NumLevels-1:0] windows_t;
  localparam logic [2:0] NestLast = NestWlLineWidth;

  function automatic logic bad_address(addr_t addr);
    if (32'(addr.layer) >= NumLayers) return 1'b1;
    return 32'(addr.group) >= LayerGroups[addr.layer] || 32'(addr.row) >= LayerRows[addr.layer];
  endfunction

  function automatic logic bad_ramp(ramp_cfg_t ramp);
    return ramp.wl.start > ramp.wl.stop || ramp.wl.step == '0 ||
           ramp.line.start > ramp.line.stop || ramp.line.step == '0 ||
           ramp.width.start > ramp.width.stop || ramp.width.step == '0 ||
           ramp.width.start == '0 || ramp.nesting > NestLast;
  endfunction

  function automatic logic too_high(
      dac_t wl, dac_t line, width_t width, int unsigned ceil_wl, int unsigned ceil_line
  );
    return 32'(wl) > ceil_wl || 32'(line) > ceil_line || 32'(width) > CeilWidth;
  endfunction

  // Windows are not empty, the read windows follow each other, the verify windows lie in them. So
  // every verify window has a closed bound, and a cell is never accepted unread.
  function automatic logic bad_windows(windows_t verify, windows_t read);
    logic bad;
    bad = 1'b0;
    for (int unsigned l = 0; l < NumLevels; l++) begin
      bad |= verify[l].lo >= verify[l].hi;
      bad |= verify[l].lo < read[l].lo;
      bad |= verify[l].hi > read[l].hi;
    end
    for (int unsigned l = 1; l < NumLevels; l++) begin
      bad |= read[l-1].hi > read[l].lo;
    end
    return bad;
  endfunction

  logic known, forms, pulses, verifies, reads, senses;
  logic set_high, reset_high, form_high;

  assign reads    = op_i inside {OpRead, OpVerify};
  assign verifies = op_i inside {OpForm, OpSet, OpReset, OpWrite, OpRefresh};
  assign pulses   = verifies || op_i inside {OpTestPulse, OpCycle};
  assign senses   = reads || verifies;
  assign known    = reads || pulses;
  assign forms    = op_i == OpForm || (op_i == OpTestPulse && cfg_i.test_kind == KindForm);

  assign set_high   = too_high(cfg_i.set.wl.stop, cfg_i.set.line.stop, cfg_i.set.width.stop,
                               CeilSetWl, CeilSetLine);
  assign reset_high = too_high(cfg_i.reset.wl.stop, cfg_i.reset.line.stop, cfg_i.reset.width.stop,
                               CeilResetWl, CeilResetLine);
  assign form_high  = too_high(cfg_i.form.wl.stop, cfg_i.form.line.stop, cfg_i.form.width.stop,
                               CeilFormWl, CeilFormLine);

  logic unused_cfg;   // every value is legal
  assign unused_cfg = ^{cfg_i.sense_trim, cfg_i.limits.reversals, cfg_i.relax_cycles,
                        cfg_i.bist_pattern, cfg_i.fail_wait};

  always_comb begin
    err_o = ErrNone;
    if (check_i) begin
      if (!known || (op_i == OpTestPulse && cfg_i.test_kind == KindSense)) begin
        err_o = ErrOp;
      end else if (bad_address(first_i) || bad_address(last_i) || first_i > last_i) begin
        err_o = ErrRange;
      end else if ((pulses && (bad_ramp(cfg_i.set) || bad_ramp(cfg_i.reset))) ||
                   (forms && bad_ramp(cfg_i.form))) begin
        err_o = ErrRamp;
      end else if ((pulses && (set_high || reset_high)) || (forms && form_high) ||
                   (senses && 32'(cfg_i.wl_sense) > CeilResetWl)) begin
        err_o = ErrCeiling;
      end else if ((verifies && (cfg_i.limits.set == '0 || cfg_i.limits.reset == '0 ||
                                 cfg_i.limits.total == '0)) ||
                   (op_i == OpForm && cfg_i.limits.form == '0) ||
                   (op_i == OpCycle && cfg_i.test_cycles == '0)) begin
        err_o = ErrLimit;
      end else if ((senses && bad_windows(cfg_i.verify_window, cfg_i.read_window)) ||
                   (op_i == OpForm && cfg_i.form_ref inside {RefLowest, RefHighest})) begin
        err_o = ErrWindow;
      end else if (!allow_i) begin
        err_o = ErrBusy;
      end else if (!supply_ok_i) begin
        err_o = ErrSupply;
      end else if ((pulses && !unlocked_i) || (reads && read_locked_i)) begin
        err_o = ErrLocked;
      end
    end
  end

endmodule
