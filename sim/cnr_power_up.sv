// Bound into the top module of every bench: no assertion counts before the first reset has reached
// the flops. At time 0 all registers and inputs hold random values, and a clock that happens to be
// high counts as an edge.

module cnr_power_up;

  timeunit 1ns; timeprecision 1ps;

  localparam int unsigned QuietNs = 10;  // benches assert reset at once; half a clock

  initial begin
    $assertoff;
    #QuietNs;
    $asserton;
  end

endmodule

bind `CNR_TOP cnr_power_up u_power_up ();
