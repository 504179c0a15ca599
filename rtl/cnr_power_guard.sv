// Supply, pump and high-voltage time.
//
// hv_kill_no falls at once, without a clock, with reset, loss of supply or test mode, and rises
// with the fourth edge after the last of them has gone. supply_ok_o and pump_ok_o are the flags
// behind synchronisers, both low in test mode. A dip of the supply flag that is too short for a
// clock edge to see is caught all the same, since whatever kills the high voltage clears the first
// flop: supply_ok_o is then low for at least one cycle. It falls with the second edge after the
// kill and rises with the third after its end. So whoever lowers hv_en_i with the edge after
// supply_ok_o fell has done so before the kill ends, and high voltage never comes back. pump_ok_o
// follows its pin with the second edge. brown_out_o is high in the first cycle without supply after
// one with it; test mode counts as loss of supply. watchdog_o is high from the cycle in which
// hv_en_i has been on for HvOnMaxCycles cycles already until hv_en_i falls: a pulse of exactly that
// length does not raise it.

module cnr_power_guard
  import cnr_chip_pkg::*;
(
  input  logic clk_i,
  input  logic rst_ni,

  input  logic supply_ok_async_i,
  input  logic test_mode_i,  // scan: all high voltage dead
  input  logic pump_rdy_i,   // pin of the macro, asynchronous
  input  logic hv_en_i,      // pin to the macro

  output logic hv_kill_no,
  output logic supply_ok_o,
  output logic pump_ok_o,
  output logic brown_out_o,
  output logic watchdog_o
);

  localparam int unsigned OnW       = $clog2(HvOnMaxCycles + 1);
  localparam int unsigned KillEdges = 4;  // supply_ok_o falls with the 2nd, hv_en_i with the 3rd

  logic kill_n;

  assign kill_n = rst_ni && supply_ok_async_i && !test_mode_i;

  // Flop n is low from any kill, however short, to edge n + 1 after its end.
  logic [KillEdges-1:0] alive_q;

  assign hv_kill_no = kill_n && alive_q[KillEdges-1];

  always_ff @(posedge clk_i or negedge kill_n) begin
    if (!kill_n) alive_q <= '0;
    else alive_q <= {alive_q[KillEdges-2:0], 1'b1};
  end

  cnr_sync #(
    .Width(2)
  ) u_sync (
    .clk_i,
    .rst_ni,
    .d_i({alive_q[0], pump_rdy_i && !test_mode_i}),
    .q_o({supply_ok_o, pump_ok_o})
  );

  // Loss of supply, and time under high voltage.
  logic           supply_ok_q;
  logic [OnW-1:0] left_d, left_q;

  assign brown_out_o = supply_ok_q && !supply_ok_o;
  assign watchdog_o  = hv_en_i && left_q == '0;

  always_comb begin
    left_d = OnW'(HvOnMaxCycles);
    if (hv_en_i) left_d = (left_q == '0) ? '0 : left_q - 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      supply_ok_q <= 1'b0;
      left_q      <= OnW'(HvOnMaxCycles);
    end else begin
      supply_ok_q <= supply_ok_o;
      left_q      <= left_d;
    end
  end

endmodule
