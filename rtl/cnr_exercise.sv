// TEST_PULSE and CYCLE of one word: pulses at the start of their ramp tables, without any sense.
// start_i begins op_i on the cells of active_i at addr_i, all held until done_o strobes; a start
// while busy_o is ignored. TEST_PULSE drives one pulse of the configured kind into the cells whose
// target is not 0, and none if there is no such cell. CYCLE drives the configured number of SET and
// RESET pulses in turn into all cells; it ends with ErrWorn before the SET pulse that worn_i
// forbids. A pulse that ends with an error ends the word with it.

module cnr_exercise
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,

  input  prog_cfg_t   cfg_i,
  input  logic        start_i,
  input  prog_op_e    op_i,
  input  addr_t       addr_i,
  input  cells_t      active_i,
  input  levels_t     target_i,      // of TEST_PULSE, taken with start_i
  input  logic        worn_i,
  output logic        busy_o,
  output logic        done_o,
  output prog_err_e   err_o,

  output logic        req_valid_o,
  input  logic        req_ready_i,
  output pulse_req_t  req_o,
  output logic        alarm_o,       // no legal state: what runs must stop
  input  logic        pulse_done_i,
  input  prog_err_e   pulse_err_i
);

  typedef enum logic [2:0] {
    StIdle,
    StPulse,
    StPulsing,
    StDrain,
    StDone
  } state_e;

  state_e      state_d, state_q;
  prog_err_e   err_d, err_q;
  cells_t      cells_d, cells_q;
  pulse_kind_e kind_d, kind_q;
  logic [15:0] left_d, left_q;       // SET pulses still to come, the present one included
  cells_t      marked;

  always_comb begin
    for (int unsigned c = 0; c < WordCells; c++) marked[c] = active_i[c] && target_i[c] != '0;
  end

  always_comb begin
    state_d     = state_q;
    err_d       = err_q;
    cells_d     = cells_q;
    kind_d      = kind_q;
    left_d      = left_q;
    req_valid_o = 1'b0;
    alarm_o     = 1'b0;

    unique case (state_q)
      // Waits for a word.
      StIdle: begin
        if (start_i) begin
          err_d   = ErrNone;
          cells_d = (op_i == OpCycle) ? active_i : marked;
          kind_d  = (op_i == OpCycle) ? KindSet : pulse_kind_e'(cfg_i.test_kind);
          left_d  = cfg_i.test_cycles;
          state_d = (cells_d == '0) ? StDone : StPulse;
        end
      end

      // A pulse is requested, unless the group is worn out.
      StPulse: begin
        if (op_i == OpCycle && kind_q == KindSet && worn_i) begin
          err_d   = ErrWorn;
          state_d = StDone;
        end else begin
          req_valid_o = 1'b1;
          if (req_ready_i) state_d = StPulsing;
        end
      end

      // A pulse runs.
      StPulsing: begin
        if (pulse_done_i) begin
          err_d   = pulse_err_i;
          state_d = StDone;
          if (pulse_err_i == ErrNone && op_i == OpCycle) begin
            kind_d = (kind_q == KindSet) ? KindReset : KindSet;
            if (kind_q == KindReset) left_d = left_q - 1'b1;
            if (left_d != '0) state_d = StPulse;
          end
        end
      end

      // After an alarm: what ran is being stopped.
      StDrain: begin
        alarm_o = 1'b1;
        if (req_ready_i) state_d = StDone;
      end

      // The outcome is told.
      StDone: state_d = StIdle;

      // No legal state: stop what runs, and tell.
      default: begin
        alarm_o = 1'b1;
        err_d   = ErrState;
        state_d = StDrain;
      end
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      err_q   <= ErrNone;
      cells_q <= '0;
      kind_q  <= KindSense;
      left_q  <= '0;
    end else begin
      state_q <= state_d;
      err_q   <= err_d;
      cells_q <= cells_d;
      kind_q  <= kind_d;
      left_q  <= left_d;
    end
  end

  // The first point of the table.
  always_comb begin
    req_o = '{
      kind: kind_q, addr: addr_i, cells: cells_q,
      wl: cfg_i.reset.wl.start, line: cfg_i.reset.line.start, width: cfg_i.reset.width.start,
      sense_ref: '0
    };
    if (kind_q == KindSet) begin
      req_o.wl    = cfg_i.set.wl.start;
      req_o.line  = cfg_i.set.line.start;
      req_o.width = cfg_i.set.width.start;
    end else if (kind_q == KindForm) begin
      req_o.wl    = cfg_i.form.wl.start;
      req_o.line  = cfg_i.form.line.start;
      req_o.width = cfg_i.form.width.start;
    end
  end

  logic unused_cfg;   // of most of the configuration
  assign unused_cfg = ^cfg_i;

  assign busy_o = state_q != StIdle;
  assign done_o = state_q == StDone;
  assign err_o  = err_q;

endmodule
