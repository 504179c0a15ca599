// The electrical order of one pulse and one sense: sides (A1), dead time (A2), setup and stability
// (A3), order of the enables (A4) and discharge (A8). Bled is the time with bleed on and high
// voltage off since high voltage was last on. Reset and emergency off may drop everything at once;
// what comes back with the end of an emergency off is the matter of A13.

module cnr_sequence_order
  import cnr_chip_pkg::*;
  import cnr_sequence_pkg::*;
(
  input step_t step_i
);

  timeunit 1ns; timeprecision 1ps;

  pins_t was, now;
  real   t_ns;
  logic  hv_rises, wl_rises, sense_rises, moved, dropped;

  real   step_at_q  = 0.0;
  real   moved_at_q = Never;    // address, codes or columns changed
  real   ref_at_q   = Never;
  real   wl_at_q    = Never;    // word line rose
  real   hv_at_q    = Never;    // high voltage was last on
  real   bled_ns_q  = 0.0;
  logic  polarity_q = 1'b0;     // of the last pulse
  logic  driven_q   = 1'b0;     // high voltage has been on since the word line rose

  int unsigned a1_q = 0, a2_q = 0, a3_q = 0, a4_q = 0, a8_q = 0;

  always @(step_i) begin
    was         = step_i.was;
    now         = step_i.now;
    t_ns        = $realtime;
    hv_rises    = now.hv && !was.hv && was.alive;
    wl_rises    = now.wl && !was.wl && was.alive;
    sense_rises = now.sense && !was.sense && was.alive;
    moved       = now.codes != was.codes || now.bl != was.bl || now.sl != was.sl;
    dropped     = !now.alive || !now.rst_n;

    if (was.bleed && !was.hv) bled_ns_q = bled_ns_q + (t_ns - step_at_q);
    step_at_q = t_ns;
    if (moved || now.word != was.word) moved_at_q = t_ns;
    if (now.sense_ref != was.sense_ref) ref_at_q = t_ns;
    if (wl_rises) begin
      wl_at_q  = t_ns;
      driven_q = 1'b0;
    end
    if (was.hv) hv_at_q = t_ns;

    // Sides
    if ((now.bl | now.sl) != '0) begin
      A1_OneSide: assert (now.bl == '0 || now.sl == '0)
      else $error("%m: bit lines %h and source lines %h driven, limit one side", now.bl, now.sl);
    end
    if (now.hv) begin
      if (hv_rises) a1_q++;
      A1_Drivers: assert ((now.codes.polarity ? now.bl : now.sl) == '0)
      else $error("%m: bit lines %h and source lines %h driven, limit polarity %b", now.bl,
                  now.sl, now.codes.polarity);
    end

    // Dead time and discharge
    if (hv_rises && hv_at_q > Never && now.codes.polarity != polarity_q) begin
      a2_q++;
      A2_Polarity: assert (bled_ns_q >= DischargeNs - SlackNs)
      else $error("%m: opposite polarity %0.3f ns of bleed after high voltage, limit %0.3f ns",
                  bled_ns_q, DischargeNs);
    end
    if (sense_rises && hv_at_q > Never) begin
      a2_q++;
      A2_Sense: assert (t_ns >= hv_at_q + DischargeNs - SlackNs)
      else $error("%m: sense %0.3f ns after high voltage, limit %0.3f ns", t_ns - hv_at_q,
                  DischargeNs);
      a8_q++;
      A8_Discharge: assert (bled_ns_q >= DischargeNs - SlackNs)
      else $error("%m: sense after %0.3f ns of bleed, limit %0.3f ns", bled_ns_q, DischargeNs);
    end

    // Setup and stability
    if (wl_rises) begin
      a3_q++;
      A3_Setup: assert (t_ns >= moved_at_q + SetupNs - SlackNs)
      else $error("%m: word line %0.3f ns after address, codes and columns, limit %0.3f ns",
                  t_ns - moved_at_q, SetupNs);
    end
    if (was.wl && moved && !dropped) begin
      A3_Stable: assert (now.codes == was.codes && !now.wl)
      else $error("%m: codes %h to %h, columns %h to %h, limit none under the word line",
                  was.codes, now.codes, was.bl | was.sl, now.bl | now.sl);
    end
    if (sense_rises) begin
      A3_Reference: assert (t_ns >= ref_at_q + SenseNs - SlackNs)
      else $error("%m: sense %0.3f ns after its reference, limit %0.3f ns", t_ns - ref_at_q,
                  SenseNs);
    end
    if (was.sense && now.sense_ref != was.sense_ref && !dropped) begin
      A3_Strobed: assert (1'b0)
      else $error("%m: reference %0d to %0d, limit none under the strobe", was.sense_ref,
                  now.sense_ref);
    end

    // Order
    if (now.word != was.word && !dropped) begin
      A4_Address: assert ({was.wl, now.wl, was.hv, now.hv, was.sense, now.sense} == '0)
      else $error("%m: address %h to %h with word line %b, high voltage %b, sense %b, limit 0",
                  was.word, now.word, was.wl | now.wl, was.hv | now.hv, was.sense | now.sense);
    end
    if (now.hv || now.sense) begin
      A4_Lines: assert (now.wl && (now.bl | now.sl) != '0)
      else $error("%m: high voltage %b, sense %b with word line %b, columns %h, limit both on",
                  now.hv, now.sense, now.wl, now.bl | now.sl);
      A4_Exclusive: assert (!(now.hv && now.sense))
      else $error("%m: high voltage %b and sense %b, limit one of them", now.hv, now.sense);
    end
    if (now.bleed) begin
      A4_Bleed: assert (!now.hv && !now.wl && !now.sense && (now.bl | now.sl) == '0)
      else $error("%m: bleed with high voltage %b, word line %b, sense %b, columns %h, limit 0",
                  now.hv, now.wl, now.sense, now.bl | now.sl);
    end
    if (hv_rises) begin
      a4_q++;
      A4_WordlineFirst: assert (t_ns >= wl_at_q + WordlineNs - SlackNs)
      else $error("%m: high voltage %0.3f ns after the word line, limit %0.3f ns",
                  t_ns - wl_at_q, WordlineNs);
    end
    if (sense_rises) begin
      A4_SenseSetup: assert (t_ns >= wl_at_q + SenseNs - SlackNs)
      else $error("%m: sense %0.3f ns after the word line, limit %0.3f ns", t_ns - wl_at_q,
                  SenseNs);
    end
    if (was.wl && !now.wl && driven_q && !step_i.emergency) begin
      A4_Hold: assert (t_ns >= hv_at_q + HoldNs - SlackNs)
      else $error("%m: word line off %0.3f ns after high voltage, limit %0.3f ns",
                  t_ns - hv_at_q, HoldNs);
    end

    if (now.hv) begin
      bled_ns_q  = 0.0;
      polarity_q = now.codes.polarity;
      driven_q   = 1'b1;
    end
  end

endmodule
