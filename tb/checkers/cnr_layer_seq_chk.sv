// Rules of the layer clock, bound into every instance. What each pin should be is worked out from
// the age of the image in the layers (cycles since its in_load_o) and the configuration that was
// set one cycle before it; no state of the sequencer is used.

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

  // What the last cycle held.
  compute_cfg_t                   cfg_q;
  logic                           started_q, permit_q, live_q, lost_q, take_q;
  logic [NumLayers*CfSelW-1:0]    cf_sel_q;
  logic [NumClasses*CmpTrimW-1:0] cmp_trim_q;

  // The image in the layers.
  logic         permit, live;
  int           age, age_q, tick_age_q;
  compute_cfg_t image_cfg, image_cfg_q;

  assign permit    = allow_i && cfg_i.infer_en;
  assign live      = in_load_o || (live_q && age_q < ImageCycles);
  assign age       = in_load_o ? 0 : age_q;
  assign image_cfg = in_load_o ? cfg_q : image_cfg_q;

  // Where it is: layer (-1 in its load clock), cycle of the layer clock, end of each phase.
  int layer, pos, reset_end, int_begin, int_end, sample_begin, sample_end, strobe;

  always_comb begin
    layer        = age / int'(LayerPeriod) - 1;
    pos          = age % int'(LayerPeriod);
    reset_end    = int'(IntResetCycles);
    int_begin    = reset_end + int'(IntGapCycles);
    int_end      = int_begin;
    sample_begin = 0;
    for (int k = 0; k < int'(NumLayers); k++) begin
      if (layer == k) int_end = int_begin + int'(image_cfg.t_ctrl[k]);
    end
    sample_begin = int_end + int'(IntGapCycles);
    sample_end   = sample_begin + int'(SampleCycles);
    strobe       = sample_end + int'(IntGapCycles);
  end

  // The pins that follow from it.
  logic [NumLayers-1:0] here, int_rst, int_en, sample;
  logic                 cmp_strobe, finish;

  always_comb begin
    here = '0;
    for (int k = 0; k < int'(NumLayers); k++) here[k] = live && layer == k;
    int_rst    = (pos < reset_end) ? here : '0;
    int_en     = (pos >= int_begin && pos < int_end) ? here : '0;
    sample     = (pos >= sample_begin && pos < sample_end) ? here : '0;
    cmp_strobe = here[NumLayers-1] && pos == strobe;
    finish     = live && permit && age == ImageCycles - 1;
  end

  // Cycles for which a layer has been promised to stay quiet.
  logic [NumLayers-1:0] window;
  int                   promise_q [NumLayers];

  assign window = (pos < sample_end) ? here : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      started_q   <= 1'b0;
      permit_q    <= 1'b0;
      live_q      <= 1'b0;
      lost_q      <= 1'b0;
      take_q      <= 1'b0;
      age_q       <= 0;
      tick_age_q  <= -1;
      cfg_q       <= '0;
      image_cfg_q <= '0;
      cf_sel_q    <= '0;
      cmp_trim_q  <= '0;
      for (int k = 0; k < int'(NumLayers); k++) promise_q[k] <= 0;
    end else begin
      started_q   <= 1'b1;
      permit_q    <= permit;
      live_q      <= live && permit;
      lost_q      <= live && !permit;
      take_q      <= take_o;
      age_q       <= age + 1;
      cfg_q       <= cfg_i;
      image_cfg_q <= image_cfg;
      cf_sel_q    <= cf_sel_o;
      cmp_trim_q  <= cmp_trim_o;
      if (tick_o) tick_age_q <= 1;
      else if (tick_age_q >= 0) tick_age_q <= tick_age_q + 1;
      for (int k = 0; k < int'(NumLayers); k++) begin
        if (layer_quiet_o[k]) promise_q[k] <= int'(ReadSlotCycles);
        else if (promise_q[k] > 0) promise_q[k] <= promise_q[k] - 1;
      end
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

  // Within a layer no two phases overlap; in sequential mode no two layers do.
  for (genvar k = 0; k < NumLayers; k++) begin : gen_layer
    always_ff @(posedge clk_i) begin
      if (rst_ni) begin
        A20_Overlap: assert ($onehot0({int_rst_o[k], int_en_o[k], sample_o[k]}))
        else $error("%m: reset %b, integrate %b, sample %b of layer %0d, limit one at a time",
                    int_rst_o[k], int_en_o[k], sample_o[k], k);
        A20_Quiet: assert (!(window[k] && promise_q[k] > 0))
        else $error("%m: layer %0d between reset and sample, was quiet for %0d cycles more", k,
                    promise_q[k]);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      A20_OneLayer: assert ($onehot0(int_rst_o | int_en_o | sample_o))
      else $error("%m: layers %b at work, limit one", int_rst_o | int_en_o | sample_o);
      A20_Reset: assert (int_rst_o == int_rst)
      else $error("%m: int_rst_o = %b in cycle %0d of layer clock %0d, limit %b", int_rst_o, pos,
                  layer, int_rst);
      A20_Integrate: assert (int_en_o == int_en)
      else $error("%m: int_en_o = %b in cycle %0d of layer clock %0d, limit %b (cycles %0d..%0d)",
                  int_en_o, pos, layer, int_en, int_begin, int_end - 1);
      A20_Sample: assert (sample_o == sample)
      else $error("%m: sample_o = %b in cycle %0d of layer clock %0d, limit %b (cycles %0d..%0d)",
                  sample_o, pos, layer, sample, sample_begin, sample_end - 1);
      A20_Strobe: assert (cmp_strobe_o == cmp_strobe)
      else $error("%m: cmp_strobe_o = %b in cycle %0d of layer clock %0d, limit cycle %0d",
                  cmp_strobe_o, pos, layer, strobe);
      A20_Label: assert (finish_o == finish)
      else $error("%m: finish_o = %b, %0d cycles after the load, limit %0d", finish_o, age,
                  ImageCycles - 1);
      A20_Busy: assert (busy_o == live)
      else $error("%m: busy_o = %b, %0d cycles after the load, limit %b", busy_o, age, live);
    end
  end

  // An image is loaded only at a tick, with permission, and never on top of another.
  always_ff @(posedge clk_i) begin
    if (rst_ni && in_load_o) begin
      A20_LoadPermit: assert (permit_q)
      else $error("%m: in_load_o without permission, limit allow_i and infer_en");
      A20_LoadTick: assert (tick_o)
      else $error("%m: in_load_o outside of a tick, limit the first cycle of a layer clock");
      A20_LoadOrder: assert (!live_q || age_q >= ImageCycles)
      else $error("%m: in_load_o %0d cycles after the last, limit %0d", age_q, ImageCycles);
      for (int k = 0; k < int'(NumLayers); k++) begin
        A18_TCtrl: assert (cfg_q.t_ctrl[k] inside {[1:TCtrlMax]})
        else $error("%m: t_ctrl of layer %0d is %0d, limit 1..%0d", k, cfg_q.t_ctrl[k], TCtrlMax);
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
      A20_Bias: assert (bias_en_o == {NumLayers{permit_q}})
      else $error("%m: bias_en_o = %b, limit %b", bias_en_o, {NumLayers{permit_q}});
    end
  end

  // Each image taken is loaded or refused, each image dropped is told, and nothing else is.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      A17_Take: assert (!take_o || pending_i)
      else $error("%m: an image is taken while none waits");
      A17_TakeAlone: assert (!(take_o && live && !permit))
      else $error("%m: an image is taken with the edge that drops another, limit one refusal each");
      A17_Refused: assert (refused_o == (lost_q || (take_q && !in_load_o)))
      else $error("%m: refused_o = %b; taken %b, loaded %b, dropped %b", refused_o, take_q,
                  in_load_o, lost_q);
      A20_Config: assert (in_load_o || (cf_sel_o == cf_sel_q && cmp_trim_o == cmp_trim_q))
      else $error("%m: cf_sel_o %h to %h, cmp_trim_o %h to %h, limit only with in_load_o", cf_sel_q,
                  cf_sel_o, cmp_trim_q, cmp_trim_o);
      A20_ConfigLoaded: assert (!in_load_o
                                || (cf_sel_o == cfg_q.cf_sel && cmp_trim_o == cfg_q.cmp_trim))
      else $error("%m: cf_sel_o %h, cmp_trim_o %h, limit %h, %h", cf_sel_o, cmp_trim_o,
                  cfg_q.cf_sel, cfg_q.cmp_trim);
    end
  end

endmodule

bind cnr_layer_seq cnr_layer_seq_chk u_chk (.*);
