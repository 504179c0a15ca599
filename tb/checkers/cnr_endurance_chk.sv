// Rules of the endurance counts, bound into every cnr_endurance: what a group is charged in a sweep
// is what its worst word has taken, no less and no more.

module cnr_endurance_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        sweep_i,
  input logic        word_done_i,
  input logic        set_i,
  input logic        reset_i,
  input logic [31:0] count_i,
  input logic        wear_o,
  input logic [5:0]  group_o
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

  int         word_q;      // SET cycles of the word in turn
  int         worst_q;     // of the worst word of the group in this sweep
  int         charged_q;   // what the group was charged in this sweep
  logic       low_q;       // the last pulse of the word was FORM or SET
  logic [5:0] group_q;
  int         word;

  assign word = word_q + int'(set_i && !low_q);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      word_q    <= 0;
      worst_q   <= 0;
      charged_q <= 0;
      low_q     <= 1'b0;
      group_q   <= '0;
    end else begin
      word_q    <= word;
      worst_q   <= (word > worst_q) ? word : worst_q;
      charged_q <= charged_q + int'(wear_o);
      group_q   <= group_o;
      if (set_i) low_q <= 1'b1;
      if (reset_i) low_q <= 1'b0;
      if (word_done_i || sweep_i) begin
        word_q <= 0;
        low_q  <= 1'b0;
      end
      if (sweep_i || group_o != group_q) begin
        worst_q   <= 0;
        charged_q <= 0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (live && count_i != '1) begin
      A15_Charged: assert (charged_q == worst_q)
      else $error("%m: group %0d charged %0d cycles, limit exactly %0d", group_o, charged_q,
                  worst_q);
    end
  end

endmodule

bind cnr_endurance cnr_endurance_chk u_chk (.*);
