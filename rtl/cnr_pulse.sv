// One electrical operation of the macro: a FORM, SET or RESET pulse or a sense. A request is taken
// in a cycle with req_valid_i and req_ready_o; done_o strobes in its last cycle, with err_o and,
// after a sense, the sense bits in sense_o, held until the next sense. Nothing else raises hv_en_o,
// and all macro pins come straight from flops. Idle, lost and stopped operations look alike at the
// pins: bleed on, all else off. stop_i, loss of the supply or of the pump under high voltage, or
// the watchdog, ends an operation with the next edge; it is done, with the first cause, after the
// discharge, and a request that meets one of them is done with it and never seen at the pins. A
// request above the ceilings of the chip or with no width is refused the same way.

module cnr_pulse
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              req_valid_i,
  output logic              req_ready_o,
  input  pulse_req_t        req_i,
  input  logic [5:0]        sense_trim_i,   // signed, added to the sense reference
  input  logic              stop_i,
  output logic              done_o,
  output prog_err_e         err_o,
  output cells_t            sense_o,
  output prog_event_t       event_o,

  input  logic              supply_ok_i,
  input  logic              pump_ok_i,
  input  logic              watchdog_i,

  output logic [LayerW-1:0] prog_layer_o,
  output logic [GroupW-1:0] prog_group_o,
  output logic [RowW-1:0]   prog_row_o,
  output cells_t            bl_en_o,
  output cells_t            sl_en_o,
  output logic              wl_en_o,
  output dac_t              wl_dac_o,
  output dac_t              bl_dac_o,
  output dac_t              sl_dac_o,
  output logic              polarity_o,
  output logic              hv_en_o,
  output logic              bleed_en_o,
  output logic              sense_en_o,
  output ref_t              sense_ref_o,
  input  cells_t            sense_i,
  input  logic              sense_rdy_i
);

  localparam int unsigned CountW = 16;
  typedef logic [CountW-1:0] count_t;

  if (ProgSetupCycles < 1 || ProgWordlineCycles < 1 || ProgHoldCycles < 1 ||
      ProgDischargeCycles < 1 || SenseSetupCycles < 1) begin : gen_no_phase
    $error("every phase of a pulse takes at least one cycle");
  end
  if (CeilWidth >= HvOnMaxCycles) begin : gen_no_watchdog
    $error("CeilWidth must be below HvOnMaxCycles: the watchdog would end a legal pulse");
  end

  typedef enum logic [3:0] {
    StIdle,
    StSetup,
    StPump,
    StWordline,
    StHighVolt,
    StHold,
    StDischarge,
    StSenseWordline,
    StSenseStrobe,
    StSenseEnd
  } state_e;

  typedef struct packed {
    addr_t  addr;
    cells_t bl_en;
    cells_t sl_en;
    dac_t   wl_dac;
    dac_t   bl_dac;
    dac_t   sl_dac;
    logic   polarity;
    ref_t   sense_ref;
  } lines_t;

  // The value of `cycles` at which a phase of that many cycles starts its count.
  function automatic count_t load(int unsigned cycles);
    return CountW'(cycles - 1);
  endfunction

  // A request that the chip allows at all: nothing of this depends on the registers.
  function automatic prog_err_e illegal(pulse_kind_e kind, dac_t wl, dac_t line, width_t width);
    logic over;
    unique case (kind)
      KindForm:  over = 32'(wl) > CeilFormWl || 32'(line) > CeilFormLine;
      KindSet:   over = 32'(wl) > CeilSetWl || 32'(line) > CeilSetLine;
      KindReset: over = 32'(wl) > CeilResetWl || 32'(line) > CeilResetLine;
      default:   over = 32'(wl) > CeilResetWl;
    endcase
    if (kind != KindSense && 32'(width) > CeilWidth) over = 1'b1;
    if (over) return ErrCeiling;
    return (kind != KindSense && width == '0) ? ErrRamp : ErrNone;
  endfunction

  // Reference code plus signed trim, held within the codes.
  function automatic ref_t trimmed(ref_t code, logic [5:0] trim);
    logic signed [11:0] sum;
    sum = $signed({2'b00, code}) + $signed({{6{trim[5]}}, trim});
    if (sum < 0) return RefLowest;
    return (sum > 12'sd1023) ? RefHighest : sum[9:0];
  endfunction

  state_e      state_d, state_q;
  count_t      count_d, count_q;
  pulse_kind_e kind_d, kind_q;
  width_t      width_d, width_q;
  lines_t      lines_d, lines_q;
  prog_err_e   err_d, err_q;
  cells_t      sense_d, sense_q;
  logic        sense_rdy;    // behind the synchroniser
  logic        wl_en_q, hv_en_q, bleed_en_q, sense_en_q;

  logic        expired;      // the count of the present phase has run down
  logic        under_hv;     // the pump has to hold
  prog_err_e   trouble;      // why the operation must end now
  logic        safe_d;       // with the next edge bleed on, all else off

  cnr_sync u_sense_rdy (
    .clk_i,
    .rst_ni,
    .d_i(sense_rdy_i),
    .q_o(sense_rdy)
  );

  assign expired  = count_q == '0;
  assign under_hv = state_q inside {StWordline, StHighVolt, StHold};

  always_comb begin
    trouble = ErrNone;
    if (!supply_ok_i)                trouble = ErrSupply;
    else if (watchdog_i)             trouble = ErrWatchdog;
    else if (under_hv && !pump_ok_i) trouble = ErrPump;
    else if (stop_i)                 trouble = ErrAborted;
  end

  always_comb begin
    state_d = state_q;
    count_d = expired ? '0 : count_q - 1'b1;
    kind_d  = kind_q;
    width_d = width_q;
    lines_d = lines_q;
    err_d   = err_q;
    sense_d = sense_q;

    unique case (state_q)
      // Waits for a request; all lines are off and bled.
      StIdle: begin
        if (req_valid_i) begin
          err_d = illegal(req_i.kind, req_i.wl, req_i.line, req_i.width);
          if (trouble != ErrNone) err_d = trouble;
          if (err_d != ErrNone) begin
            state_d = StDischarge;
            count_d = load(ProgDischargeCycles);
          end else begin
            state_d = StSetup;
            count_d = load(ProgSetupCycles);
            kind_d  = req_i.kind;
            width_d = req_i.width;
            lines_d.addr      = req_i.addr;
            lines_d.bl_en     = (req_i.kind == KindReset) ? '0 : req_i.cells;
            lines_d.sl_en     = (req_i.kind == KindReset) ? req_i.cells : '0;
            lines_d.wl_dac    = req_i.wl;
            lines_d.bl_dac    = (req_i.kind inside {KindForm, KindSet}) ? req_i.line : '0;
            lines_d.sl_dac    = (req_i.kind == KindReset) ? req_i.line : '0;
            lines_d.polarity  = req_i.kind == KindReset;
            lines_d.sense_ref = (req_i.kind == KindSense) ?
                trimmed(req_i.sense_ref, sense_trim_i) : '0;
          end
        end
      end

      // Address, codes, polarity and columns settle; word line and high voltage are off.
      StSetup: begin
        if (expired) begin
          if (kind_q == KindSense) begin
            state_d = StSenseWordline;
            count_d = load(SenseSetupCycles);
          end else if (pump_ok_i) begin
            state_d = StWordline;
            count_d = load(ProgWordlineCycles);
          end else begin
            state_d = StPump;
            count_d = load(PumpTimeoutCycles);
          end
        end
      end

      // As in the setup, for as long as the pump needs.
      StPump: begin
        if (pump_ok_i) begin
          state_d = StWordline;
          count_d = load(ProgWordlineCycles);
        end else if (expired) begin
          state_d = StDischarge;
          count_d = load(ProgDischargeCycles);
          err_d   = ErrPump;
        end
      end

      // The word line is on, high voltage is off.
      StWordline: begin
        if (expired) begin
          state_d = StHighVolt;
          count_d = width_q - 1'b1;
        end
      end

      // High voltage is on.
      StHighVolt: begin
        if (expired) begin
          state_d = StHold;
          count_d = load(ProgHoldCycles);
        end
      end

      // High voltage has fallen; word line, columns and codes still hold.
      StHold: begin
        if (expired) begin
          state_d = StDischarge;
          count_d = load(ProgDischargeCycles);
        end
      end

      // All enables are off and the lines are bled; address and codes still hold.
      StDischarge: begin
        if (expired) state_d = StIdle;
      end

      // The word line of a sense settles. A ready that is still up would answer the wrong strobe.
      StSenseWordline: begin
        if (expired) begin
          if (sense_rdy) begin
            state_d = StSenseEnd;
            err_d   = ErrSense;
          end else begin
            state_d = StSenseStrobe;
            count_d = load(SenseTimeoutCycles);
          end
        end
      end

      // The sense amplifiers are strobed and have not answered yet.
      StSenseStrobe: begin
        if (sense_rdy) begin
          state_d = StSenseEnd;
          sense_d = sense_i;
        end else if (expired) begin
          state_d = StSenseEnd;
          err_d   = ErrSense;
        end
      end

      // The answer is stored; all enables are off and the lines are bled.
      StSenseEnd: state_d = StIdle;

      // No legal state: off, and told.
      default: begin
        state_d = StDischarge;
        count_d = load(ProgDischargeCycles);
        err_d   = ErrState;
      end
    endcase

    if (state_q != StIdle && trouble != ErrNone) begin
      if (err_d == ErrNone) err_d = trouble;
      if (!(state_q inside {StDischarge, StSenseEnd})) begin
        state_d = StDischarge;
        count_d = load(ProgDischargeCycles);
      end
    end

    // Columns fall with the bleed, address and codes when the operation is over.
    safe_d = state_d inside {StIdle, StDischarge, StSenseEnd};
    if (safe_d) begin
      lines_d.bl_en = '0;
      lines_d.sl_en = '0;
    end
    if (state_d == StIdle) lines_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q     <= StIdle;
      count_q     <= '0;
      kind_q      <= KindSense;
      width_q     <= '0;
      err_q       <= ErrNone;
      sense_q     <= '0;
    end else begin
      state_q     <= state_d;
      count_q     <= count_d;
      kind_q      <= kind_d;
      width_q     <= width_d;
      err_q       <= err_d;
      sense_q     <= sense_d;
    end
  end

  // The pins.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      lines_q    <= '0;
      wl_en_q    <= 1'b0;
      hv_en_q    <= 1'b0;
      bleed_en_q <= 1'b1;
      sense_en_q <= 1'b0;
    end else begin
      lines_q    <= lines_d;
      wl_en_q    <= state_d inside {StWordline, StHighVolt, StHold, StSenseWordline,
                                    StSenseStrobe};
      hv_en_q    <= state_d == StHighVolt;
      bleed_en_q <= safe_d;
      sense_en_q <= state_d == StSenseStrobe;
    end
  end

  assign req_ready_o = state_q == StIdle;
  assign done_o      = (state_q == StDischarge && expired) || state_q == StSenseEnd;
  assign err_o       = err_q;
  assign sense_o     = sense_q;

  always_comb begin
    event_o = '0;
    if (state_d == StHighVolt && state_q != StHighVolt) begin
      event_o.pulse_form  = kind_q == KindForm;
      event_o.pulse_set   = kind_q == KindSet;
      event_o.pulse_reset = kind_q == KindReset;
    end
    event_o.sense = state_d == StSenseStrobe && state_q != StSenseStrobe;
    event_o.cells = cell_count_t'($countones(lines_q.bl_en | lines_q.sl_en));
  end

  assign prog_layer_o = lines_q.addr.layer;
  assign prog_group_o = lines_q.addr.group;
  assign prog_row_o   = lines_q.addr.row;
  assign bl_en_o      = lines_q.bl_en;
  assign sl_en_o      = lines_q.sl_en;
  assign wl_en_o      = wl_en_q;
  assign wl_dac_o     = lines_q.wl_dac;
  assign bl_dac_o     = lines_q.bl_dac;
  assign sl_dac_o     = lines_q.sl_dac;
  assign polarity_o   = lines_q.polarity;
  assign hv_en_o      = hv_en_q;
  assign bleed_en_o   = bleed_en_q;
  assign sense_en_o   = sense_en_q;
  assign sense_ref_o  = lines_q.sense_ref;

endmodule
