// The endurance counts of all groups, in one table behind the register file. A request is answered
// in its own cycle: a read with the count at addr_i, a write with the bits of wr_data_i that
// wr_biten_i marks, there with the next edge. count_o is the count of group_i. It rises by one with
// wear_i, also when the host writes it in the same cycle: that write is lost, the cycle is not.

module cnr_wear_table
  import cnr_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,

  // Host
  input  logic        req_i,
  input  logic        write_i,
  input  logic [5:0]  addr_i,
  input  logic [31:0] wr_data_i,
  input  logic [31:0] wr_biten_i,
  output logic [31:0] rd_data_o,
  output logic        rd_ack_o,
  output logic        wr_ack_o,

  // Group in turn
  input  logic        wear_i,
  input  logic [5:0]  group_i,
  output logic [31:0] count_o
);

  logic [31:0] counts_q [GroupSlots];

  assign rd_data_o = rd_ack_o ? counts_q[addr_i] : '0;
  assign rd_ack_o  = req_i && !write_i;
  assign wr_ack_o  = req_i && write_i;
  assign count_o   = counts_q[group_i];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < GroupSlots; i++) counts_q[i] <= '0;
    end else begin
      if (wr_ack_o) begin
        counts_q[addr_i] <= (counts_q[addr_i] & ~wr_biten_i) | (wr_data_i & wr_biten_i);
      end
      if (wear_i) counts_q[group_i] <= count_o + 1'b1;
    end
  end

endmodule
