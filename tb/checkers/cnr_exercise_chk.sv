// Rules of pulses without verify, bound into every cnr_exercise.

module cnr_exercise_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input logic       clk_i,
  input logic       rst_ni,
  input prog_cfg_t  cfg_i,
  input logic       start_i,
  input prog_op_e   op_i,
  input addr_t      addr_i,
  input cells_t     active_i,
  input logic       busy_o,
  input logic       done_o,
  input prog_err_e  err_o,
  input logic       req_valid_o,
  input logic       req_ready_i,
  input pulse_req_t req_o,
  input logic       alarm_o,
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

  localparam logic [2:0] StateLast = 3'd4;   // states are numbered from 0

  logic accept;
  int   pulses_q;
  int   limit;          // pulses of the word at the most

  assign accept = req_valid_o && req_ready_i;
  assign limit  = (op_i == OpCycle) ? 2 * int'(cfg_i.test_cycles) : 1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                 pulses_q <= 0;
    else if (start_i && !busy_o) pulses_q <= 0;
    else if (accept)             pulses_q <= pulses_q + 1;
  end

  always_ff @(posedge clk_i) begin
    if (live && accept) begin
      A14_Cells: assert (req_o.cells != '0 && (req_o.cells & ~active_i) == '0
                         && req_o.addr == addr_i)
      else $error("%m: cells %h of word %h, limit %h of %h", req_o.cells, req_o.addr, active_i,
                  addr_i);
      A11_Count: assert (pulses_q < limit)
      else $error("%m: pulse %0d of the word, limit %0d", pulses_q + 1, limit);
      A11_Kind: assert (req_o.kind == ((op_i == OpTestPulse) ? cfg_i.test_kind :
                                       pulses_q[0] ? KindReset : KindSet))
      else $error("%m: pulse %0d is of kind %0d", pulses_q + 1, req_o.kind);
    end
    if (live && done_o && err_o == ErrNone) begin
      A11_Complete: assert (pulses_q == limit || (op_i == OpTestPulse && pulses_q == 0))
      else $error("%m: %0d pulses, limit exactly %0d", pulses_q, limit);
    end
    if (live && state_q > StateLast) begin
      A19_Alarm: assert (alarm_o)
      else $error("%m: no alarm in the invalid state %0d", state_q);
    end
  end

endmodule

bind cnr_exercise cnr_exercise_chk u_chk (.*, .state_q(state_q));
