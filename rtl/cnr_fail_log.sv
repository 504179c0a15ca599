// First-in first-out log of failed cells. valid_o says that fail_o is the oldest entry; pop_i
// removes it. An empty log reads as zero and ignores pop_i. An entry that finds the log full and
// not popped in the same cycle is lost: overflow_o goes up and stays up until clear_i, which also
// empties the log.

module cnr_fail_log
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
#(
  parameter int unsigned Depth = 64   // 2..255
) (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       clear_i,
  input  logic       push_i,
  input  fail_t      fail_i,

  output logic       valid_o,
  output fail_t      fail_o,
  input  logic       pop_i,
  output logic [7:0] count_o,
  output logic       full_o,
  output logic       overflow_o
);

  if (Depth < 2 || Depth > 255) begin : gen_bad_depth
    $error("Depth must be 2..255");
  end

  localparam int unsigned IndexW = $clog2(Depth);
  typedef logic [IndexW-1:0] index_t;

  function automatic index_t next(index_t index);
    return (index == IndexW'(Depth - 1)) ? '0 : index + 1'b1;
  endfunction

  fail_t      log_q [Depth];
  index_t     head_d, head_q, tail_d, tail_q;
  logic [7:0] count_d, count_q;
  logic       overflow_d, overflow_q;
  logic       pop, push;

  assign pop  = pop_i && valid_o;
  assign push = push_i && (!full_o || pop) && !clear_i;

  always_comb begin
    head_d     = pop ? next(head_q) : head_q;
    tail_d     = push ? next(tail_q) : tail_q;
    count_d    = count_q + 8'(push) - 8'(pop);
    overflow_d = overflow_q || (push_i && !push);
    if (clear_i) begin
      head_d     = '0;
      tail_d     = '0;
      count_d    = '0;
      overflow_d = 1'b0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q     <= '0;
      tail_q     <= '0;
      count_q    <= '0;
      overflow_q <= 1'b0;
    end else begin
      head_q     <= head_d;
      tail_q     <= tail_d;
      count_q    <= count_d;
      overflow_q <= overflow_d;
    end
  end

  // An entry is written before it is read: the log itself needs no reset.
  always_ff @(posedge clk_i) begin
    if (push) log_q[tail_q] <= fail_i;
  end

  assign valid_o    = count_q != '0;
  assign fail_o     = valid_o ? log_q[head_q] : '0;
  assign count_o    = count_q;
  assign full_o     = count_q == 8'(Depth);
  assign overflow_o = overflow_q;

endmodule
