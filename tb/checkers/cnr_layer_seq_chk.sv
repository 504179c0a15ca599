// Rules of the layer clock, bound into every instance. What each pin should be is worked out from
// the ages of the images in the layers (cycles since their in_load_o), the cycle of the layer clock
// (since tick_o) and the configuration one cycle before the load that found the layers empty; no
// state of the sequencer is used.

module cnr_layer_seq_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input logic                           clk_i,
  input logic                           rst_ni,
  input compute_cfg_t                   cfg_i,
  input logic                           allow_i,
  input logic                           pending_i,
  input logic                           take_o,
  input logic                           finish_o,
  input logic                           busy_o,
  input logic                           refused_o,
  input logic                           tick_o,
  input logic [NumLayers-1:0]           layer_quiet_o,
  input logic                           in_load_o,
  input logic [NumLayers-1:0]           int_rst_o,
  input logic [NumLayers-1:0]           int_en_o,
  input logic [NumLayers-1:0]           sample_o,
  input logic [NumLayers-1:0]           bias_en_o,
  input logic [NumLayers*CfSelW-1:0]    cf_sel_o,
  input logic                           cmp_strobe_o,
  input logic [NumClasses*CmpTrimW-1:0] cmp_trim_o
);

  localparam int ImageCycles = (NumLayers + 1) * LayerPeriod;
  localparam int ReadBegin   = 1 + int'(ReadSetupCycles);  // from a quiet flag to its slot's reset
  localparam int ReadEnd     = int'(ReadSlotCycles - ReadGapCycles);  // and to the end of its pulse

  // What the last cycle held.
  compute_cfg_t                   cfg_q;
  logic                           started_q, permit_q, lost_q, take_q, ticked_q;
  logic [NumLayers*CfSelW-1:0]    cf_sel_q;
  logic [NumClasses*CmpTrimW-1:0] cmp_trim_q;

  // The images in the layers: bit n is one that was loaded n cycles ago.
  logic [ImageCycles-1:0] loads, loads_q;
  logic [NumLayers-1:0]   here, next;  // layers with one in this layer clock, in the next
  logic                   permit, live, alone;

  assign permit = allow_i && cfg_i.infer_en;
  assign loads  = {loads_q[ImageCycles-1:1], in_load_o};  // loads_q is one cycle on already
  assign live   = loads != '0;
  assign alone  = in_load_o && loads_q == '0;

  for (genvar k = 0; k < NumLayers; k++) begin : gen_here
    assign here[k] = loads[(k+1)*LayerPeriod +: LayerPeriod] != '0;
    assign next[k] = loads[k*LayerPeriod +: LayerPeriod] != '0;
  end

  // Their configuration; without them that of the last cycle counts for the bias.
  compute_cfg_t image_cfg, image_cfg_q;
  logic         gated;

  assign image_cfg = alone ? cfg_q : image_cfg_q;
  assign gated     = live ? image_cfg.power_gate : cfg_q.power_gate;

  // An image that finds others in the layers shares their configuration, which is legal.
  logic legal;

  always_comb begin
    legal = 1'b1;
    for (int k = 0; k < int'(NumLayers); k++) begin
      if (loads_q == '0 && !(cfg_q.t_ctrl[k] inside {[1:TCtrlMax]})) legal = 1'b0;
    end
  end

  // Cycle of the layer clock, and end of each phase.
  int pos, tick_age_q, longest, int_begin, sample_begin, sample_end, strobe;
  int int_end [NumLayers];

  assign pos = tick_o ? 0 : tick_age_q;

  always_comb begin
    int_begin = int'(IntResetCycles + IntGapCycles);
    longest   = 0;
    for (int k = 0; k < int'(NumLayers); k++) begin
      int_end[k] = int_begin + int'(image_cfg.t_ctrl[k]);
      if ((image_cfg.pipelined || here[k]) && int'(image_cfg.t_ctrl[k]) > longest) begin
        longest = int'(image_cfg.t_ctrl[k]);
      end
    end
    sample_begin = int_begin + longest + int'(IntGapCycles);
    sample_end   = sample_begin + int'(SampleCycles);
    strobe       = sample_end + int'(IntGapCycles);
  end

  // The pins that follow from it.
  logic [NumLayers-1:0] window, int_rst, int_en, sample, bias;
  logic                 cmp_strobe, finish, last_cycle, take;

  always_comb begin
    for (int k = 0; k < int'(NumLayers); k++) begin
      int_en[k] = here[k] && pos >= int_begin && pos < int_end[k];
    end
    window     = (pos < sample_end) ? here : '0;
    int_rst    = (pos < int'(IntResetCycles)) ? here : '0;
    sample     = (pos >= sample_begin && pos < sample_end) ? here : '0;
    cmp_strobe = here[NumLayers-1] && pos == strobe;
    last_cycle = pos == int'(LayerPeriod) - 1;
    finish     = last_cycle && here[NumLayers-1] && permit;
    take       = last_cycle && pending_i && !(live && !permit)
                 && (image_cfg.pipelined || next == '0);
    bias       = '1;
    if (gated) bias = window | ((pos >= int'(LayerPeriod - BiasWarmupCycles)) ? next : '0);
    if (!permit_q) bias = '0;
  end

  // Flags of the last cycles, the latest first.
  logic [NumLayers-1:0] quiet_q [ReadEnd+1];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      started_q   <= 1'b0;
      permit_q    <= 1'b0;
      lost_q      <= 1'b0;
      take_q      <= 1'b0;
      ticked_q    <= 1'b0;
      loads_q     <= '0;
      tick_age_q  <= -1;
      cfg_q       <= '0;
      image_cfg_q <= '0;
      cf_sel_q    <= '0;
      cmp_trim_q  <= '0;
      for (int n = 1; n <= ReadEnd; n++) quiet_q[n] <= '0;
    end else begin
      started_q   <= 1'b1;
      permit_q    <= permit;
      lost_q      <= live && !permit;
      take_q      <= take_o;
      ticked_q    <= ticked_q || tick_o;
      loads_q     <= permit ? loads << 1 : '0;
      cfg_q       <= cfg_i;
      image_cfg_q <= image_cfg;
      cf_sel_q    <= cf_sel_o;
      cmp_trim_q  <= cmp_trim_o;
      if (tick_o) tick_age_q <= 1;
      else if (tick_age_q >= 0) tick_age_q <= tick_age_q + 1;
      quiet_q[1] <= layer_quiet_o;
      for (int n = 2; n <= ReadEnd; n++) quiet_q[n] <= quiet_q[n-1];
    end
  end

  // The layer clock is never shifted.
  always_ff @(posedge clk_i) begin
    if (rst_ni && tick_age_q >= 0) begin
      A20_LayerPeriod: assert (tick_o == (tick_age_q == int'(LayerPeriod)))
      else $error("%m: tick_o = %b, %0d cycles after the last, limit %0d", tick_o, tick_age_q,
                  LayerPeriod);
    end
  end

  // Within a layer no two phases overlap, and it is not read between reset and sample.
  for (genvar k = 0; k < NumLayers; k++) begin : gen_layer
    always_ff @(posedge clk_i) begin
      if (rst_ni) begin
        A20_Overlap: assert ($onehot0({int_rst_o[k], int_en_o[k], sample_o[k]}))
        else $error("%m: reset %b, integrate %b, sample %b of layer %0d, limit one at a time",
                    int_rst_o[k], int_en_o[k], sample_o[k], k);
        for (int n = ReadBegin; n <= ReadEnd; n++) begin
          A20_Quiet: assert (!(window[k] && quiet_q[n][k]))
          else $error("%m: layer %0d between reset and sample, was quiet %0d cycles ago", k, n);
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      A20_OneLayer: assert (image_cfg.pipelined || $onehot0(int_rst_o | int_en_o | sample_o))
      else $error("%m: layers %b at work, limit one", int_rst_o | int_en_o | sample_o);
      A20_Reset: assert (int_rst_o == int_rst)
      else $error("%m: int_rst_o = %b in cycle %0d, limit %b", int_rst_o, pos, int_rst);
      A20_Integrate: assert (int_en_o == int_en)
      else $error("%m: int_en_o = %b in cycle %0d, limit %b (from cycle %0d)", int_en_o, pos,
                  int_en, int_begin);
      A20_Sample: assert (sample_o == sample)
      else $error("%m: sample_o = %b in cycle %0d, limit %b (%0d..%0d)", sample_o, pos, sample,
                  sample_begin, sample_end - 1);
      A20_Strobe: assert (cmp_strobe_o == cmp_strobe)
      else $error("%m: cmp_strobe_o = %b in cycle %0d, limit %b (cycle %0d)", cmp_strobe_o, pos,
                  cmp_strobe, strobe);
      A20_Label: assert (finish_o == finish)
      else $error("%m: finish_o = %b in cycle %0d, limit %b (%0d after a load)", finish_o, pos,
                  finish, ImageCycles - 1);
      A20_Busy: assert (busy_o == live)
      else $error("%m: busy_o = %b, limit %b", busy_o, live);
    end
  end

  // An image is loaded only at a tick, with permission, and in sequential mode never on top of
  // another.
  always_ff @(posedge clk_i) begin
    if (rst_ni && in_load_o) begin
      A20_LoadPermit: assert (permit_q)
      else $error("%m: in_load_o without permission, limit allow_i and infer_en");
      A20_LoadTick: assert (tick_o)
      else $error("%m: in_load_o outside of a tick, limit the first cycle of a layer clock");
      A20_LoadOrder: assert (alone || image_cfg.pipelined)
      else $error("%m: in_load_o with an image in the layers, limit none in sequential mode");
      for (int k = 0; k < int'(NumLayers); k++) begin
        A18_TCtrl: assert (image_cfg.t_ctrl[k] inside {[1:TCtrlMax]})
        else $error("%m: t_ctrl of layer %0d is %0d, limit 1..%0d", k, image_cfg.t_ctrl[k],
                    TCtrlMax);
      end
    end
  end

  // Without permission nothing happens in the layers.
  always_ff @(posedge clk_i) begin
    if (rst_ni && !permit_q) begin
      A20_NoPermit: assert ({in_load_o, int_rst_o, int_en_o, sample_o, cmp_strobe_o} == '0)
      else $error("%m: load %b reset %b integrate %b sample %b strobe %b, limit 0", in_load_o,
                  int_rst_o, int_en_o, sample_o, cmp_strobe_o);
    end
    if (rst_ni && started_q) begin
      A20_Bias: assert (bias_en_o == bias)
      else $error("%m: bias_en_o = %b in cycle %0d, limit %b (gated %b)", bias_en_o, pos, bias,
                  gated);
    end
  end

  // Each image taken is loaded or refused, each image dropped is told, and nothing else is.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      A17_Take: assert (take_o == take || !ticked_q)
      else $error("%m: take_o = %b in cycle %0d, limit %b (waiting %b, behind it %b)", take_o, pos,
                  take, pending_i, next);
      A17_Loaded: assert (in_load_o == (take_q && permit_q && legal))
      else $error("%m: in_load_o = %b; taken %b, permission %b, legal times %b", in_load_o, take_q,
                  permit_q, legal);
      A17_TakeAlone: assert (!(take_o && live && !permit))
      else $error("%m: an image is taken with the edge that drops others, limit one refusal each");
      A17_Refused: assert (refused_o == (lost_q || (take_q && !in_load_o)))
      else $error("%m: refused_o = %b; taken %b, loaded %b, dropped %b", refused_o, take_q,
                  in_load_o, lost_q);
      A20_Config: assert (alone || (cf_sel_o == cf_sel_q && cmp_trim_o == cmp_trim_q))
      else $error("%m: cf_sel_o %h to %h, cmp_trim_o %h to %h, limit only with a first load",
                  cf_sel_q, cf_sel_o, cmp_trim_q, cmp_trim_o);
      A20_ConfigLoaded: assert (!alone
                                || (cf_sel_o == cfg_q.cf_sel && cmp_trim_o == cfg_q.cmp_trim))
      else $error("%m: cf_sel_o %h, cmp_trim_o %h, limit %h, %h", cf_sel_o, cmp_trim_o,
                  cfg_q.cf_sel, cfg_q.cmp_trim);
    end
  end

endmodule

bind cnr_layer_seq cnr_layer_seq_chk u_chk (.*);
