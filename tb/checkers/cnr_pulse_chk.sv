// Rules of the electrical operations, bound into every cnr_pulse: the order and the times of the
// macro pins, seen from the pins, the request and what can stop it.

module cnr_pulse_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input logic              clk_i,
  input logic              rst_ni,
  input logic              req_valid_i,
  input logic              req_ready_o,
  input pulse_req_t        req_i,
  input logic [5:0]        sense_trim_i,
  input logic              stop_i,
  input logic              done_o,
  input prog_err_e         err_o,
  input logic              supply_ok_i,
  input logic              pump_ok_i,
  input logic              watchdog_i,
  input logic [LayerW-1:0] prog_layer_o,
  input logic [GroupW-1:0] prog_group_o,
  input logic [RowW-1:0]   prog_row_o,
  input cells_t            bl_en_o,
  input cells_t            sl_en_o,
  input logic              wl_en_o,
  input dac_t              wl_dac_o,
  input dac_t              bl_dac_o,
  input dac_t              sl_dac_o,
  input logic              polarity_o,
  input logic              hv_en_o,
  input logic              bleed_en_o,
  input logic              sense_en_o,
  input ref_t              sense_ref_o,
  input logic [3:0]        state_q
);

  // Only a design that has been reset is judged. At power-up every register is random: this one
  // passes for reset once in 2^32.
  localparam logic [31:0] Reset = 32'h5eed_c0de;
  logic [31:0] reset_seen_q;
  logic        live;

  assign live = rst_ni && reset_seen_q == Reset;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) reset_seen_q <= Reset;
    else         reset_seen_q <= reset_seen_q;
  end

  localparam int Long = 1_000_000;           // longer ago than any limit
  localparam logic [3:0] StateLast = 4'd9;   // states are numbered from 0

  typedef struct packed {
    addr_t  addr;
    dac_t   wl;
    dac_t   bl;
    dac_t   sl;
    logic   polarity;
    ref_t   sense_ref;
  } codes_t;

  codes_t codes, codes_q;
  cells_t columns, columns_q;

  assign codes = '{
    addr: '{layer: prog_layer_o, group: prog_group_o, row: prog_row_o},
    wl: wl_dac_o, bl: bl_dac_o, sl: sl_dac_o, polarity: polarity_o, sense_ref: sense_ref_o
  };
  assign columns = bl_en_o | sl_en_o;

  // The operation that runs, and what must end it.
  pulse_req_t req_q;
  logic       running_q, emergency_q, pulsed_q, must_stop_q;
  logic       accept, illegal, driving, must_stop;
  int         trim, sum, pin_ref_q;

  assign accept    = req_valid_i && req_ready_o;
  assign illegal   = state_q > StateLast;
  assign driving   = running_q && req_q.kind != KindSense && wl_en_o;
  assign must_stop = illegal || (running_q && (stop_i || !supply_ok_i || watchdog_i)) ||
                     (driving && !pump_ok_i);

  always_comb begin
    trim = sense_trim_i[5] ? int'(sense_trim_i) - 64 : int'(sense_trim_i);
    sum  = int'(req_i.sense_ref) + trim;
  end

  // Ages in cycles, not counting the present one.
  int   wl_age_q, hv_age_q, still_age_q, hold_age_q, bled_age_q, stop_age_q;
  logic wl_q, hv_q, sense_q, pump_q, polarity_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      codes_q     <= '0;
      columns_q   <= '0;
      req_q       <= '0;
      running_q   <= 1'b0;
      emergency_q <= 1'b0;
      pulsed_q    <= 1'b0;
      must_stop_q <= 1'b0;
      pin_ref_q   <= 0;
      wl_age_q    <= 0;
      hv_age_q    <= 0;
      still_age_q <= 0;
      hold_age_q  <= 0;
      bled_age_q  <= Long;
      stop_age_q  <= 0;
      {wl_q, hv_q, sense_q, pump_q, polarity_q} <= '0;
    end else begin
      codes_q     <= codes;
      columns_q   <= columns;
      must_stop_q <= must_stop;
      wl_q        <= wl_en_o;
      hv_q        <= hv_en_o;
      sense_q     <= sense_en_o;
      pump_q      <= pump_ok_i;
      wl_age_q    <= wl_en_o ? wl_age_q + 1 : 0;
      hv_age_q    <= hv_en_o ? hv_age_q + 1 : 0;
      hold_age_q  <= (wl_en_o && !hv_en_o) ? hold_age_q + 1 : 0;
      still_age_q <= (codes == codes_q && columns == columns_q) ? still_age_q + 1 : 0;
      if (hv_en_o) begin
        bled_age_q <= 0;
        polarity_q <= polarity_o;
      end else if (bleed_en_o && bled_age_q < Long) begin
        bled_age_q <= bled_age_q + 1;
      end
      if (accept) begin
        req_q     <= req_i;
        running_q <= 1'b1;
        pulsed_q  <= 1'b0;
        pin_ref_q <= (sum < 0) ? 0 : (sum > 1023) ? 1023 : sum;
      end else if (done_o) begin
        running_q <= 1'b0;
      end
      if (hv_en_o) pulsed_q <= 1'b1;
      emergency_q <= (must_stop || emergency_q) && !accept;
      stop_age_q  <= (running_q && (must_stop || emergency_q)) ? stop_age_q + 1 : 0;
    end
  end

  // One side at a time, and the pins of the polarity.
  always_ff @(posedge clk_i) begin
    if (live) begin
      A1_OneSide: assert (bl_en_o == '0 || sl_en_o == '0)
      else $error("%m: bit lines %h and source lines %h, limit one of them", bl_en_o, sl_en_o);
      A1_Drivers: assert (!hv_en_o || (polarity_o ? bl_dac_o == '0 && bl_en_o == '0
                                                  : sl_dac_o == '0 && sl_en_o == '0))
      else $error("%m: polarity %b with bit lines %h at %0d and source lines %h at %0d",
                  polarity_o, bl_en_o, bl_dac_o, sl_en_o, sl_dac_o);
      A1_Codes: assert (bl_dac_o == '0 || sl_dac_o == '0)
      else $error("%m: bit line %0d and source line %0d, limit one of them", bl_dac_o, sl_dac_o);
    end
  end

  // Dead time and discharge.
  always_ff @(posedge clk_i) begin
    if (live && hv_en_o && !hv_q && polarity_o != polarity_q) begin
      A2_DeadTime: assert (bled_age_q >= int'(ProgDischargeCycles))
      else $error("%m: polarities %0d cycles apart, limit %0d", bled_age_q, ProgDischargeCycles);
    end
    if (live && hv_en_o && !hv_q) begin
      A2_Bled: assert (bled_age_q >= int'(ProgDischargeCycles))
      else $error("%m: pulses %0d cycles apart, limit %0d", bled_age_q, ProgDischargeCycles);
    end
    if (live && sense_en_o && !sense_q) begin
      A8_Discharged: assert (bled_age_q >= int'(ProgDischargeCycles))
      else $error("%m: sense after %0d cycles of bleed, limit %0d", bled_age_q,
                  ProgDischargeCycles);
    end
  end

  // Codes are stable around everything that is on; order of word line, lines and bleed.
  always_ff @(posedge clk_i) begin
    if (live && codes.addr != codes_q.addr) begin
      A4_Address: assert ({hv_en_o, hv_q, wl_en_o, wl_q, sense_en_o, sense_q} == '0)
      else $error("%m: address changes with high voltage %b, word line %b, sense %b", hv_en_o,
                  wl_en_o, sense_en_o);
    end
    if (live && wl_en_o && !wl_q) begin
      A3_Setup: assert (still_age_q >= int'(ProgSetupCycles) - 1 && columns == columns_q
                        && codes == codes_q)
      else $error("%m: word line on %0d cycles after codes and columns, limit %0d",
                  still_age_q + 1, ProgSetupCycles);
    end
    if (live && wl_q) begin
      A3_Stable: assert (codes == codes_q && (columns == columns_q || !wl_en_o))
      else $error("%m: codes %h to %h, columns %h to %h under the word line", codes_q, codes,
                  columns_q, columns);
    end
    if (live) begin
      A4_Lines: assert (!(hv_en_o || sense_en_o) || wl_en_o)
      else $error("%m: high voltage %b, sense %b without word line", hv_en_o, sense_en_o);
      A4_Columns: assert (!wl_en_o || columns != '0)
      else $error("%m: word line on, no column");
      A4_Bleed: assert (!bleed_en_o || !(hv_en_o || wl_en_o || sense_en_o || columns != '0))
      else $error("%m: bleed with high voltage %b, word line %b, sense %b, columns %h", hv_en_o,
                  wl_en_o, sense_en_o, columns);
      A4_Exclusive: assert (!(hv_en_o && sense_en_o))
      else $error("%m: high voltage and sense together");
    end
    if (live && hv_en_o && !hv_q) begin
      A4_WordlineFirst: assert (wl_age_q >= int'(ProgWordlineCycles))
      else $error("%m: high voltage %0d cycles after the word line, limit %0d", wl_age_q,
                  ProgWordlineCycles);
    end
    if (live && sense_en_o && !sense_q) begin
      A4_SenseSetup: assert (wl_age_q >= int'(SenseSetupCycles))
      else $error("%m: sense %0d cycles after the word line, limit %0d", wl_age_q,
                  SenseSetupCycles);
    end
    if (live && wl_q && !wl_en_o && pulsed_q && !emergency_q) begin
      A4_Hold: assert (hold_age_q >= int'(ProgHoldCycles))
      else $error("%m: word line off %0d cycles after the high voltage, limit %0d", hold_age_q,
                  ProgHoldCycles);
    end
  end

  // What is driven is what was asked for, once, for as long as was asked for.
  always_ff @(posedge clk_i) begin
    if (live && hv_en_o) begin
      A5_Running: assert (running_q && req_q.kind != KindSense)
      else $error("%m: high voltage without a request");
      A5_Width: assert (hv_age_q < int'(req_q.width) && hv_age_q < int'(CeilWidth))
      else $error("%m: high voltage on for %0d cycles, limits %0d and %0d", hv_age_q + 1,
                  req_q.width, CeilWidth);
    end
    if (live && hv_q && !hv_en_o && !emergency_q) begin
      A5_Full: assert (hv_age_q == int'(req_q.width))
      else $error("%m: high voltage on for %0d cycles, limit exactly %0d", hv_age_q, req_q.width);
    end
    if (live && columns != '0) begin
      A14_Columns: assert (running_q && columns == req_q.cells && codes.addr == req_q.addr)
      else $error("%m: columns %h of word %h, limit %h of %h", columns, codes.addr, req_q.cells,
                  req_q.addr);
    end
    if (live && sense_en_o) begin
      A14_Reference: assert (int'(sense_ref_o) == pin_ref_q && wl_dac_o == req_q.wl)
      else $error("%m: sense at %0d, word line %0d; limit %0d, %0d", sense_ref_o, wl_dac_o,
                  pin_ref_q, req_q.wl);
    end
  end

  // Ceilings of operation and line.
  int ceil_wl, ceil_bl, ceil_sl;

  always_comb begin
    unique case (req_q.kind)
      KindForm:  {ceil_wl, ceil_bl, ceil_sl} = {CeilFormWl, CeilFormLine, 32'd0};
      KindSet:   {ceil_wl, ceil_bl, ceil_sl} = {CeilSetWl, CeilSetLine, 32'd0};
      KindReset: {ceil_wl, ceil_bl, ceil_sl} = {CeilResetWl, 32'd0, CeilResetLine};
      default:   {ceil_wl, ceil_bl, ceil_sl} = {CeilResetWl, 32'd0, 32'd0};
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (live && (hv_en_o || wl_en_o)) begin
      A6_Wordline: assert (int'(wl_dac_o) <= ceil_wl)
      else $error("%m: word line %0d, limit %0d", wl_dac_o, ceil_wl);
      A6_Bitline: assert (int'(bl_dac_o) <= ceil_bl)
      else $error("%m: bit line %0d, limit %0d", bl_dac_o, ceil_bl);
      A6_Sourceline: assert (int'(sl_dac_o) <= ceil_sl)
      else $error("%m: source line %0d, limit %0d", sl_dac_o, ceil_sl);
    end
  end

  // Pump, stops, invalid states.
  always_ff @(posedge clk_i) begin
    if (live && wl_en_o && !wl_q && req_q.kind != KindSense) begin
      A7_PumpReady: assert (pump_q)
      else $error("%m: word line on before the pump was ready");
    end
    if (live && must_stop_q) begin
      A13_Off: assert (!hv_en_o && !wl_en_o && !sense_en_o && columns == '0 && bleed_en_o)
      else $error("%m: high voltage %b, word line %b, sense %b, columns %h, bleed %b after a stop",
                  hv_en_o, wl_en_o, sense_en_o, columns, bleed_en_o);
    end
    if (live && running_q && emergency_q) begin
      A13_Done: assert (stop_age_q <= int'(ProgDischargeCycles))
      else $error("%m: not done %0d cycles after a stop, limit %0d", stop_age_q,
                  ProgDischargeCycles);
    end
    if (live && done_o && emergency_q) begin
      A7_Flagged: assert (err_o != ErrNone)
      else $error("%m: a stopped operation is done without an error");
    end
    if (live && done_o && !emergency_q) begin
      A13_NoStop: assert (!(err_o inside {ErrAborted, ErrWatchdog, ErrState}) || !pulsed_q)
      else $error("%m: error %0d, but nothing stopped the operation", err_o);
    end
    if (live && illegal) begin
      A19_Alarm: assert (!req_ready_o)
      else $error("%m: ready in the invalid state %0d", state_q);
    end
  end

endmodule

bind cnr_pulse cnr_pulse_chk u_chk (.*, .state_q(state_q));
