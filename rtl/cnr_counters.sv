// Counters of the weight programming. Each stays at all ones instead of wrapping. The cells of a
// word are counted together when it is complete, so that succeeded + failed = requested at all
// times (until a counter is full). clear_i wins over anything counted in the same cycle.

module cnr_counters
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         clear_i,
  input  prog_event_t  event_i,
  input  logic         cycle_i,      // a SET cycle begins
  input  logic         word_done_i,
  input  word_result_t word_i,

  output counts_t      counts_o      // numbered by count_e
);

  // What each counter counts in this cycle.
  typedef cell_count_t [NumCounts-1:0] more_t;
  more_t   more;
  counts_t counts_d, counts_q;

  always_comb begin
    more = '0;
    if (word_done_i) begin
      more[CountRequested] = word_i.requested;
      more[CountSucceeded] = word_i.requested - word_i.failed;
      more[CountFailed]    = word_i.failed;
      more[CountDropouts]  = word_i.dropouts;
    end
    more[CountFormPulses]  = cell_count_t'(event_i.pulse_form);
    more[CountSetPulses]   = cell_count_t'(event_i.pulse_set);
    more[CountResetPulses] = cell_count_t'(event_i.pulse_reset);
    more[CountSenses]      = cell_count_t'(event_i.sense);
    more[CountFormCells]   = event_i.pulse_form ? event_i.cells : '0;
    more[CountSetCells]    = event_i.pulse_set ? event_i.cells : '0;
    more[CountResetCells]  = event_i.pulse_reset ? event_i.cells : '0;
    more[CountCycles]      = cell_count_t'(cycle_i);
  end

  function automatic logic [31:0] saturated(logic [31:0] count, cell_count_t added);
    logic [32:0] sum;
    sum = {1'b0, count} + 33'(added);
    return sum[32] ? '1 : sum[31:0];
  endfunction

  always_comb begin
    for (int unsigned n = 0; n < NumCounts; n++) counts_d[n] = saturated(counts_q[n], more[n]);
    if (clear_i) counts_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) counts_q <= '0;
    else         counts_q <= counts_d;
  end

  assign counts_o = counts_q;

endmodule
