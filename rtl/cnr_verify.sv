// Write-verify of one word. start_i begins op_i on the cells of active_i at addr_i, all held until
// done_o strobes; a start while busy_o is ignored. Cells outside active_i are never driven nor
// counted. With err_o = ErrNone the word is complete: every active cell has succeeded or has been
// logged as failed; read-back levels are in levels_o. Otherwise the word ended early and counts for
// nothing; it has logged nothing unless it was stopped while it waited for room in the fail log.
//
// A verify pass senses, level by level and bound by bound, the open cells of that level. A cell is
// accepted, and closed, by two passes in a row in its window; after one it is masked from pulses
// but still sensed. Out of window, it is pulsed with the present point of the ramp, the polarity
// being kept while any cell needs it. The first polarity is SET if any cell needs SET. A reversal
// restarts the ramps. Cells that need a pulse beyond a limit are failed; so are, at once, cells
// that VERIFY finds out of window and cells whose target is no level of the chip. FORM first forms:
// below form_ref is in window; then the cells that it has formed, and only those, are RESET to the
// highest level. REFRESH first reads the levels as READ does; they are then the targets.
//
// Where a delayed verify is configured, a word that was pulsed is sensed once more after the wait:
// a cell in its window stays closed, one that has dropped out is open again under the limits that
// are left, and the wait is repeated until no pulse was needed.

module cnr_verify
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,

  input  prog_cfg_t    cfg_i,
  input  logic         start_i,
  input  prog_op_e     op_i,
  input  addr_t        addr_i,
  input  cells_t       active_i,
  input  levels_t      target_i,     // of WRITE and VERIFY, taken with start_i
  input  logic         stop_i,       // waiting must end; what is electrical ends by itself
  output logic         busy_o,
  output logic         done_o,
  output prog_err_e    err_o,
  output word_result_t result_o,
  output levels_t      levels_o,     // of READ; 0 for the other cells

  // Ramp table of the present polarity
  output ramp_cfg_t    ramp_cfg_o,
  output logic         ramp_restart_o,
  output logic         ramp_step_o,
  input  dac_t         ramp_wl_i,
  input  dac_t         ramp_line_i,
  input  width_t       ramp_width_i,

  // Pulses and senses
  output logic         req_valid_o,
  input  logic         req_ready_i,
  output pulse_req_t   req_o,
  output logic         alarm_o,      // no legal state: what runs must stop
  input  logic         pulse_done_i,
  input  prog_err_e    pulse_err_i,
  input  cells_t       sense_i,

  input  logic         fail_full_i,
  output logic         fail_push_o,
  output fail_t        fail_o
);

  typedef enum logic [3:0] {
    StIdle,
    StSelect,
    StSense,
    StJudge,
    StChoose,
    StRestart,
    StPulse,
    StPulsing,
    StLog,
    StDrain,
    StDone,
    StRelax
  } state_e;

  typedef logic [LevelW-1:0] level_t;
  localparam level_t LevelLast = LevelW'(NumLevels - 1);
  localparam logic BoundLo = 1'b0;
  localparam logic BoundHi = 1'b1;

  // Targets are kept as bit planes: cell-wise logic is then logic on whole words.
  function automatic planes_t planes(levels_t levels);
    planes_t result;
    if (LevelW == 1) return levels;
    for (int unsigned c = 0; c < WordCells; c++) begin
      for (int unsigned k = 0; k < LevelW; k++) result[k][c] = levels[c][k];
    end
    return result;
  endfunction

  function automatic planes_t all_at(level_t level);
    planes_t result;
    for (int unsigned k = 0; k < LevelW; k++) result[k] = {WordCells{level[k]}};
    return result;
  endfunction

  function automatic cells_t cells_at(planes_t targets, level_t level);
    cells_t result;
    result = '1;
    for (int unsigned k = 0; k < LevelW; k++) result &= level[k] ? targets[k] : ~targets[k];
    return result;
  endfunction

  function automatic cells_t cells_at_any(planes_t targets);
    cells_t result;
    result = '0;
    for (int unsigned l = 0; l < NumLevels; l++) result |= cells_at(targets, LevelW'(l));
    return result;
  endfunction

  // One more boundary lies below the cells of `more`.
  function automatic planes_t counted_up(planes_t levels, cells_t more);
    planes_t result;
    cells_t  carry;
    carry = more;
    for (int unsigned k = 0; k < LevelW; k++) begin
      result[k] = levels[k] ^ carry;
      carry     = levels[k] & carry;
    end
    return result;
  endfunction

  state_e      state_d, state_q;
  prog_err_e   err_d, err_q;
  planes_t     planes_d, planes_q;        // targets; of READ, boundaries below the cell
  cells_t      active_d, active_q;
  cells_t      open_d, open_q;            // neither accepted nor failed
  cells_t      once_d, once_q;            // in window in the last pass
  cells_t      low_d, low_q;              // below the window: needs the RESET direction
  cells_t      high_d, high_q;            // above the window: needs the SET direction
  cells_t      failed_d, failed_q;
  cells_t      formed_d, formed_q;        // got FORM pulses and have not failed while forming
  logic        forming_d, forming_q;      // the first part of FORM
  logic        reading_d, reading_q;      // READ, and the first part of REFRESH
  logic        pulsed_d, pulsed_q;        // since the last wait
  logic        delayed_d, delayed_q;      // the pass in turn is a delayed verify
  logic [23:0] relax_d, relax_q;          // what is left of the wait
  cells_t      dropped_d, dropped_q;      // out of window in a delayed verify
  pulse_kind_e kind_d, kind_q;            // present polarity; KindSense before the first pulse
  level_t      level_d, level_q;          // sense in turn
  logic        bound_d, bound_q;
  cell_index_t cell_d, cell_q;            // cell in turn to be logged

  logic        begin_pass;                // a new verify pass starts
  logic        end_part;                  // no cell is open any more

  // The sense in turn, its candidates and what follows it.
  window_t     window;
  cells_t      candidates;
  ref_t        sense_ref;
  logic        last_sense;
  level_t      next_level;
  logic        next_bound;

  assign window = cfg_i.verify_window[level_q];

  always_comb begin
    next_level = level_q + 1'b1;
    next_bound = BoundLo;
    if (reading_q) begin
      candidates = open_q;
      sense_ref  = cfg_i.read_window[level_q].hi;
      last_sense = level_q == LevelLast - 1'b1;
    end else if (forming_q) begin
      candidates = open_q;
      sense_ref  = cfg_i.form_ref;
      last_sense = 1'b1;
    end else begin
      candidates = open_q & cells_at(planes_q, level_q);
      if (bound_q == BoundLo) begin
        sense_ref  = window.lo;
        last_sense = 1'b0;
        next_level = level_q;
        next_bound = BoundHi;
        if (window.lo == RefLowest) candidates = '0;
      end else begin
        // A cell below the lower bound is below the upper one.
        candidates &= ~low_q;
        sense_ref  = window.hi;
        last_sense = level_q == LevelLast;
        if (window.hi == RefHighest) candidates = '0;
      end
    end
  end

  // The polarity in turn and whether a limit forbids it.
  cells_t      out;
  cells_t      needing;
  pulse_kind_e want;
  logic        turn;
  logic        turn_taken;
  logic        spent;

  assign out = open_q & (low_q | high_q);

  always_comb begin
    if (forming_q)                                          want = KindForm;
    else if (kind_q == KindReset && (out & low_q) != '0)    want = KindReset;
    else if ((out & high_q) != '0)                          want = KindSet;
    else                                                    want = KindReset;
    needing = (want == KindReset) ? out & low_q : out & high_q;
    turn    = kind_q != KindSense && want != kind_q;
  end

  cnr_limits u_limits (
    .clk_i,
    .rst_ni,
    .limits_i(cfg_i.limits),
    .load_i(state_q == StIdle && start_i),
    .pulse_i(state_q == StPulse && req_ready_i),
    .kind_i(kind_q),
    .turn_i(turn_taken),
    .want_i(want),
    .reverse_i(turn),
    .spent_o(spent)
  );

  // The cells that a delayed verify looks at. FORM has left what was formed before as it was.
  cells_t settled;
  logic   full;       // the cell in turn finds no room in the fail log and waits for it

  assign settled = ((op_i == OpForm) ? formed_q : active_q) & ~failed_q;
  assign full    = failed_q[cell_q] && fail_full_i && cfg_i.fail_wait;

  always_comb begin
    state_d        = state_q;
    err_d          = err_q;
    planes_d       = planes_q;
    active_d       = active_q;
    open_d         = open_q;
    once_d         = once_q;
    low_d          = low_q;
    high_d         = high_q;
    failed_d       = failed_q;
    formed_d       = formed_q;
    forming_d      = forming_q;
    kind_d         = kind_q;
    level_d        = level_q;
    bound_d        = bound_q;
    cell_d         = cell_q;
    reading_d      = reading_q;
    pulsed_d       = pulsed_q;
    delayed_d      = delayed_q;
    relax_d        = relax_q;
    dropped_d      = dropped_q;

    begin_pass     = 1'b0;
    end_part       = 1'b0;
    turn_taken     = 1'b0;
    req_valid_o    = 1'b0;
    ramp_restart_o = 1'b0;
    ramp_step_o    = 1'b0;
    fail_push_o    = 1'b0;
    alarm_o        = 1'b0;

    unique case (state_q)
      // Waits for a word.
      StIdle: begin
        if (start_i) begin
          unique case (op_i)
            OpWrite, OpVerify:        planes_d = planes(target_i);
            OpSet, OpRead, OpRefresh: planes_d = '0;
            default:                  planes_d = all_at(LevelLast);
          endcase
          active_d   = active_i;
          open_d     = active_i & cells_at_any(planes_d);
          failed_d   = active_i & ~open_d;
          formed_d   = '0;
          once_d     = '0;
          low_d      = '0;
          high_d     = '0;
          forming_d  = op_i == OpForm;
          reading_d  = op_i inside {OpRead, OpRefresh};
          pulsed_d   = 1'b0;
          delayed_d  = 1'b0;
          dropped_d  = '0;
          kind_d     = KindSense;
          err_d      = ErrNone;
          begin_pass = 1'b1;
        end
      end

      // The sense in turn is requested, or passed over when no cell has a use for it.
      StSelect: begin
        req_valid_o = candidates != '0;
        if (candidates != '0) begin
          if (req_ready_i) state_d = StSense;
        end else begin
          level_d = next_level;
          bound_d = next_bound;
          if (last_sense) state_d = StJudge;
        end
      end

      // A sense runs.
      StSense: begin
        if (pulse_done_i) begin
          if (pulse_err_i != ErrNone) begin
            err_d   = pulse_err_i;
            state_d = StDone;
          end else begin
            level_d = next_level;
            bound_d = next_bound;
            state_d = last_sense ? StJudge : StSelect;
            if (reading_q) begin
              planes_d = counted_up(planes_q, candidates & sense_i);
            end else if (forming_q || bound_q == BoundHi) begin
              high_d = high_q | (candidates & sense_i);
            end else begin
              low_d = low_q | (candidates & ~sense_i);
            end
          end
        end
      end

      // All senses of the pass are in: the second read in window in a row closes a cell.
      StJudge: begin
        if (reading_q) begin
          reading_d = 1'b0;
          if (op_i == OpRead) state_d = StDone;
          else                begin_pass = 1'b1;
        end else begin
          open_d    = open_q & ~(once_q & ~out);
          once_d    = open_d & ~out;
          delayed_d = 1'b0;
          if (delayed_q) dropped_d = dropped_q | out;
          state_d   = StChoose;
        end
      end

      // Every open cell is out of window and needs a pulse, or has been in window once.
      StChoose: begin
        if (open_q == '0) begin
          end_part = 1'b1;
        end else if (out == '0) begin
          begin_pass = 1'b1;
        end else if (op_i == OpVerify) begin
          failed_d = failed_q | out;
          open_d   = open_q & ~out;
        end else if (spent) begin
          failed_d = failed_q | needing;
          open_d   = open_q & ~needing;
          if (forming_q) formed_d = formed_q & ~needing;
        end else if (want != kind_q) begin
          kind_d     = want;
          turn_taken = turn;
          state_d    = StRestart;
        end else begin
          state_d = StPulse;
        end
      end

      // The ramp starts with the table of the polarity.
      StRestart: begin
        ramp_restart_o = 1'b1;
        state_d        = StPulse;
      end

      // A pulse is requested.
      StPulse: begin
        req_valid_o = 1'b1;
        if (req_ready_i) begin
          ramp_step_o = 1'b1;
          pulsed_d    = 1'b1;
          if (forming_q) formed_d = formed_q | needing;
          state_d = StPulsing;
        end
      end

      // A pulse runs.
      StPulsing: begin
        if (pulse_done_i) begin
          if (pulse_err_i != ErrNone) begin
            err_d   = pulse_err_i;
            state_d = StDone;
          end else begin
            begin_pass = 1'b1;
          end
        end
      end

      // The failed cells are logged, one look per cycle.
      StLog: begin
        fail_push_o = failed_q[cell_q] && !full;
        if (!full) begin
          cell_d = cell_q + 1'b1;
          if (32'(cell_q) == WordCells - 1) state_d = StDone;
        end else if (stop_i) begin
          err_d   = ErrAborted;
          state_d = StDone;
        end
      end

      // Nothing is on: the cells may relax before they are sensed again.
      StRelax: begin
        relax_d = relax_q - 1'b1;
        if (stop_i) begin
          err_d   = ErrAborted;
          state_d = StDone;
        end else if (relax_q == '0) begin
          open_d     = settled;
          once_d     = settled;
          kind_d     = KindSense;
          pulsed_d   = 1'b0;
          delayed_d  = 1'b1;
          begin_pass = 1'b1;
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

    // After forming, the cells formed now become those to be RESET; then pulsed cells may relax,
    // and after that the word ends.
    if (end_part) begin
      if (forming_q && formed_q != '0) begin
        forming_d  = 1'b0;
        open_d     = formed_q;
        once_d     = '0;
        kind_d     = KindSense;
        begin_pass = 1'b1;
      end else if (pulsed_q && cfg_i.relax_cycles != '0 && settled != '0) begin
        relax_d = cfg_i.relax_cycles - 1'b1;
        state_d = StRelax;
      end else begin
        cell_d  = '0;
        state_d = (failed_q != '0) ? StLog : StDone;
      end
    end

    // That a failed cell was above its window is kept for the log.
    if (begin_pass) begin
      level_d = '0;
      bound_d = BoundLo;
      low_d   = '0;
      high_d  = high_d & ~open_d;
      state_d = StSelect;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= StIdle;
      err_q      <= ErrNone;
      planes_q   <= '0;
      active_q   <= '0;
      open_q     <= '0;
      once_q     <= '0;
      low_q      <= '0;
      high_q     <= '0;
      failed_q   <= '0;
      formed_q   <= '0;
      forming_q  <= 1'b0;
      kind_q     <= KindSense;
      level_q    <= '0;
      bound_q    <= BoundLo;
      cell_q     <= '0;
      reading_q  <= 1'b0;
      pulsed_q   <= 1'b0;
      delayed_q  <= 1'b0;
      relax_q    <= '0;
      dropped_q  <= '0;
    end else begin
      state_q    <= state_d;
      err_q      <= err_d;
      planes_q   <= planes_d;
      active_q   <= active_d;
      open_q     <= open_d;
      once_q     <= once_d;
      low_q      <= low_d;
      high_q     <= high_d;
      failed_q   <= failed_d;
      formed_q   <= formed_d;
      forming_q  <= forming_d;
      kind_q     <= kind_d;
      level_q    <= level_d;
      bound_q    <= bound_d;
      cell_q     <= cell_d;
      reading_q  <= reading_d;
      pulsed_q   <= pulsed_d;
      delayed_q  <= delayed_d;
      relax_q    <= relax_d;
      dropped_q  <= dropped_d;
    end
  end

  logic unused_cfg;   // other blocks use these
  assign unused_cfg = ^{cfg_i.sense_trim, cfg_i.test_kind, cfg_i.test_cycles, cfg_i.bist_pattern};

  assign busy_o = state_q != StIdle;
  assign done_o = state_q == StDone;
  assign err_o  = err_q;

  always_comb begin
    unique case (kind_q)
      KindForm: ramp_cfg_o = cfg_i.form;
      KindSet:  ramp_cfg_o = cfg_i.set;
      default:  ramp_cfg_o = cfg_i.reset;
    endcase
  end

  always_comb begin
    req_o = '{
      kind: KindSense, addr: addr_i, cells: candidates,
      wl: cfg_i.wl_sense, line: '0, width: '0, sense_ref: sense_ref
    };
    if (state_q == StPulse) begin
      req_o = '{
        kind: kind_q, addr: addr_i, cells: needing,
        wl: ramp_wl_i, line: ramp_line_i, width: ramp_width_i, sense_ref: '0
      };
    end
  end

  if (LevelW == 1) begin : gen_binary
    assign levels_o = planes_q;
  end else begin : gen_levels
    for (genvar c = 0; c < WordCells; c++) begin : gen_cell
      for (genvar k = 0; k < LevelW; k++) begin : gen_bit
        assign levels_o[c][k] = planes_q[k][c];
      end
    end
  end

  assign result_o.requested = cell_count_t'($countones(active_q));
  assign result_o.failed    = cell_count_t'($countones(failed_q));
  assign result_o.dropouts  = cell_count_t'($countones(dropped_q));

  // What a failed cell read last: pristine, above its window, below it; 0 at 0 if it never was
  // read.
  window_t log_window;

  always_comb begin
    fail_o.addr       = addr_i;
    fail_o.cell_index = cell_q;
    for (int unsigned k = 0; k < LevelW; k++) fail_o.target[k] = planes_q[k][cell_q];
    log_window = (32'(fail_o.target) < NumLevels) ? cfg_i.verify_window[fail_o.target] : '0;
    if (op_i == OpForm && !formed_q[cell_q]) begin
      fail_o.sense     = 1'b1;
      fail_o.sense_ref = cfg_i.form_ref;
    end else begin
      fail_o.sense     = high_q[cell_q];
      fail_o.sense_ref = high_q[cell_q] ? log_window.hi : log_window.lo;
    end
  end

endmodule
