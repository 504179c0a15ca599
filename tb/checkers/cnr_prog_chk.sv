// Rules of the sweep, bound into every cnr_prog: one answer to each command, words in order,
// nothing illegal run, and a quick end when it has to stop.

module cnr_prog_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input logic      clk_i,
  input logic      rst_ni,
  input prog_cfg_t cfg_i,
  input logic      start_i,
  input logic      resume_i,
  input logic      abort_i,
  input logic      suspend_i,
  input addr_t     first_i,
  input addr_t     last_i,
  input logic      allow_i,
  input logic      supply_ok_i,
  input logic      unlocked_i,
  input logic      worn_i,
  input logic      busy_o,
  input logic      suspended_o,
  input logic      done_o,
  input prog_err_e err_o,
  input addr_t     pointer_o,
  input logic      w_valid_i,
  input logic      w_ready_o,
  input logic      rb_valid_o,
  input logic      rb_ready_i,
  input logic      word_start_o,
  input prog_op_e  word_op_o,
  input addr_t     word_addr_o,
  input cells_t    word_active_o,
  input logic      word_done_i,
  input prog_err_e word_err_i,
  input logic      word_counted_o,
  input logic      stop_o,
  input logic [2:0] state_q
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

  localparam logic [2:0] StateLast = 3'd5;   // states are numbered from 0
  localparam logic [2:0] StRun = 3'd2;
  // The discharge, the log of a word that was complete, and a few cycles of hand-over.
  localparam int StopCycles = int'(ProgDischargeCycles) + int'(WordCells) + 12;

  logic command, complete, pulses;

  assign command  = (start_i || resume_i) && !busy_o;
  assign complete = word_counted_o || (rb_valid_o && rb_ready_i);
  assign pulses   = !(word_op_o inside {OpRead, OpVerify});

  logic  started_q, command_q, start_q, complete_q, illegal_q, allowed_q, unlocked_q;
  addr_t pointer_q, first_q, last_in_q, last_q;
  int    answers_q, stop_age_q, stalled_q;
  logic  repeated_q;   // the word in turn was suspended

  addr_t last;   // end of the last accepted start

  assign last = (command_q && start_q && busy_o) ? last_in_q : last_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      started_q  <= 1'b0;
      command_q  <= 1'b0;
      start_q    <= 1'b0;
      complete_q <= 1'b0;
      illegal_q  <= 1'b0;
      allowed_q  <= 1'b0;
      unlocked_q <= 1'b0;
      pointer_q  <= '0;
      first_q    <= '0;
      last_in_q  <= '0;
      last_q     <= '0;
      answers_q  <= 0;
      stop_age_q <= 0;
      stalled_q  <= 0;
      repeated_q <= 1'b0;
    end else begin
      started_q  <= 1'b1;
      command_q  <= command;
      start_q    <= start_i;
      complete_q <= complete;
      illegal_q  <= state_q > StateLast;
      allowed_q  <= allow_i && supply_ok_i;
      unlocked_q <= unlocked_i;
      pointer_q  <= pointer_o;
      first_q    <= first_i;
      last_in_q  <= last_i;
      last_q     <= last;
      answers_q  <= answers_q + int'(command) - int'(done_o);
      stop_age_q <= (busy_o && !suspended_o && (stop_o || stop_age_q > 0)) ? stop_age_q + 1 : 0;
      repeated_q <= busy_o && !complete && (suspended_o || repeated_q);
      stalled_q  <= (rb_valid_o && !rb_ready_i) ? 1 : 0;
    end
  end

  // Every command is answered once; a command while busy changes nothing.
  always_ff @(posedge clk_i) begin
    if (live) begin
      A17_Answer: assert (answers_q == (busy_o ? 1 : 0) + int'(done_o))
      else $error("%m: %0d commands to answer, busy %b, done %b", answers_q, busy_o, done_o);
      A17_Taken: assert (!w_ready_o || word_op_o inside {OpWrite, OpVerify, OpTestPulse})
      else $error("%m: targets wanted in operation %0d", word_op_o);
      A17_Start: assert (!word_start_o || !w_ready_o || w_valid_i)
      else $error("%m: a word starts without its targets");
      A17_ReadBack: assert (stalled_q == 0 || rb_valid_o || stop_o || !busy_o)
      else $error("%m: read-back data were withdrawn");
    end
  end

  // Words in order: the pointer moves with an accepted start and with each complete word.
  always_ff @(posedge clk_i) begin
    if (live && started_q && pointer_o != pointer_q) begin
      A13_Pointer: assert (complete_q || (command_q && start_q && busy_o && pointer_o == first_q))
      else $error("%m: pointer from %h to %h without a complete word", pointer_q, pointer_o);
      A13_Order: assert (!complete_q || pointer_o > pointer_q || pointer_o == '0)
      else $error("%m: pointer from %h to %h is no order", pointer_q, pointer_o);
    end
    if (live && word_start_o) begin
      A13_Word: assert (word_addr_o == pointer_o && word_addr_o <= last)
      else $error("%m: word %h, pointer %h, last %h", word_addr_o, pointer_o, last);
      A15_Worn: assert (!pulses || !worn_i || repeated_q)
      else $error("%m: a word of operation %0d starts in a worn group", word_op_o);
      A14_Lanes: assert (word_active_o != '0)
      else $error("%m: word %h has no cell", word_addr_o);
    end
    if (live && word_counted_o) begin
      A12_Complete: assert (word_done_i && word_err_i == ErrNone)
      else $error("%m: a word is counted with error %0d", word_err_i);
    end
  end

  // Nothing illegal runs.
  function automatic logic sound(ramp_cfg_t ramp);
    return ramp.wl.start <= ramp.wl.stop && ramp.line.start <= ramp.line.stop &&
           ramp.width.start <= ramp.width.stop && ramp.width.start != '0 &&
           ramp.wl.step != '0 && ramp.line.step != '0 && ramp.width.step != '0;
  endfunction

  always_ff @(posedge clk_i) begin
    if (live && command_q && busy_o) begin
      A20_Allowed: assert (allowed_q)
      else $error("%m: programming starts without permission or supply");
      A18_Lock: assert (!pulses || unlocked_q)
      else $error("%m: operation %0d starts on a locked chip", word_op_o);
      A18_Range: assert (pointer_o <= last && int'(last.layer) < int'(NumLayers))
      else $error("%m: sweep from %h to %h", pointer_o, last);
      A18_Ramps: assert (!pulses || (sound(cfg_i.set) && sound(cfg_i.reset)))
      else $error("%m: a SET or RESET table is illegal");
      A18_Form: assert (word_op_o != OpForm || sound(cfg_i.form))
      else $error("%m: the FORM table is illegal");
      A18_Ceilings: assert (!pulses || (int'(cfg_i.set.wl.stop) <= int'(CeilSetWl)
                                        && int'(cfg_i.set.line.stop) <= int'(CeilSetLine)
                                        && int'(cfg_i.reset.wl.stop) <= int'(CeilResetWl)
                                        && int'(cfg_i.reset.line.stop) <= int'(CeilResetLine)))
      else $error("%m: SET up to (%0d, %0d), RESET up to (%0d, %0d)", cfg_i.set.wl.stop,
                  cfg_i.set.line.stop, cfg_i.reset.wl.stop, cfg_i.reset.line.stop);
    end
    if (live && command_q && !busy_o) begin
      A18_Refused: assert (done_o && err_o != ErrNone)
      else $error("%m: a command was neither run nor refused: done %b, error %0d", done_o, err_o);
    end
  end

  // A stop ends the sweep, and the pins with the next edge (cnr_pulse_chk).
  always_ff @(posedge clk_i) begin
    if (live && busy_o && state_q <= StateLast) begin
      A13_Stop: assert (!(abort_i || !supply_ok_i) || stop_o)
      else $error("%m: abort %b, supply %b, but no stop", abort_i, supply_ok_i);
      A13_Suspend: assert (!(suspend_i && state_q == StRun) || stop_o || word_done_i)
      else $error("%m: suspend, but no stop");
      A13_End: assert (stop_age_q <= StopCycles)
      else $error("%m: busy %0d cycles after a stop, limit %0d", stop_age_q, StopCycles);
    end
    if (live && illegal_q) begin
      A19_Stop: assert (stop_o || !busy_o)
      else $error("%m: no stop after an invalid state");
    end
  end

endmodule

bind cnr_prog cnr_prog_chk u_chk (.*, .state_q(state_q));
