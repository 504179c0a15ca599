// Rules of the program lock, bound into every cnr_lock. It follows the words that are written.

module cnr_lock_chk (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        write_i,
  input logic [31:0] key_i,
  input logic        relock_i,
  input logic        unlocked_o
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

  logic [63:0] written_q;    // the last two words
  logic        relocked_q;   // since the last word

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      written_q  <= '0;
      relocked_q <= 1'b0;
    end else begin
      if (write_i) written_q <= {written_q[31:0], key_i};
      relocked_q <= relock_i || (relocked_q && !write_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (live) begin
      A18_Key: assert (!unlocked_o || (written_q == "UNLKPROG" && !relocked_q))
      else $error("%m: unlocked after %h, relocked %b", written_q, relocked_q);
      A18_Opens: assert (unlocked_o || written_q != "UNLKPROG" || relocked_q)
      else $error("%m: locked in spite of the keys");
    end
  end

endmodule

bind cnr_lock cnr_lock_chk u_chk (.*);
