// Rules of the power guard, bound into every instance: the kill follows its causes without a clock
// and outlasts them until high voltage is off, the flags follow their pins in time, and the
// watchdog counts every cycle under high voltage.

module cnr_power_guard_chk
  import cnr_chip_pkg::*;
(
  input logic clk_i,
  input logic rst_ni,
  input logic supply_ok_async_i,
  input logic test_mode_i,
  input logic pump_rdy_i,
  input logic hv_en_i,
  input logic hv_kill_no,
  input logic supply_ok_o,
  input logic pump_ok_o,
  input logic brown_out_o,
  input logic watchdog_o
);

  localparam int FlagCycles = 2;  // edges from a pin that falls to its flag
  localparam int RiseCycles = 3;  // edges from the end of a kill to supply_ok_o
  localparam int KillCycles = 4;  // and to hv_kill_no

  logic kill_n, killed_q;
  logic unseen_q;   // supply_ok_o has not been low since the last kill
  logic killing_q;  // hv_kill_no was low in the last cycle
  int   alive_q;    // edges since the last kill
  int   supply_lost_q, supply_back_q, pump_lost_q, on_q;  // edges that have seen it so
  logic supply_ok_q;

  assign kill_n = rst_ni & supply_ok_async_i & ~test_mode_i;

  // A kill between two edges counts as seen by the next one.
  always_ff @(posedge clk_i or negedge kill_n) begin
    if (!kill_n) killed_q <= 1'b1;
    else killed_q <= 1'b0;
  end

  always_ff @(posedge clk_i or negedge kill_n) begin
    if (!kill_n) alive_q <= 0;
    else if (alive_q < KillCycles) alive_q <= alive_q + 1;
  end

  always_ff @(posedge clk_i or negedge kill_n) begin
    if (!kill_n) unseen_q <= 1'b1;
    else if (!supply_ok_o) unseen_q <= 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      supply_lost_q <= FlagCycles;
      supply_back_q <= 0;
      pump_lost_q   <= FlagCycles;
      on_q          <= 0;
      supply_ok_q   <= 1'b0;
      killing_q     <= 1'b1;
    end else begin
      supply_lost_q <= killed_q ? supply_lost_q + 1 : 0;
      supply_back_q <= killed_q ? 0 : supply_back_q + 1;
      pump_lost_q   <= (!pump_rdy_i || test_mode_i) ? pump_lost_q + 1 : 0;
      on_q          <= hv_en_i ? on_q + 1 : 0;
      supply_ok_q   <= supply_ok_o;
      killing_q     <= !hv_kill_no;
    end
  end

  // Asynchronous: also between the edges.
  always_comb begin
    A13_Kill: assert final (kill_n || !hv_kill_no)
    else $error("%m: hv_kill_no = %b; reset %b, supply %b, test mode %b", hv_kill_no, !rst_ni,
                supply_ok_async_i, test_mode_i);
    A13_KillEnds: assert final (!kill_n || hv_kill_no == (alive_q >= KillCycles))
    else $error("%m: hv_kill_no = %b %0d edges after the last kill, limit %0d", hv_kill_no, alive_q,
                KillCycles);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      A13_KillLasts: assert (!hv_kill_no || !unseen_q)
      else $error("%m: hv_kill_no = %b before supply_ok_o told of the kill", hv_kill_no);
      A13_KillCovers: assert (!killing_q || !hv_kill_no || !hv_en_i)
      else $error("%m: hv_kill_no rose under high voltage, hv_en_i = %b", hv_en_i);
      A13_SupplyLost: assert (!supply_ok_o || supply_lost_q < FlagCycles)
      else $error("%m: supply_ok_o %0d edges after a kill, limit %0d", supply_lost_q, FlagCycles);
      A13_SupplyBack: assert (supply_ok_o || supply_back_q < RiseCycles)
      else $error("%m: no supply_ok_o %0d edges after the last kill, limit %0d", supply_back_q,
                  RiseCycles);
      A7_PumpLost: assert (!pump_ok_o || pump_lost_q < FlagCycles)
      else $error("%m: pump_ok_o %0d edges after its pin fell, limit %0d", pump_lost_q, FlagCycles);
      A13_BrownOut: assert (brown_out_o == (supply_ok_q && !supply_ok_o))
      else $error("%m: brown_out_o = %b, supply_ok_o %b to %b", brown_out_o, supply_ok_q,
                  supply_ok_o);
      A5_Watchdog: assert (watchdog_o == (hv_en_i && on_q >= int'(HvOnMaxCycles)))
      else $error("%m: watchdog_o = %b, high voltage on (%b) for %0d cycles, limit %0d", watchdog_o,
                  hv_en_i, on_q, HvOnMaxCycles);
    end
  end

endmodule

bind cnr_power_guard cnr_power_guard_chk u_chk (.*);
