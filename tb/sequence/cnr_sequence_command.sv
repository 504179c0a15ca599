// What a command says of the pins: no pulse once it is over (A5), one answer to each command (A17),
// no pulse by an illegal configuration and an error as its answer (A18). Judged once a first
// command has been seen. A suspended command goes on with a new word. Reset ends a command without
// an answer.

module cnr_sequence_command
  import cnr_sequence_pkg::*;
(
  input step_t step_i
);

  timeunit 1ns; timeprecision 1ps;

  localparam real AnswerNs = 2.0 * ClkNs;   // from a command, or the end of busy, to its answer

  pins_t was, now;
  real   t_ns;
  logic  hv_rises, starts, dones, at_once;

  logic  commanded_q = 1'b0;   // a command has been seen
  logic  pending_q   = 1'b0;   // a command waits for its answer
  logic  refuse_q    = 1'b0;   // which has to be an error
  logic  over_q      = 1'b0;
  logic  stopped_q   = 1'b0;
  real   idle_at_q   = Never;  // neither busy nor just commanded

  int unsigned a17_q = 0, a18_q = 0;

  always @(step_i) begin
    was      = step_i.was;
    now      = step_i.now;
    t_ns     = $realtime;
    hv_rises = now.hv && !was.hv && was.alive;
    starts   = now.start && !was.start;
    dones    = now.done && !was.done;
    at_once  = starts && dones && !pending_q;

    if (starts) commanded_q = 1'b1;
    if (was.busy || starts) idle_at_q = t_ns;

    if (commanded_q) begin
      if (starts) begin
        A17_Lost: assert (!pending_q || dones)
        else $error("%m: a command with %b before it unanswered, limit 0", pending_q);
      end
      if (dones) begin
        a17_q++;
        A17_Asked: assert (pending_q || starts)
        else $error("%m: an answer to %b commands, limit 1", pending_q || starts);
      end
      if (pending_q) begin
        A17_Answered: assert (t_ns <= idle_at_q + AnswerNs + SlackNs)
        else $error("%m: no answer %0.3f ns after busy, limit %0.3f ns", t_ns - idle_at_q,
                    AnswerNs);
      end
      if (dones && (refuse_q || (at_once && now.illegal))) begin
        a18_q++;
        A18_Refused: assert (now.error)
        else $error("%m: error %b after a command with an illegal configuration, limit 1",
                    now.error);
      end
      if (hv_rises) begin
        A5_Over: assert (!over_q && !stopped_q)
        else $error("%m: a pulse after done %b or stop %b, limit none before the next command",
                    over_q, stopped_q);
      end
    end

    if (hv_rises) begin
      a18_q++;
      A18_NoPulse: assert (!now.illegal)
      else $error("%m: a pulse with illegal configuration %b, limit 0", now.illegal);
    end

    if (now.stop && !was.stop) stopped_q = 1'b1;
    if (now.word_start && !was.word_start) stopped_q = 1'b0;
    if (starts && !at_once) begin
      pending_q = 1'b1;
      refuse_q  = now.illegal;
      over_q    = 1'b0;
      stopped_q = 1'b0;
    end else if (dones) begin
      pending_q = 1'b0;
      refuse_q  = 1'b0;
      over_q    = 1'b1;
    end
    if (!now.rst_n) begin
      pending_q = 1'b0;
      over_q    = 1'b1;
    end
  end

endmodule
