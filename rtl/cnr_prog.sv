// Sweeps one operation over an inclusive range of words in programming order: layer, group, row,
// row fastest. start_i takes op_i, first_i and last_i; resume_i goes on at the pointer with the
// operation and end of the last accepted start, and start_i wins over it. Either is answered by
// done_o with err_o, which holds until the next done_o: at the end of the sweep, at its first
// error, or in the next cycle where it is refused, which changes nothing else. Both are ignored
// while busy_o is up; a resume with nothing left to do is refused with ErrRange. accept_o is high
// in the cycle of a start or resume that is not refused, busy_o from the next cycle on.
//
// pointer_o is the first word of the sweep that is not completed; after the last word of the chip
// it is the first again. A word is completed, counted and the pointer moved in one cycle. A stopped
// word is not counted, though its stream word has been taken. abort_i, loss of supply, any error of
// the word, and worn_i before a word that pulses, end the sweep; what is electrically active stops
// with the next edge. suspend_i stops the word in the same way, but then the sweep stays busy, with
// suspended_o, until resume_i begins the word again with the targets that it had, unless what is
// configured by then is refused; outside a sweep it is ignored. What is not electrically active, a
// read-back among it, runs to its end first.

module cnr_prog
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,

  input  prog_cfg_t    cfg_i,
  input  logic         start_i,
  input  logic         resume_i,
  input  logic         abort_i,
  input  logic         suspend_i,
  input  logic [3:0]   op_i,
  input  addr_t        first_i,
  input  addr_t        last_i,
  input  logic         allow_i,
  input  logic         supply_ok_i,
  input  logic         unlocked_i,
  input  logic         read_locked_i,
  input  logic         worn_i,           // the group of the word in turn
  output logic         accept_o,
  output logic         busy_o,
  output logic         suspended_o,
  output logic         done_o,
  output prog_err_e    err_o,
  output addr_t        pointer_o,

  // Targets of WRITE, VERIFY and TEST_PULSE, levels of READ
  input  logic         w_valid_i,
  output logic         w_ready_o,
  input  levels_t      w_data_i,
  output logic         rb_valid_o,
  input  logic         rb_ready_i,

  // Engine of one word
  output logic         word_start_o,
  output prog_op_e     word_op_o,
  output addr_t        word_addr_o,
  output cells_t       word_active_o,
  output levels_t      word_target_o,
  input  logic         word_busy_i,
  input  logic         word_done_i,
  input  prog_err_e    word_err_i,
  output logic         word_counted_o,   // the word is complete, its cells are to be counted
  output logic         stop_o            // what is electrically active must stop
);

  typedef enum logic [2:0] {
    StIdle,
    StNext,
    StRun,
    StReadBack,
    StDrain,
    StSuspended
  } state_e;

  // The last group of a layer may have fewer sub-arrays than there are lanes.
  function automatic cells_t existing(logic [LayerW-1:0] layer, logic [GroupW-1:0] group);
    cells_t result;
    for (int unsigned l = 0; l < Lanes; l++) begin
      result[l*WeightBits +: WeightBits] =
          {WeightBits{32'(group) * Lanes + l < LayerFilters[layer]}};
    end
    return result;
  endfunction

  state_e    state_d, state_q;
  prog_op_e  op_d, op_q;
  addr_t     pointer_d, pointer_q;
  addr_t     last_d, last_q;
  logic      finished_d, finished_q;  // nothing is left of the range
  prog_err_e stop_d, stop_q;          // why the sweep has to end
  prog_err_e err_d, err_q;
  logic      done_d, done_q;
  logic      suspend_d, suspend_q;    // the word in turn has to be suspended
  levels_t   target_d, target_q;      // of the word in turn
  logic      taken_d, taken_q;        // its targets have been taken from the stream

  // The request and its verdict.
  logic       begins, request, wakes;
  logic [3:0] op;
  addr_t      first, last;
  prog_err_e  verdict;

  assign begins  = start_i && state_q == StIdle;
  assign request = (start_i || resume_i) && state_q == StIdle;
  assign wakes   = resume_i && state_q == StSuspended;
  assign op      = begins ? op_i : op_q;
  assign first   = begins ? first_i : pointer_q;
  assign last    = begins ? last_i : last_q;

  cnr_prog_check u_check (
    .check_i(request || wakes),
    .op_i(op),
    .first_i(first),
    .last_i(last),
    .cfg_i,
    .allow_i,
    .supply_ok_i,
    .unlocked_i,
    .read_locked_i,
    .err_o(verdict)
  );

  logic      streams;      // every word needs its targets first
  logic      pulses;       // words of this operation may pulse
  prog_err_e stop;         // why the sweep has to end, from the cycle on in which it happens
  logic      advance;      // the word in turn is complete
  logic      finish;       // the sweep ends with `outcome`
  prog_err_e outcome;

  assign streams = op_q inside {OpWrite, OpVerify, OpTestPulse};
  assign pulses  = !(op_q inside {OpRead, OpVerify});

  always_comb begin
    state_d        = state_q;
    op_d           = op_q;
    pointer_d      = pointer_q;
    last_d         = last_q;
    finished_d     = finished_q;
    stop           = stop_q;
    err_d          = err_q;
    done_d         = 1'b0;
    suspend_d      = suspend_q || (suspend_i && state_q != StIdle);
    target_d       = target_q;
    taken_d        = taken_q;

    advance        = 1'b0;
    finish         = 1'b0;
    outcome        = ErrNone;
    accept_o       = 1'b0;
    w_ready_o      = 1'b0;
    rb_valid_o     = 1'b0;
    word_start_o   = 1'b0;
    word_counted_o = 1'b0;

    if (state_q != StIdle && stop_q == ErrNone) begin
      if (!supply_ok_i) stop = ErrSupply;
      else if (abort_i) stop = ErrAborted;
    end

    unique case (state_q)
      // No sweep runs.
      StIdle: begin
        if (request) begin
          if (verdict != ErrNone) begin
            finish  = 1'b1;
            outcome = verdict;
          end else if (!start_i && finished_q) begin
            finish  = 1'b1;
            outcome = ErrRange;
          end else begin
            accept_o   = 1'b1;
            op_d       = prog_op_e'(op);
            pointer_d  = first;
            last_d     = last;
            finished_d = 1'b0;
            state_d    = StNext;
          end
        end
      end

      // The word in turn waits for its targets, where it needs any and has none.
      StNext: begin
        if (stop != ErrNone) begin
          finish  = 1'b1;
          outcome = stop;
        end else if (suspend_d) begin
          state_d = StSuspended;
        end else if (pulses && worn_i && !taken_q) begin
          finish  = 1'b1;
          outcome = ErrWorn;
        end else begin
          w_ready_o = streams && !taken_q;
          if (w_ready_o && w_valid_i) target_d = w_data_i;
          if (w_valid_i || !w_ready_o) begin
            word_start_o = 1'b1;
            taken_d      = 1'b1;
            state_d      = StRun;
          end
        end
      end

      // The engine works on the word. It cannot know who stopped it.
      StRun: begin
        if (word_done_i) begin
          if (word_err_i == ErrAborted && stop == ErrNone && suspend_d) begin
            state_d = StSuspended;
          end else if (word_err_i != ErrNone) begin
            finish  = 1'b1;
            outcome = (word_err_i == ErrAborted && stop != ErrNone) ? stop : word_err_i;
          end else if (op_q == OpRead) begin
            state_d = StReadBack;
          end else begin
            word_counted_o = 1'b1;
            advance        = 1'b1;
          end
        end
      end

      // The levels of the word wait to be taken.
      StReadBack: begin
        if (stop != ErrNone) begin
          finish  = 1'b1;
          outcome = stop;
        end else begin
          rb_valid_o = 1'b1;
          advance    = rb_ready_i;
        end
      end

      // Nothing is active; the word in turn has not begun.
      StSuspended: begin
        suspend_d = 1'b0;
        if (stop != ErrNone) begin
          finish  = 1'b1;
          outcome = stop;
        end else if (wakes) begin
          finish  = verdict != ErrNone;
          outcome = verdict;
          state_d = StNext;
        end
      end

      // After an alarm: the word in turn is being stopped.
      StDrain: begin
        if (!word_busy_i) begin
          finish  = 1'b1;
          outcome = stop;
        end
      end

      // No legal state: stop what runs, and tell.
      default: begin
        stop    = ErrState;
        state_d = StDrain;
      end
    endcase

    if (advance) begin
      taken_d   = 1'b0;
      pointer_d = word_after(pointer_q);
      if (pointer_q == last_q) begin
        finish     = 1'b1;
        finished_d = 1'b1;
      end else begin
        state_d = StNext;
      end
    end

    if (finish) begin
      done_d    = 1'b1;
      err_d     = outcome;
      suspend_d = 1'b0;
      taken_d   = 1'b0;
      state_d   = StIdle;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= StIdle;
      op_q       <= OpNone;
      pointer_q  <= '0;
      last_q     <= '0;
      finished_q <= 1'b0;
      stop_q     <= ErrNone;
      err_q      <= ErrNone;
      done_q     <= 1'b0;
      suspend_q  <= 1'b0;
      target_q   <= '0;
      taken_q    <= 1'b0;
    end else begin
      state_q    <= state_d;
      op_q       <= op_d;
      pointer_q  <= pointer_d;
      last_q     <= last_d;
      finished_q <= finished_d;
      stop_q     <= stop_d;
      err_q      <= err_d;
      done_q     <= done_d;
      suspend_q  <= suspend_d;
      target_q   <= target_d;
      taken_q    <= taken_d;
    end
  end

  assign busy_o        = state_q != StIdle;
  assign done_o        = done_q;
  assign err_o         = err_q;
  assign pointer_o     = pointer_q;
  assign word_op_o     = op_q;
  assign word_addr_o   = pointer_q;
  assign word_active_o = existing(pointer_q.layer, pointer_q.group);
  assign word_target_o = target_d;
  assign suspended_o   = state_q == StSuspended;
  assign stop_o        = stop != ErrNone || (suspend_d && state_q == StRun);
  assign stop_d        = finish ? ErrNone : stop;

endmodule
