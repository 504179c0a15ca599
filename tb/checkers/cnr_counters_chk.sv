// Rules of the programming counters, bound into every cnr_counters.

module cnr_counters_chk
  import cnr_pkg::*;
(
  input logic             clk_i,
  input logic             rst_ni,
  input logic             clear_i,
  input logic             word_done_i,
  input word_result_t     word_i,
  input counts_t          counts_o
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

  counts_t counts_q;
  logic    clear_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      counts_q <= '0;
      clear_q  <= 1'b1;
    end else begin
      counts_q <= counts_o;
      clear_q  <= clear_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (live && counts_o[0] != '1) begin
      A12_Sum: assert (counts_o[1] + counts_o[2] == counts_o[0])
      else $error("%m: %0d succeeded and %0d failed, limit %0d requested", counts_o[1],
                  counts_o[2], counts_o[0]);
    end
    if (live && !clear_q) begin
      for (int n = 0; n < int'(NumCounts); n++) begin
        A12_NoWrap: assert (counts_o[n] >= counts_q[n])
        else $error("%m: counter %0d from %0d to %0d", n, counts_q[n], counts_o[n]);
      end
    end
    if (live && word_done_i) begin
      A12_Word: assert (word_i.failed <= word_i.requested)
      else $error("%m: %0d failed, limit %0d requested", word_i.failed, word_i.requested);
    end
  end

endmodule

bind cnr_counters cnr_counters_chk u_chk (.*);
