// Rules of the label, bound into every instance: against a count of wins of its own, on comparator
// outputs that it samples itself.

module cnr_classify_chk
  import cnr_chip_pkg::*;
(
  input logic                clk_i,
  input logic                rst_ni,
  input logic                cmp_strobe_i,
  input logic [NumPairs-1:0] cmp_i,
  input logic                finish_i,
  input logic                label_valid_o,
  input logic [ClassW-1:0]   label_o,
  input logic                label_ambiguous_o
);

  localparam int Classes = int'(NumClasses);

  // Cycles since the strobe (0 in its cycle, -1 without one), and the outputs at their time.
  int                  since, since_q;
  logic [NumPairs-1:0] cmp_q;

  assign since = cmp_strobe_i ? 0 : since_q;

  // What the last cycle held.
  logic              finish_q, ambiguous_q;
  logic [ClassW-1:0] label_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      since_q     <= -1;
      cmp_q       <= '0;
      finish_q    <= 1'b0;
      label_q     <= '0;
      ambiguous_q <= 1'b0;
    end else begin
      since_q     <= (since < 0) ? -1 : since + 1;
      finish_q    <= finish_i;
      label_q     <= label_o;
      ambiguous_q <= label_ambiguous_o;
      if (since == int'(CompareCycles) - 1) begin
        cmp_q   <= cmp_i;
        since_q <= -1;
      end
    end
  end

  // Wins of the class under test, pair by pair.
  function automatic int wins_of(int who);
    int wins, pair;
    wins = 0;
    pair = 0;
    for (int i = 0; i < Classes; i++) begin
      for (int j = i + 1; j < Classes; j++) begin
        if ((i == who && cmp_q[pair]) || (j == who && !cmp_q[pair])) wins++;
        pair++;
      end
    end
    return wins;
  endfunction

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      Label_Strobe: assert (label_valid_o == finish_q)
      else $error("%m: label_valid_o = %b, limit %b", label_valid_o, finish_q);
      Label_Held: assert (label_valid_o || {label_o, label_ambiguous_o} == {label_q, ambiguous_q})
      else $error("%m: label %0d ambiguous %b, limit %0d %b", label_o, label_ambiguous_o, label_q,
                  ambiguous_q);
    end
    if (rst_ni && finish_i) begin
      Label_Decided: assert (since < 0)
      else $error("%m: label due %0d cycles after the strobe, limit %0d", since, CompareCycles);
    end
    if (rst_ni && label_valid_o) begin
      Label_Exists: assert (int'(label_o) < Classes)
      else $error("%m: label %0d, limit %0d", label_o, Classes - 1);
      Label_Ambiguous: assert (label_ambiguous_o == (wins_of(int'(label_o)) != Classes - 1))
      else $error("%m: label_ambiguous_o = %b with %0d wins of %0d", label_ambiguous_o,
                  wins_of(int'(label_o)), Classes - 1);
      for (int c = 0; c < Classes; c++) begin
        Label_MostWins: assert (wins_of(c) < wins_of(int'(label_o))
                                || (wins_of(c) == wins_of(int'(label_o)) && c >= int'(label_o)))
        else $error("%m: label %0d has %0d wins, class %0d has %0d", label_o,
                    wins_of(int'(label_o)), c, wins_of(c));
      end
    end
  end

endmodule

bind cnr_classify cnr_classify_chk u_chk (.*);
