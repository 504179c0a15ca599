// Rules of write-verify, bound into every cnr_verify. It follows every cell through the senses and
// pulses that are requested and answered, and uses no state of the engine.

module cnr_verify_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input logic         clk_i,
  input logic         rst_ni,
  input prog_cfg_t    cfg_i,
  input logic         start_i,
  input prog_op_e     op_i,
  input addr_t        addr_i,
  input cells_t       active_i,
  input levels_t      target_i,
  input logic         busy_o,
  input logic         done_o,
  input prog_err_e    err_o,
  input word_result_t result_o,
  input logic         ramp_restart_o,
  input logic         ramp_step_o,
  input logic         req_valid_o,
  input logic         req_ready_i,
  input pulse_req_t   req_o,
  input logic         alarm_o,
  input logic         pulse_done_i,
  input prog_err_e    pulse_err_i,
  input cells_t       sense_i,
  input logic         fail_push_o,
  input fail_t        fail_o,
  input logic [3:0]   state_q
);

  // Only a design that has been reset is judged. At power-up every register is random: this one
  // passes for reset once in 2^32.
  localparam logic [31:0] Reset = 32'h5eed_c0de;
  logic [31:0] reset_seen_q;
  logic        live;

  assign live = rst_ni && reset_seen_q == Reset;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) reset_seen_q <= Reset;
    else         reset_seen_q <= reset_seen_q;
  end

  localparam logic [3:0] StateLast = 4'd11;   // states are numbered from 0

  localparam logic [3:0] StRelax = 4'd11;    // the wait before a delayed verify

  logic accept, answered, legal_answer;
  logic pending_q;

  assign accept       = req_valid_o && req_ready_i;
  assign answered     = pulse_done_i && pending_q;
  assign legal_answer = answered && pulse_err_i == ErrNone;

  // The word, its targets, and what is known of its cells.
  cells_t      active_q;
  levels_t     target_q;
  cells_t      read_q;        // sensed since their last pulse
  cells_t      low_q, high_q; // out of window in their last sense
  cells_t      once_q, twice_q;   // reads in a row in their window, since the last pulse
  cells_t      formed_q;      // got a FORM pulse
  cells_t      leveled_q;     // of FORM: sensed after they were formed
  cells_t      logged_q;
  logic        restarted_q;
  pulse_req_t  req_q;
  pulse_kind_e kind_q;        // of the last pulse
  int          form_q, set_q, reset_q, reversals_q, high_volt_q;
  int          boundaries_q;  // of REFRESH: boundaries between levels that are still to be read

  // What a sense says of the cells that it reads.
  cells_t  is_low, is_high, complete, leveling;
  window_t window;
  logic    forming;

  always_comb begin
    is_low   = '0;
    is_high  = '0;
    complete = '0;
    leveling = '0;
    window   = '0;
    forming  = 1'b0;
    if (legal_answer && req_q.kind == KindSense && op_i != OpRead && boundaries_q == 0) begin
      for (int c = 0; c < int'(WordCells); c++) begin
        if (req_q.cells[c]) begin
          leveling[c] = op_i == OpForm && (leveled_q[c] || twice_q[c]);
          forming     = op_i == OpForm && !leveling[c];
          window      = forming ? '{lo: RefLowest, hi: cfg_i.form_ref}
                                : cfg_i.verify_window[target_q[c]];
          is_low[c]   = !sense_i[c] && req_q.sense_ref == window.lo;
          is_high[c]  = sense_i[c] && req_q.sense_ref == window.hi;
          complete[c] = req_q.sense_ref == ((window.hi != RefHighest) ? window.hi : window.lo);
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q    <= '0;
      target_q    <= '0;
      read_q      <= '0;
      low_q       <= '0;
      high_q      <= '0;
      once_q      <= '0;
      twice_q     <= '0;
      formed_q    <= '0;
      leveled_q   <= '0;
      logged_q    <= '0;
      pending_q   <= 1'b0;
      restarted_q <= 1'b0;
      req_q       <= '0;
      kind_q      <= KindSense;
      form_q      <= 0;
      set_q       <= 0;
      reset_q     <= 0;
      reversals_q <= 0;
      high_volt_q <= 0;
      boundaries_q <= 0;
    end else begin
      if (start_i && !busy_o) begin
        active_q <= active_i;
        unique case (op_i)
          OpWrite, OpVerify: target_q <= target_i;
          OpSet, OpRefresh:  target_q <= '0;
          default:           target_q <= {WordCells{LevelW'(NumLevels - 1)}};
        endcase
        read_q      <= '0;
        low_q       <= '0;
        high_q      <= '0;
        once_q      <= '0;
        twice_q     <= '0;
        formed_q    <= '0;
        leveled_q   <= '0;
        logged_q    <= '0;
        restarted_q <= 1'b0;
        kind_q      <= KindSense;
        form_q      <= 0;
        set_q       <= 0;
        reset_q     <= 0;
        reversals_q <= 0;
        high_volt_q <= 0;
        boundaries_q <= (op_i == OpRefresh) ? int'(NumLevels) - 1 : 0;
      end
      if (accept) begin
        req_q     <= req_o;
        pending_q <= 1'b1;
      end else if (answered) begin
        pending_q <= 1'b0;
      end
      if (ramp_restart_o) restarted_q <= 1'b1;
      if (state_q == StRelax) kind_q <= KindSense;
      if (legal_answer && boundaries_q > 0) begin
        boundaries_q <= boundaries_q - 1;
        for (int c = 0; c < int'(WordCells); c++) begin
          target_q[c] <= target_q[c] + LevelW'(req_q.cells[c] && sense_i[c]);
        end
      end
      if (legal_answer && req_q.kind == KindSense && boundaries_q == 0) begin
        // A cell that is low is not sensed at its upper bound.
        read_q    <= read_q | req_q.cells;
        low_q     <= (low_q & ~req_q.cells) | is_low;
        high_q    <= (high_q & ~req_q.cells) | is_high;
        leveled_q <= leveled_q | leveling;
        once_q    <= (once_q & ~(req_q.cells & (is_low | is_high | (leveling & ~leveled_q)))) |
                     (complete & ~is_low & ~is_high);
        twice_q   <= (twice_q & ~req_q.cells) |
                     (complete & ~is_low & ~is_high & once_q & ~(leveling & ~leveled_q));
      end
      if (accept && req_o.kind != KindSense) begin
        read_q      <= read_q & ~req_o.cells;
        once_q      <= once_q & ~req_o.cells;
        restarted_q <= 1'b0;
        kind_q      <= req_o.kind;
        high_volt_q <= high_volt_q + int'(req_o.width);
        unique case (req_o.kind)
          KindForm: form_q  <= form_q + 1;
          KindSet:  set_q   <= set_q + 1;
          default:  reset_q <= reset_q + 1;
        endcase
        if (req_o.kind == KindForm) formed_q <= formed_q | req_o.cells;
        if (kind_q inside {KindSet, KindReset} && req_o.kind != kind_q) begin
          reversals_q <= reversals_q + 1;
        end
      end
      if (fail_push_o) logged_q[fail_o.cell_index] <= 1'b1;
    end
  end

  // Only cells that exist, and only of the word in turn.
  always_ff @(posedge clk_i) begin
    if (live && accept) begin
      A14_Cells: assert (req_o.cells != '0 && (req_o.cells & ~active_q) == '0
                         && req_o.addr == addr_i)
      else $error("%m: cells %h of word %h, limit %h of %h", req_o.cells, req_o.addr, active_q,
                  addr_i);
    end
  end

  // Pulses: read before, out of window in their direction, within the limits.
  cells_t allowed;

  always_comb begin
    allowed = (req_o.kind == KindReset) ? low_q : high_q;
    if (req_o.kind != KindForm && op_i == OpForm) allowed &= formed_q & leveled_q;
    if (req_o.kind == KindForm) allowed &= ~leveled_q;
  end

  always_ff @(posedge clk_i) begin
    if (live && accept && req_o.kind != KindSense) begin
      A9_Verified: assert ((req_o.cells & ~read_q) == '0)
      else $error("%m: pulse on %h, sensed since their last pulse %h", req_o.cells, read_q);
      A10_Masked: assert ((req_o.cells & ~allowed) == '0)
      else $error("%m: pulse of kind %0d on %h, limit %h out of window", req_o.kind, req_o.cells,
                  allowed);
      A10_NoPulse: assert (!(op_i inside {OpRead, OpVerify}))
      else $error("%m: a pulse in operation %0d", op_i);
      A16_Formed: assert ((req_o.kind == KindForm) == (op_i == OpForm && leveled_q == '0))
      else $error("%m: pulse of kind %0d in operation %0d", req_o.kind, op_i);
      A11_Form: assert (req_o.kind != KindForm || form_q < int'(cfg_i.limits.form))
      else $error("%m: FORM pulse %0d, limit %0d", form_q + 1, cfg_i.limits.form);
      A11_Set: assert (req_o.kind != KindSet || set_q < int'(cfg_i.limits.set))
      else $error("%m: SET pulse %0d, limit %0d", set_q + 1, cfg_i.limits.set);
      A11_Reset: assert (req_o.kind != KindReset || reset_q < int'(cfg_i.limits.reset))
      else $error("%m: RESET pulse %0d, limit %0d", reset_q + 1, cfg_i.limits.reset);
      A11_Total: assert (form_q + set_q + reset_q < int'(cfg_i.limits.total))
      else $error("%m: pulse %0d, limit %0d", form_q + set_q + reset_q + 1, cfg_i.limits.total);
      A11_Reversals: assert (req_o.kind == kind_q || !(kind_q inside {KindSet, KindReset})
                             || reversals_q < int'(cfg_i.limits.reversals))
      else $error("%m: reversal %0d, limit %0d", reversals_q + 1, cfg_i.limits.reversals);
      A11_Restarted: assert (req_o.kind == kind_q || restarted_q)
      else $error("%m: kind %0d after %0d without a restart of the ramp", req_o.kind, kind_q);
      A11_NoRestart: assert (req_o.kind != kind_q || !restarted_q)
      else $error("%m: the ramp restarts without a reversal");
      A11_Step: assert (ramp_step_o)
      else $error("%m: a pulse without a step of the ramp");
      A5_WordTime: assert (high_volt_q + int'(req_o.width)
                           <= int'(cfg_i.limits.total) * int'(CeilWidth))
      else $error("%m: %0d cycles of high voltage, limit %0d", high_volt_q + int'(req_o.width),
                  int'(cfg_i.limits.total) * int'(CeilWidth));
    end
  end

  // A completed word: accepted by two reads, or failed and logged.
  cells_t good;

  assign good = active_q & ~logged_q;

  always_ff @(posedge clk_i) begin
    if (live && done_o && err_o == ErrNone) begin
      A9_Accepted: assert (op_i == OpRead || (good & ~twice_q) == '0)
      else $error("%m: cells %h succeeded, read in window twice in a row %h", good, twice_q);
      A9_AllRead: assert ((good & ~read_q) == '0)
      else $error("%m: cells %h succeeded, sensed since their last pulse %h", good, read_q);
      A16_ThenReset: assert (op_i != OpForm || (good & formed_q & ~leveled_q) == '0)
      else $error("%m: cells %h formed, then RESET and verified %h", good & formed_q, leveled_q);
      A16_OnlyNew: assert ((leveled_q & ~formed_q) == '0)
      else $error("%m: cells %h sensed for a RESET, formed now %h", leveled_q, formed_q);
      A12_Requested: assert (int'(result_o.requested) == $countones(active_q))
      else $error("%m: %0d cells requested, limit %0d", result_o.requested, $countones(active_q));
      A12_Logged: assert (int'(result_o.failed) == $countones(logged_q))
      else $error("%m: %0d cells failed, %0d logged", result_o.failed, $countones(logged_q));
    end
    if (live && fail_push_o) begin
      A12_Entry: assert (active_q[fail_o.cell_index] && !logged_q[fail_o.cell_index]
                         && fail_o.addr == addr_i)
      else $error("%m: entry of cell %0d of word %h, which is not active or already logged",
                  fail_o.cell_index, fail_o.addr);
    end
    if (live && start_i && state_q <= StateLast) begin
      A17_OneWord: assert (!busy_o)
      else $error("%m: a word starts on top of another");
    end
    if (live && state_q > StateLast) begin
      A19_Alarm: assert (alarm_o)
      else $error("%m: no alarm in the invalid state %0d", state_q);
    end
  end

endmodule

bind cnr_verify cnr_verify_chk u_chk (.*, .state_q(state_q));
