// High voltage ends: after its width (A5), without the pump (A7), after reset, loss of supply,
// abort or suspend (A13), and in an invalid state (A19). What should have ended is judged at the
// next change of the pins, or at the end of the simulation. A stop holds until a new command or a
// new word begins.

module cnr_sequence_safety
  import cnr_chip_pkg::*;
  import cnr_sequence_pkg::*;
(
  input step_t step_i
);

  timeunit 1ns; timeprecision 1ps;

  pins_t was, now;
  real   t_ns;
  logic  hv_rises, hv_falls;

  real   hv_at_q      = Never;   // high voltage rose
  real   pump_at_q    = Never;   // the pump was last ready
  real   stop_at_q    = Never;
  real   alarm_at_q   = Never;
  logic  stopped_q    = 1'b0;

  int unsigned a5_q = 0, a7_q = 0, a13_q = 0, a19_q = 0;

  always @(step_i) begin
    was      = step_i.was;
    now      = step_i.now;
    t_ns     = $realtime;
    hv_rises = now.hv && !was.hv;
    hv_falls = was.hv && !now.hv;

    if (was.pump_rdy) pump_at_q = t_ns;
    if (now.alarm && !was.alarm) alarm_at_q = t_ns;

    if (was.hv) begin
      A5_Width: assert (t_ns <= hv_at_q + WidthNs + SlackNs)
      else $error("%m: high voltage on for %0.3f ns, limit %0.3f ns", t_ns - hv_at_q, WidthNs);
      A7_Loss: assert (t_ns <= pump_at_q + PumpNs + SlackNs)
      else $error("%m: high voltage on %0.3f ns after the pump was lost, limit %0.3f ns",
                  t_ns - pump_at_q, PumpNs);
    end
    if (hv_falls && !step_i.emergency) begin
      a5_q++;
      A5_Short: assert (t_ns >= hv_at_q + ClkNs - SlackNs)
      else $error("%m: high voltage on for %0.3f ns, limit at least %0.3f ns", t_ns - hv_at_q,
                  ClkNs);
    end
    if (hv_rises) begin
      a7_q++;
      A7_Ready: assert (now.pump_rdy || t_ns <= pump_at_q + PumpNs + SlackNs)
      else $error("%m: high voltage with pump ready %b, limit 1", now.pump_rdy);
    end

    if (was.hv && stopped_q) begin
      A13_Stop: assert (t_ns <= stop_at_q + StopNs + SlackNs)
      else $error("%m: high voltage on %0.3f ns after a stop, limit %0.3f ns", t_ns - stop_at_q,
                  StopNs);
    end
    if (now.hv) begin
      A13_Off: assert (now.rst_n && now.supply_ok)
      else $error("%m: high voltage with out of reset %b, supply %b, limit both 1", now.rst_n,
                  now.supply_ok);
    end
    if (now.alive && !was.alive) begin
      A13_Return: assert (!now.hv)
      else $error("%m: high voltage %b after emergency off, limit 0", now.hv);
    end
    if (was.hv && step_i.emergency) a13_q++;

    if (now.alarm && !was.alarm) a19_q++;
    if (was.hv && was.alarm) begin
      A19_Off: assert (t_ns <= alarm_at_q + AlarmNs + SlackNs)
      else $error("%m: high voltage on %0.3f ns after an alarm, limit %0.3f ns",
                  t_ns - alarm_at_q, AlarmNs);
    end

    if (hv_rises) hv_at_q = t_ns;
    if (now.stop && !was.stop) begin
      stop_at_q = t_ns;
      stopped_q = 1'b1;
    end
    if ((now.start && !was.start) || (now.word_start && !was.word_start)) stopped_q = 1'b0;
  end

  final begin
    if (step_i.now.hv) begin
      A5_Stuck: assert ($realtime <= hv_at_q + WidthNs + SlackNs)
      else $error("%m: high voltage still on after %0.3f ns, limit %0.3f ns",
                  $realtime - hv_at_q, WidthNs);
    end
  end

endmodule
