// Built-in self-test. Sits between the host and the sweep (cnr_prog). Without MARCH it passes
// everything on. An accepted start of MARCH becomes a sequence of WRITE and VERIFY operations over
// the range, whose targets it makes itself; to the host they are one operation: busy_o in all of
// it, one done_o with the first error, failing cells in the fail log (a cell may be found more than
// once). A test that has ended early cannot be resumed: resume is then refused with ErrOp.
//
//   March C-       up (w0)  up (r0 w1)  up (r1 w0)  down (r0 w1)  down (r1 w0)  up (r0)
//   other pattern  up (wd)  up (rd)  up (wi)  up (ri), with data d and inverted data i
//
// Reads are VERIFY, 0 is the lowest level and 1 the highest. A stop or a suspend that comes when an
// operation ends, or in the cycle between two of them, is kept for the next one.

module cnr_bist
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic       clk_i,
  input  logic       rst_ni,

  // Host
  input  logic [1:0] pattern_i,
  input  logic       start_i,
  input  logic       resume_i,
  input  logic       abort_i,
  input  logic       suspend_i,
  input  logic [3:0] op_i,
  input  addr_t      first_i,
  input  addr_t      last_i,
  input  logic       supply_ok_i,
  output logic       busy_o,
  output logic       done_o,
  output prog_err_e  err_o,
  output logic       sweep_o,         // a sweep over words that differ begins
  output logic       testing_o,       // targets are those of the test
  input  logic       w_valid_i,
  output logic       w_ready_o,
  input  levels_t    w_data_i,

  // Sweep
  output logic       prog_start_o,
  output logic       prog_resume_o,
  output logic       prog_suspend_o,
  output logic [3:0] prog_op_o,
  output addr_t      prog_first_o,
  output addr_t      prog_last_o,
  input  logic       prog_accept_i,
  input  logic       prog_busy_i,
  input  logic       prog_suspended_i,
  input  logic       prog_done_i,
  input  prog_err_e  prog_err_i,
  input  addr_t      prog_pointer_i,
  output logic       prog_w_valid_o,
  input  logic       prog_w_ready_i,
  output levels_t    prog_w_data_o
);

  // One pass over the range: a single operation as one sweep, or a VERIFY of the data and a WRITE
  // of their inverse for each word in turn.
  typedef struct packed {
    logic paired;
    logic verify;     // the single operation is VERIFY, else WRITE
    logic invert;     // the data of the operation, of the first one if paired
    logic down;
    logic last;
  } element_t;

  function automatic element_t element_of(logic march_c, logic [2:0] number);
    element_t result;
    result = '0;
    if (march_c) begin
      result.paired = number inside {[3'd1:3'd4]};
      result.verify = number == 3'd5;
      result.invert = number inside {3'd2, 3'd4};
      result.down   = number inside {3'd3, 3'd4};
      result.last   = number == 3'd5;
    end else begin
      result.verify = number[0];
      result.invert = number[1];
      result.last   = number == 3'd3;
    end
    return result;
  endfunction

  // Pseudo-random bits of 64 cells of a word: two rounds of xorshift on its address.
  function automatic logic [63:0] scrambled(addr_t addr, logic [7:0] block);
    logic [63:0] x;
    x = 64'h9e37_79b9_7f4a_7c15 ^ {block, 56'(addr)};
    for (int unsigned n = 0; n < 2; n++) begin
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
    end
    return x;
  endfunction

  function automatic cells_t random_cells(addr_t addr);
    logic [63:0] block;
    cells_t      result;
    for (int unsigned c = 0; c < WordCells; c++) begin
      if (c % 64 == 0) block = scrambled(addr, 8'(c / 64));
      result[c] = block[c%64];
    end
    return result;
  endfunction

  function automatic cells_t background(logic [1:0] pattern, addr_t addr);
    cells_t result;
    result = (pattern == BistRandom) ? random_cells(addr) : '0;
    if (pattern == BistCheckerboard) begin
      for (int unsigned c = 0; c < WordCells; c++) result[c] = c[0] ^ addr.row[0];
    end
    return result;
  endfunction

  logic       running_d, running_q;
  logic       ended_q;                // the test has ended with the last edge
  logic       tested_d, tested_q;     // the last accepted start was a test
  logic       writing_d, writing_q;   // second operation of a pair
  logic       suspend_d, suspend_q;   // a suspend that has not taken effect yet
  prog_err_e  stop_d, stop_q;         // why the test has to end
  logic [1:0] pattern_d, pattern_q;
  logic [2:0] number_d, number_q;     // element in turn
  addr_t      first_d, first_q, last_d, last_q;
  addr_t      word_d, word_q;         // word in turn of a pair
  prog_err_e  cut_d, cut_q;           // why the test has ended between two operations

  element_t   element, following;
  logic       gap;                    // an operation of the test has ended
  logic       again;                  // and the next one begins
  logic       march;                  // a start of the test
  prog_err_e  cut;

  assign element   = element_of(pattern_q == BistMarchC, number_q);
  assign following = element_of(pattern_q == BistMarchC, number_q + 1'b1);
  assign gap       = running_q && prog_done_i;
  logic unused_following;   // its data and its end are looked at when it is in turn
  assign unused_following = following.invert ^ following.last;

  assign march     = start_i && !busy_o && op_i == OpMarch;

  always_comb begin
    stop_d = running_q ? stop_q : ErrNone;
    if (running_q && stop_q == ErrNone) begin
      if (!supply_ok_i) stop_d = ErrSupply;
      else if (abort_i) stop_d = ErrAborted;
    end
  end

  // What comes after the operation that has ended.
  logic     pair_end, element_end, going_on;
  logic     next_paired, next_verify, next_writing;
  addr_t    next_word;

  assign pair_end     = !element.paired || writing_q;
  assign element_end  = pair_end &&
                        (!element.paired || word_q == (element.down ? first_q : last_q));
  assign going_on     = gap && prog_err_i == ErrNone && !(element_end && element.last);
  assign cut          = going_on ? stop_d : ErrNone;
  assign again        = going_on && cut == ErrNone;
  assign next_paired  = element_end ? following.paired : element.paired;
  assign next_verify  = element_end ? following.verify : element.verify;
  assign next_writing = element.paired && !pair_end;

  always_comb begin
    next_word = word_q;
    if (element_end)   next_word = following.down ? last_q : first_q;
    else if (pair_end) next_word = element.down ? word_before(word_q) : word_after(word_q);
  end

  // Commands of the sweep.
  always_comb begin
    prog_start_o = again || (start_i && !busy_o);
    prog_op_o    = op_i;
    prog_first_o = first_i;
    prog_last_o  = last_i;
    if (running_q) begin
      prog_op_o    = (next_paired ? next_writing : !next_verify) ? OpWrite : OpVerify;
      prog_first_o = next_paired ? next_word : first_q;
      prog_last_o  = next_paired ? next_word : last_q;
    end else if (march) begin
      prog_op_o = (pattern_i inside {BistMarchC, BistCheckerboard, BistRandom}) ? OpWrite : OpNone;
    end else if (!start_i && resume_i && tested_q) begin
      prog_start_o = !busy_o;
      prog_op_o    = OpNone;
    end
  end

  always_comb begin
    running_d = running_q;
    tested_d  = tested_q;
    writing_d = writing_q;
    pattern_d = pattern_q;
    number_d  = number_q;
    first_d   = first_q;
    last_d    = last_q;
    word_d    = word_q;
    cut_d     = prog_accept_i ? ErrNone : prog_done_i ? cut : cut_q;
    suspend_d = running_q && !prog_suspended_i && (suspend_i || suspend_q);

    if (again) begin
      writing_d = next_writing;
      word_d    = next_word;
      if (element_end) number_d = number_q + 1'b1;
    end else if (gap) begin
      running_d = 1'b0;
    end
    if (prog_accept_i && !running_q) begin
      tested_d = march || (!start_i && tested_q);
      if (march) begin
        running_d = 1'b1;
        writing_d = 1'b0;
        pattern_d = pattern_i;
        number_d  = '0;
        first_d   = first_i;
        last_d    = last_i;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q <= 1'b0;
      ended_q   <= 1'b0;
      tested_q  <= 1'b0;
      writing_q <= 1'b0;
      suspend_q <= 1'b0;
      stop_q    <= ErrNone;
      pattern_q <= '0;
      number_q  <= '0;
      first_q   <= '0;
      last_q    <= '0;
      word_q    <= '0;
      cut_q     <= ErrNone;
    end else begin
      running_q <= running_d;
      ended_q   <= gap && !again;
      tested_q  <= tested_d;
      writing_q <= writing_d;
      suspend_q <= suspend_d;
      stop_q    <= stop_d;
      pattern_q <= pattern_d;
      number_q  <= number_d;
      first_q   <= first_d;
      last_q    <= last_d;
      word_q    <= word_d;
      cut_q     <= cut_d;
    end
  end

  // Targets of the test.
  cells_t bits;

  always_comb begin
    bits          = '0;
    prog_w_data_o = w_data_i;
    if (running_q) begin
      bits = background(pattern_q, prog_pointer_i) ^
             {WordCells{element.invert ^ (element.paired && writing_q)}};
      for (int unsigned c = 0; c < WordCells; c++) begin
        prog_w_data_o[c] = bits[c] ? LevelW'(NumLevels - 1) : '0;
      end
    end
  end

  assign prog_w_valid_o = running_q || w_valid_i;
  assign w_ready_o      = prog_w_ready_i && !running_q;
  assign prog_resume_o  = resume_i && (!running_q || prog_suspended_i);
  assign prog_suspend_o = suspend_i || suspend_q;
  assign busy_o         = running_q || prog_busy_i;
  assign done_o         = ended_q || (prog_done_i && !running_q);
  assign err_o          = (prog_done_i || cut_q == ErrNone) ? prog_err_i : cut_q;
  assign sweep_o        = prog_accept_i && (!running_q || element_end);
  assign testing_o      = running_q;

endmodule
