// Priority encoder: index_o is the lowest set bit of hit_i, valid_o says that there is one. Nothing
// set gives index 0.
//
//   hit_i  index_o valid_o
//   0000   0       0
//   ---1   0       1
//   --10   1       1
//   -100   2       1
//   1000   3       1

module cnr_prio_enc #(
  parameter  int unsigned Width  = 10,
  localparam int unsigned IndexW = $clog2(Width)
) (
  input  logic [Width-1:0]  hit_i,
  output logic [IndexW-1:0] index_o,
  output logic              valid_o
);

  if (Width < 2) begin : gen_check_width
    $fatal(1, "Width = %0d, must be at least 2", Width);
  end

  always_comb begin
    index_o = '0;
    for (int unsigned i = Width; i > 0; i--) begin
      if (hit_i[i-1]) index_o = IndexW'(i - 1);
    end
  end

  assign valid_o = |hit_i;

endmodule
