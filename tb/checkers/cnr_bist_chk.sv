// Rules of the self-test, bound into every cnr_bist: to the host one operation, below it operations
// within the range, and none after a stop.

module cnr_bist_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input logic       clk_i,
  input logic       rst_ni,
  input logic       start_i,
  input logic       abort_i,
  input logic [3:0] op_i,
  input addr_t      first_i,
  input addr_t      last_i,
  input logic       supply_ok_i,
  input logic       busy_o,
  input logic       done_o,
  input logic       testing_o,
  input logic       prog_start_o,
  input addr_t      prog_first_o,
  input addr_t      prog_last_o,
  input logic       prog_accept_i
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

  logic  test_q;          // a test runs
  logic  stopped_q;       // and has been stopped
  addr_t first_q, last_q;
  logic  begins;

  assign begins = start_i && !busy_o && op_i == OpMarch && prog_accept_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      test_q    <= 1'b0;
      stopped_q <= 1'b0;
      first_q   <= '0;
      last_q    <= '0;
    end else begin
      if (begins) begin
        test_q    <= 1'b1;
        stopped_q <= 1'b0;
        first_q   <= first_i;
        last_q    <= last_i;
      end else if (done_o) begin
        test_q <= 1'b0;
      end else if (abort_i || !supply_ok_i) begin
        stopped_q <= 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (live && test_q && !done_o) begin
      A17_Busy: assert (busy_o && testing_o)
      else $error("%m: a test runs, busy %b, testing %b", busy_o, testing_o);
    end
    if (live && test_q && prog_start_o) begin
      A14_Range: assert (prog_first_o >= first_q && prog_last_o <= last_q)
      else $error("%m: test from %h to %h, limits %h and %h", prog_first_o, prog_last_o, first_q,
                  last_q);
      A13_Stopped: assert (!stopped_q)
      else $error("%m: an operation begins after a stop");
    end
  end

endmodule

bind cnr_bist cnr_bist_chk u_chk (.*);
