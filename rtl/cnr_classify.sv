// Comparator decisions to label. The comparators are strobed once; CompareCycles later their
// outputs are taken. Pair n is the n-th pair (i < j) in lexicographic order: 1 counts as a win of i
// over j, 0 as a win of j. The class with the most wins is the label, the lowest of several with as
// many. A class that beats all others has NumClasses - 1 wins, and no other class can have as many;
// when no class has, the decisions go round in a circle and label_ambiguous_o is set. label_o and
// label_ambiguous_o change with the edge that ends a cycle with finish_i, hold until the next, and
// are marked by one cycle of label_valid_o. Without finish_i a strobe changes no output.
//
// Three classes, pairs 01 02 12 in cmp_i[0] [1] [2]:
//
//   cmp_i[2:0]  wins of 0 1 2  label  ambiguous
//   1 1 1       2 1 0          0      0          V0 >= V1 >= V2; all equal, too
//   0 1 1       2 0 1          0      0
//   1 1 0       1 2 0          1      0
//   1 0 0       0 2 1          1      0
//   0 0 1       1 0 2          2      0
//   0 0 0       0 1 2          2      0
//   1 0 1       1 1 1          0      1          0 beats 1 beats 2 beats 0
//   0 1 0       1 1 1          0      1          0 beats 2 beats 1 beats 0

module cnr_classify
  import cnr_chip_pkg::*;
(
  input  logic                clk_i,
  input  logic                rst_ni,

  input  logic                cmp_strobe_i,  // the pin of the macro
  input  logic [NumPairs-1:0] cmp_i,
  input  logic                finish_i,      // register the label with the next edge

  output logic                label_valid_o,
  output logic [ClassW-1:0]   label_o,
  output logic                label_ambiguous_o
);

  localparam int unsigned WaitW = $clog2(CompareCycles);
  localparam int unsigned WinsW = $clog2(NumClasses);

  if (CompareCycles < 2) begin : gen_check_compare
    $fatal(1, "CompareCycles = %0d, must be at least 2", CompareCycles);
  end
  if (NumPairs != NumClasses * (NumClasses - 1) / 2) begin : gen_check_pairs
    $fatal(1, "NumPairs = %0d does not fit NumClasses = %0d", NumPairs, NumClasses);
  end

  // Waits from the strobe to the sampling edge.
  logic [WaitW-1:0] wait_d, wait_q;
  logic             capture;

  assign capture = wait_q == WaitW'(1);

  always_comb begin
    wait_d = '0;
    if (cmp_strobe_i) wait_d = WaitW'(CompareCycles - 1);
    else if (wait_q != '0) wait_d = wait_q - 1'b1;
  end

  // Decisions of the last strobe.
  logic [NumPairs-1:0] cmp_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wait_q <= '0;
      cmp_q  <= '0;
    end else begin
      wait_q <= wait_d;
      if (capture) cmp_q <= cmp_i;
    end
  end

  // beats[i][j]: class i has won against class j.
  logic [NumClasses-1:0][NumClasses-1:0] beats;

  for (genvar i = 0; i < NumClasses; i++) begin : gen_class
    assign beats[i][i] = 1'b0;
    for (genvar j = i + 1; j < NumClasses; j++) begin : gen_pair
      localparam int unsigned Pair = i * (2 * NumClasses - i - 1) / 2 + j - i - 1;
      assign beats[i][j] = cmp_q[Pair];
      assign beats[j][i] = ~cmp_q[Pair];
    end
  end

  // Wins of each class, and the most of any.
  logic [NumClasses-1:0][WinsW-1:0] wins;
  logic [WinsW-1:0]                 most_wins;

  always_comb begin
    wins      = '0;
    most_wins = '0;
    for (int unsigned i = 0; i < NumClasses; i++) begin
      for (int unsigned j = 0; j < NumClasses; j++) begin
        wins[i] = wins[i] + WinsW'(beats[i][j]);
      end
      if (wins[i] > most_wins) most_wins = wins[i];
    end
  end

  // The lowest of the classes with the most wins.
  logic [NumClasses-1:0] leads;
  logic [ClassW-1:0]     winner;
  logic                  unused_any;  // some class always leads

  for (genvar i = 0; i < NumClasses; i++) begin : gen_leads
    assign leads[i] = wins[i] == most_wins;
  end

  cnr_prio_enc #(
    .Width(NumClasses)
  ) u_prio_enc (
    .hit_i(leads),
    .index_o(winner),
    .valid_o(unused_any)
  );

  // Label register.
  logic              label_valid_q, ambiguous_q;
  logic [ClassW-1:0] label_q;

  assign label_valid_o     = label_valid_q;
  assign label_o           = label_q;
  assign label_ambiguous_o = ambiguous_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      label_valid_q <= 1'b0;
      label_q       <= '0;
      ambiguous_q   <= 1'b0;
    end else begin
      label_valid_q <= finish_i;
      if (finish_i) begin
        label_q     <= winner;
        ambiguous_q <= most_wins != WinsW'(NumClasses - 1);
      end
    end
  end

endmodule
