// Counters of the weight programming. Each stays at all ones instead of wrapping. The cells of a word
// are counted together when it is complete, so that succeeded + failed = requested at all times
// (until a counter is full). clear_i wins over anything counted in the same cycle.

module cnr_counters
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             clear_i,
  input  prog_event_t      event_i,
  input  logic             word_done_i,
  input  word_result_t     word_i,

  // 0 requested 1 succeeded 2 failed cells, 3 FORM 4 SET 5 RESET pulses, 6 senses
  output logic [6:0][31:0] counts_o
);

  logic [6:0][31:0] counts_d, counts_q;

  function automatic logic [31:0] saturated(logic [31:0] count, cell_count_t more);
    logic [32:0] sum;
    sum = {1'b0, count} + 33'(more);
    return sum[32] ? '1 : sum[31:0];
  endfunction

  always_comb begin
    counts_d = counts_q;
    if (word_done_i) begin
      counts_d[0] = saturated(counts_q[0], word_i.requested);
      counts_d[1] = saturated(counts_q[1], word_i.requested - word_i.failed);
      counts_d[2] = saturated(counts_q[2], word_i.failed);
    end
    if (event_i.pulse_form)  counts_d[3] = saturated(counts_q[3], 1);
    if (event_i.pulse_set)   counts_d[4] = saturated(counts_q[4], 1);
    if (event_i.pulse_reset) counts_d[5] = saturated(counts_q[5], 1);
    if (event_i.sense)       counts_d[6] = saturated(counts_q[6], 1);
    if (clear_i)             counts_d    = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) counts_q <= '0;
    else         counts_q <= counts_d;
  end

  assign counts_o = counts_q;

endmodule
