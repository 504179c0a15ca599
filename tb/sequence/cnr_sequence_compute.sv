// Pulsed read and inference (A20): never together with high voltage; an image is loaded, and a
// layer starts on it, only with a complete read of every bank since the last high voltage and
// within the retention, and not later than two clocks after a loss of the supply, when nobody can
// know of it yet; in each layer, reset, integrate and sample follow each other without overlap,
// with bias and after its warm-up, and no bank of the layer is read from its reset to its sample. A
// bank is read by a reset and a pulse of full length, one after the other at one address, and empty
// if its reset is not followed by such a pulse.
//
// Layers start together, each with an image at its input, and sample together; the end of the
// sample hands each image on to the next layer, the last to the comparators. So images go through
// one after the other (sequential mode) or one behind the other (pipelined mode). All images in
// flight go on together: an image whose layer does not start with the others, or with a load, is
// lost, and so is one whose bias has failed.

module cnr_sequence_compute
  import cnr_chip_pkg::*;
  import cnr_sequence_pkg::*;
(
  input step_t step_i
);

  timeunit 1ns; timeprecision 1ps;

  localparam real ResetNs     = ClkNs * real'(ReadResetCycles);
  localparam real PulseNs     = ClkNs * real'(ReadPulseCycles);
  localparam real LossNs      = ClkNs * 2.0;  // from a loss of the supply to its synchronised flag
  localparam real RetentionNs = ClkNs * real'(Retention);
  localparam real WarmupNs    = ClkNs * real'(BiasWarmupCycles);

  pins_t   was, now;
  real     t_ns, oldest_ns;
  logic    busy;
  layers_t rst_rises, en_rises, sample_rises, sample_falls, cold, read_now;
  logic    load_rises;

  // Banks
  logic [NumBanks-1:0] read_q = '0;
  real  read_at_q [NumBanks];
  real  reset_at_q = 0.0;        // of the bank in turn: its reset, its pulse began
  real  pulse_at_q = 0.0;
  logic emptied_q = 1'b0;        // reset and not yet read
  logic reset_q = 1'b0;          // for long enough
  real  lost_at_q = Never;       // when a loss of the supply ended a complete read

  initial for (int unsigned b = 0; b < NumBanks; b++) read_at_q[b] = Never;

  // Layers
  layers_t cleared_q = '0;                // reset since it last integrated
  layers_t summed_q = '0;                 // integrated since its reset
  layers_t started_q = '0;                // reset, and their sample not over
  logic [NumLayers:0] image_q = '0;       // layers with an image at their input; last: comparators
  real bias_at_q [NumLayers];

  initial for (int unsigned k = 0; k < NumLayers; k++) bias_at_q[k] = Never;

  int unsigned a20_q = 0;

  // The bank that was in turn is left, or reset again: it is empty if it was not read.
  function automatic void leave();
    if (emptied_q && 32'(was.rd_bank) < NumBanks) read_q[was.rd_bank] = 1'b0;
    emptied_q = 1'b0;
    reset_q   = 1'b0;
  endfunction

  function automatic layers_t layer_of(logic [BankW-1:0] bank);
    layers_t layer;
    layer = '0;
    for (int unsigned k = 0; k < NumLayers; k++) begin
      if (32'(bank) >= LayerBankBase[k] && 32'(bank) < LayerBankBase[k] + LayerBanks[k]) begin
        layer[k] = 1'b1;
      end
    end
    return layer;
  endfunction

  always @(step_i) begin
    was  = step_i.was;
    now  = step_i.now;
    t_ns = $realtime;

    // Banks
    if (was.rd_rst && (!now.rd_rst || now.rd_bank != was.rd_bank)) begin
      reset_q = t_ns >= reset_at_q + ResetNs - SlackNs;
    end
    if (was.rd_pulse && !now.rd_pulse && reset_q && now.rd_bank == was.rd_bank &&
        t_ns >= pulse_at_q + PulseNs - SlackNs && 32'(now.rd_bank) < NumBanks) begin
      read_q[now.rd_bank]    = 1'b1;
      read_at_q[now.rd_bank] = t_ns;
      emptied_q              = 1'b0;
      reset_q                = 1'b0;
    end
    if (now.rd_bank != was.rd_bank || (now.rd_rst && !was.rd_rst)) leave();
    if (now.rd_rst && !was.rd_rst) begin
      reset_at_q = t_ns;
      emptied_q  = 1'b1;
    end
    if (now.rd_pulse && !was.rd_pulse) pulse_at_q = t_ns;
    if (!now.supply_ok && &read_q) lost_at_q = t_ns;
    if (now.hv || !now.supply_ok) read_q = '0;

    rst_rises    = now.int_rst & ~was.int_rst;
    en_rises     = now.int_en & ~was.int_en;
    sample_rises = now.sample & ~was.sample;
    sample_falls = was.sample & ~now.sample;
    cleared_q    = (cleared_q | (was.int_rst & ~now.int_rst)) & ~rst_rises;
    summed_q     = (summed_q | (was.int_en & ~now.int_en)) & ~rst_rises & ~en_rises;
    load_rises   = now.in_load && !was.in_load;
    for (int unsigned k = 0; k < NumLayers; k++) begin
      if (now.bias[k] && !was.bias[k]) bias_at_q[k] = t_ns;
      cold[k] = !now.bias[k] || t_ns < bias_at_q[k] + WarmupNs - SlackNs;
    end
    image_q      = image_q | {sample_falls & started_q, 1'b0};
    started_q    = started_q & ~sample_falls;
    if (load_rises && rst_rises == '0) begin
      image_q   = '0;
      started_q = '0;
    end
    started_q = started_q & now.bias;
    read_now  = (now.rd_rst || now.rd_pulse) ? layer_of(now.rd_bank) : '0;

    busy = now.rd_rst || now.rd_pulse || now.in_load || now.cmp_strobe ||
           (now.int_rst | now.int_en | now.sample) != '0;
    if (now.hv) begin
      A20_Apart: assert (!busy)
      else $error("%m: high voltage; read %b, load %b, reset %h, integrate %h, sample %h, limit 0",
                  now.rd_rst | now.rd_pulse, now.in_load, now.int_rst, now.int_en, now.sample);
    end
    if (load_rises) a20_q++;
    if (load_rises || rst_rises != '0) begin
      A20_Weights: assert (&read_q || t_ns <= lost_at_q + LossNs + SlackNs)
      else $error("%m: an image on %0d banks read, limit %0d", $countones(read_q), NumBanks);
      oldest_ns = t_ns;
      for (int unsigned b = 0; b < NumBanks; b++) begin
        if (read_at_q[b] < oldest_ns) oldest_ns = read_at_q[b];
      end
      A20_Held: assert (t_ns <= oldest_ns + RetentionNs + SlackNs)
      else $error("%m: an image on weights held for %0.3f ns, limit %0.3f ns", t_ns - oldest_ns,
                  RetentionNs);
    end
    A20_Overlap: assert (((now.int_rst & now.int_en) | (now.int_rst & now.sample) |
                          (now.int_en & now.sample)) == '0)
    else $error("%m: reset %h, integrate %h, sample %h, limit one per layer", now.int_rst,
                now.int_en, now.sample);
    A20_Integrate: assert ((en_rises & ~cleared_q) == '0)
    else $error("%m: layers %h integrate, limit %h are reset", en_rises, cleared_q);
    A20_Sample: assert ((sample_rises & ~summed_q) == '0)
    else $error("%m: layers %h sample, limit %h have integrated", sample_rises, summed_q);
    A20_Layers: assert ((rst_rises & ~image_q[NumLayers-1:0]) == '0)
    else $error("%m: layers %h start, limit %h with the image", rst_rises, image_q);
    A20_Start: assert (rst_rises == '0 || started_q == '0)
    else $error("%m: layers %h start, %h have not sampled, limit none", rst_rises, started_q);
    A20_Together: assert (sample_rises == '0 || (started_q & ~sample_rises) == '0)
    else $error("%m: layers %h sample, limit %h that have started", sample_rises, started_q);
    A20_Bias: assert (((now.int_rst | now.int_en | now.sample) & ~now.bias) == '0)
    else $error("%m: reset %h, integrate %h, sample %h, limit %h with bias", now.int_rst,
                now.int_en, now.sample, now.bias);
    A20_Warm: assert ((rst_rises & cold) == '0)
    else $error("%m: layers %h start, %h with bias for less than limit %0.3f ns", rst_rises, cold,
                WarmupNs);
    A20_Compare: assert (!now.cmp_strobe || was.cmp_strobe || image_q[NumLayers])
    else $error("%m: comparators strobed, limit %b images at them", image_q[NumLayers]);

    cleared_q = cleared_q & ~en_rises;
    summed_q  = summed_q & ~sample_rises;
    if (rst_rises != '0) begin
      started_q = rst_rises;
      image_q   = '0;
    end
    A20_Read: assert ((read_now & started_q) == '0)
    else $error("%m: bank %0d is read, limit no layer of %h between reset and sample", now.rd_bank,
                started_q);
    if (now.cmp_strobe && !was.cmp_strobe) image_q[NumLayers] = 1'b0;
    if (load_rises) image_q[0] = 1'b1;
  end

endmodule
