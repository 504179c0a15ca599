// Program lock. Two writes in a row of the right key words open it; any other write, the right
// words in another order included, and the end of an operation close it. unlocked_o follows with
// the next edge.

module cnr_lock (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        write_i,     // strobe: key_i was written
  input  logic [31:0] key_i,
  input  logic        relock_i,

  output logic        unlocked_o
);

  localparam logic [31:0] FirstKey  = 32'h554e4c4b;   // UNLK
  localparam logic [31:0] SecondKey = 32'h50524f47;   // PROG

  logic armed_d, armed_q, unlocked_d, unlocked_q;

  always_comb begin
    armed_d    = armed_q;
    unlocked_d = unlocked_q;
    if (write_i) begin
      armed_d    = key_i == FirstKey;
      unlocked_d = armed_q && key_i == SecondKey;
    end
    if (relock_i) unlocked_d = 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      armed_q    <= 1'b0;
      unlocked_q <= 1'b0;
    end else begin
      armed_q    <= armed_d;
      unlocked_q <= unlocked_d;
    end
  end

  assign unlocked_o = unlocked_q;

endmodule
