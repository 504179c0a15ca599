// The layer clock and the phases in it: one image in the layers at a time, or one per layer.
//
// A layer clock begins with each cycle of tick_o, every LayerPeriod cycles, whatever else happens.
// An image that waits (pending_i) is taken with the edge into such a cycle: once no earlier image
// stays behind (sequential mode), or at every tick (pipelined mode). With allow_i, cfg_i.infer_en
// and every t_ctrl in 1..TCtrlMax it is loaded: in_load_o is high for the first cycle of this layer
// clock. Otherwise it is refused. The configuration, mode and gating included, is that of the edge
// at which an image is loaded with no other staying behind it, and holds as long as any image is in
// the layers. An image computes in layer k in the (k + 1)-th layer clock after its load clock
// (counted from 0, t = t_ctrl of the layer, m = t in sequential and the longest t_ctrl of all
// layers in pipelined mode, cycle 0 = tick_o, defaults of the chip in brackets):
//
//   int_rst_o[k]   from 0                                  for IntResetCycles       [0..3]
//   int_en_o[k]    from IntResetCycles + IntGapCycles      for t                    [5..4+t]
//   sample_o[k]    m + 2 IntGapCycles after the reset      for SampleCycles         [6+m..9+m]
//   cmp_strobe_o   IntGapCycles after the last sample_o    for 1, last layer only   [11+m]
//
// finish_o is high in the last cycle of the last layer's clock. The label belongs to the edge at
// its end: NumLayers * LayerPeriod cycles after the tick that ended the load clock. The next image
// may load with that same edge.
//
// Permission (allow_i and infer_en) that is missing in any cycle in which an image is in the layers
// drops all images in them: with the next edge all compute pins are low, and no finish_o follows.
// Each image refused, and each drop of however many images, gives one cycle of refused_o. An image
// that waits at an edge at which others are dropped is judged at the next tick.
//
// bias_en_o: without power_gate all layers while there is permission. With it layer k from
// BiasWarmupCycles before its reset to the end of its sample, and for nothing else; the comparators
// see held voltages and need none. Where no image holds the configuration, that of cfg_i applies.
//
// layer_quiet_o[k] in cycle n: layer k is not between the first cycle of its reset and the last of
// its sample while a read slot that goes from this flag through one flop touches its nodes: in the
// cycles n + 1 + ReadSetupCycles to n + ReadSlotCycles - ReadGapCycles. So the setup of the slot
// may fall into the end of the sample, and its last gap into the reset of the next layer clock: in
// every layer clock, whatever its t_ctrl, there is room for one slot.

module cnr_layer_seq
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic                           clk_i,
  input  logic                           rst_ni,

  input  compute_cfg_t                   cfg_i,
  input  logic                           allow_i,
  input  logic                           pending_i,  // a complete image is in the input latches
  output logic                           take_o,     // it is loaded or refused with the next edge
  output logic                           finish_o,   // the label is due with the next edge
  output logic                           busy_o,     // an image is in its load clock or a layer
  output logic                           refused_o,
  output logic                           tick_o,
  output logic [NumLayers-1:0]           layer_quiet_o,

  // To the macro
  output logic                           in_load_o,
  output logic [NumLayers-1:0]           int_rst_o,
  output logic [NumLayers-1:0]           int_en_o,
  output logic [NumLayers-1:0]           sample_o,
  output logic [NumLayers-1:0]           bias_en_o,
  output logic [NumLayers*CfSelW-1:0]    cf_sel_o,
  output logic                           cmp_strobe_o,
  output logic [NumClasses*CmpTrimW-1:0] cmp_trim_o
);

  localparam int unsigned CountW = $clog2(LayerPeriod);

  // First cycle of a layer clock after the sample, and with the comparator outputs taken, at the
  // latest.
  localparam int unsigned Sampled = IntResetCycles + TCtrlMax + SampleCycles + 2 * IntGapCycles;
  localparam int unsigned Decided = Sampled + IntGapCycles + CompareCycles;

  // Of a read slot: cycles from the first to the last in which it touches nodes.
  localparam int unsigned ReadActive = ReadSlotCycles - ReadSetupCycles - ReadGapCycles;

  if (Decided >= LayerPeriod) begin : gen_check_period
    $fatal(1, "phases of %0d cycles do not fit LayerPeriod = %0d", Decided, LayerPeriod);
  end
  if (IntResetCycles == 0 || IntGapCycles == 0 || SampleCycles == 0) begin : gen_check_phases
    $fatal(1, "a phase of the layer clock has no length");
  end
  if (Sampled + ReadActive > LayerPeriod) begin : gen_check_slot
    $fatal(1, "%0d cycles of a read do not fit the gap from cycle %0d to LayerPeriod = %0d",
           ReadActive, Sampled, LayerPeriod);
  end
  if (ReadSetupCycles >= SampleCycles) begin : gen_check_ahead
    $fatal(1, "ReadSetupCycles = %0d, must be below SampleCycles = %0d", ReadSetupCycles,
           SampleCycles);
  end
  if (BiasWarmupCycles > LayerPeriod) begin : gen_check_warmup
    $fatal(1, "BiasWarmupCycles = %0d, must be at most LayerPeriod = %0d", BiasWarmupCycles,
           LayerPeriod);
  end

  // Layer clock: counts down to the edge into the next tick.
  logic [CountW-1:0] count_d, count_q;
  logic              tick_next, tick_q;

  assign tick_next = count_q == '0;
  assign count_d   = tick_next ? CountW'(LayerPeriod - 1) : count_q - 1'b1;

  // Where the images are: bit 0 an image in its load clock, bit k + 1 one in the clock of layer k.
  // A tick moves all of them on by one.
  logic [NumLayers:0]   stage_d, stage_q;
  logic [NumLayers-1:0] computing_d, computing_q;
  logic                 permit, lost, free, start, configure, t_ctrl_ok, pipelined_q;

  assign computing_d = stage_d[NumLayers:1];
  assign computing_q = stage_q[NumLayers:1];
  assign busy_o      = stage_q != '0;

  assign permit   = allow_i && cfg_i.infer_en;
  assign lost     = busy_o && !permit;
  assign free     = stage_q[NumLayers-1:0] == '0;
  assign take_o   = tick_next && (free || pipelined_q) && pending_i && !lost;
  assign start    = take_o && permit && (t_ctrl_ok || !free);
  assign finish_o = tick_next && stage_q[NumLayers] && !lost;

  assign configure = start && free;

  always_comb begin
    t_ctrl_ok = 1'b1;
    for (int unsigned k = 0; k < NumLayers; k++) begin
      if (cfg_i.t_ctrl[k] == '0 || cfg_i.t_ctrl[k] > TCtrlW'(TCtrlMax)) t_ctrl_ok = 1'b0;
    end
  end

  always_comb begin
    stage_d = stage_q;
    if (tick_next) stage_d = {stage_q[NumLayers-1:0], start};
    if (lost) stage_d = '0;
  end

  // Configuration of the images in the layers.
  logic [NumLayers-1:0][TCtrlW-1:0]    t_ctrl_q;
  logic [NumLayers-1:0][CfSelW-1:0]    cf_sel_q;
  logic [NumClasses-1:0][CmpTrimW-1:0] cmp_trim_q;
  logic                                gate_d, gate_q;

  assign gate_d = (configure || stage_d == '0) ? cfg_i.power_gate : gate_q;

  // Integration time of this layer clock: that of the one layer that computes, or the longest.
  logic [TCtrlW-1:0] t_active;

  always_comb begin
    t_active = '0;
    for (int unsigned k = 0; k < NumLayers; k++) begin
      if ((computing_q[k] || pipelined_q) && t_ctrl_q[k] > t_active) t_active = t_ctrl_q[k];
    end
  end

  // Phases of a layer clock.
  typedef enum logic [2:0] {
    StIdle, StReset, StSettle, StIntegrate, StHold, StSample, StPrecompare, StStrobe
  } state_e;

  state_e            state_d, state_q;
  logic [CountW-1:0] phase_d, phase_q;
  logic              phase_end;

  assign phase_end = phase_q == '0;

  always_comb begin
    state_d = state_q;
    phase_d = phase_end ? '0 : phase_q - 1'b1;

    unique case (state_q)
      // No layer has anything to do before the next tick.
      StIdle: begin
        if (tick_next && computing_d != '0) begin
          state_d = StReset;
          phase_d = CountW'(IntResetCycles - 1);
        end
      end

      // The integrator is being discharged.
      StReset: begin
        if (phase_end) begin
          state_d = StSettle;
          phase_d = CountW'(IntGapCycles - 1);
        end
      end

      // All switches of the layer are open; the integrator is empty.
      StSettle: begin
        if (phase_end) begin
          state_d = StIntegrate;
          phase_d = CountW'(t_active - 1'b1);
        end
      end

      // The currents of the layer flow into its integrators.
      StIntegrate: begin
        if (phase_end) begin
          state_d = StHold;
          phase_d = CountW'(IntGapCycles - 1);
        end
      end

      // All switches of the layer are open; the integrator holds its sum.
      StHold: begin
        if (phase_end) begin
          state_d = StSample;
          phase_d = CountW'(SampleCycles - 1);
        end
      end

      // The sum goes through ReLU and pool into the hold of the next layer.
      StSample: begin
        if (phase_end) begin
          state_d = stage_q[NumLayers] ? StPrecompare : StIdle;
          phase_d = CountW'(IntGapCycles - 1);
        end
      end

      // The outputs of the last layer are held; the comparators wait.
      StPrecompare: if (phase_end) state_d = StStrobe;

      // The comparators decide.
      StStrobe: state_d = StIdle;

      default: state_d = StIdle;
    endcase

    if (lost) state_d = StIdle;
  end

  // In the next cycle: layers between reset and sample, those that integrate (each for its own time
  // from the begin of the longest), and those with bias.
  logic [NumLayers-1:0] window_d, integrate_d, bias_d;

  assign window_d = (state_d inside {StReset, StSettle, StIntegrate, StHold, StSample})
                    ? computing_d : '0;

  for (genvar k = 0; k < NumLayers; k++) begin : gen_layer
    assign integrate_d[k] = state_d == StIntegrate && computing_d[k]
                            && 32'(phase_d) + 32'(t_ctrl_q[k]) >= 32'(t_active);
    assign bias_d[k]      = permit && (!gate_d || window_d[k]
                                       || (stage_d[k] && 32'(count_d) < BiasWarmupCycles));
  end

  // A layer may be read unless it is between reset and sample in one of the cycles that count.
  logic window;  // of the layers that compute

  assign window = (state_q inside {StReset, StSettle, StIntegrate, StHold})
                  || (state_q == StSample && 32'(phase_q) > ReadSetupCycles);

  for (genvar k = 0; k < NumLayers; k++) begin : gen_quiet
    assign layer_quiet_o[k] = !(window && computing_q[k])
                              && !(stage_q[k] && 32'(count_q) < ReadSlotCycles - ReadGapCycles);
  end

  // The pins leave straight from flops.
  logic                 in_load_q, strobe_q, refused_q;
  logic [NumLayers-1:0] int_rst_q, int_en_q, sample_q, bias_q;

  assign tick_o       = tick_q;
  assign refused_o    = refused_q;
  assign in_load_o    = in_load_q;
  assign int_rst_o    = int_rst_q;
  assign int_en_o     = int_en_q;
  assign sample_o     = sample_q;
  assign bias_en_o    = bias_q;
  assign cf_sel_o     = cf_sel_q;
  assign cmp_strobe_o = strobe_q;
  assign cmp_trim_o   = cmp_trim_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q     <= '0;
      tick_q      <= 1'b0;
      stage_q     <= '0;
      state_q     <= StIdle;
      phase_q     <= '0;
      refused_q   <= 1'b0;
      in_load_q   <= 1'b0;
      int_rst_q   <= '0;
      int_en_q    <= '0;
      sample_q    <= '0;
      bias_q      <= '0;
      strobe_q    <= 1'b0;
      t_ctrl_q    <= '0;
      cf_sel_q    <= '0;
      cmp_trim_q  <= '0;
      pipelined_q <= 1'b0;
      gate_q      <= 1'b0;
    end else begin
      count_q   <= count_d;
      tick_q    <= tick_next;
      stage_q   <= stage_d;
      state_q   <= state_d;
      phase_q   <= phase_d;
      refused_q <= lost || (take_o && !start);
      in_load_q <= start;
      int_rst_q <= (state_d == StReset) ? computing_d : '0;
      int_en_q  <= integrate_d;
      sample_q  <= (state_d == StSample) ? computing_d : '0;
      bias_q    <= bias_d;
      strobe_q  <= state_d == StStrobe;
      gate_q    <= gate_d;
      if (configure) begin
        t_ctrl_q    <= cfg_i.t_ctrl;
        cf_sel_q    <= cfg_i.cf_sel;
        cmp_trim_q  <= cfg_i.cmp_trim;
        pipelined_q <= cfg_i.pipelined;
      end
    end
  end

  logic unused_cfg;
  assign unused_cfg = ^{cfg_i.atest_sel, cfg_i.refresh_en};

endmodule
