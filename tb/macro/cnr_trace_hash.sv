// A hash over all pins of the chip and of its macro at every clock edge, bound into cnr_top by the
// benches that ask for it. Two runs with the same hash have shown the same values in the same
// cycles. It starts with the second edge after the first reset, so what registers hold before that
// does not count, and says at the end of the simulation: trace <hash> over <n> cycles. Each 64 pins
// are mixed in by exclusive or, rotation and multiplication with an odd number, which loses no
// difference.

module cnr_trace_hash #(
  parameter int unsigned Width = 1
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic [Width-1:0] pins_i
);

  localparam int unsigned WordBits = 64;
  localparam int unsigned Words    = (Width + WordBits - 1) / WordBits;
  localparam logic [63:0] Start    = 64'hcbf2_9ce4_8422_2325;  // of FNV-1a
  localparam logic [63:0] Factor   = 64'h9e37_79b9_7f4a_7c15;  // odd

  logic [Words-1:0][WordBits-1:0] pins;

  assign pins = (Words*WordBits)'(pins_i);

  logic        reset_seen_q, running_q;
  logic [63:0] hash_q;
  longint      cycles_q;

  initial begin
    reset_seen_q = 1'b0;
    running_q    = 1'b0;
    hash_q       = Start;
    cycles_q     = 0;
  end

  function automatic logic [63:0] mixed(logic [63:0] hash, logic [Words-1:0][WordBits-1:0] words);
    logic [63:0] result;
    logic [63:0] sum;
    result = hash;
    for (int unsigned n = 0; n < Words; n++) begin
      sum    = result ^ words[n];
      result = {sum[34:0], sum[63:35]} * Factor;
    end
    return result;
  endfunction

  always @(posedge clk_i) begin
    if (!rst_ni) reset_seen_q <= 1'b1;
    else if (reset_seen_q) running_q <= 1'b1;
    if (running_q) begin
      hash_q   <= mixed(hash_q, pins);
      cycles_q <= cycles_q + 1;
    end
  end

  final $display("trace %016x over %0d cycles", hash_q, cycles_q);

endmodule

// All pins but the clock.
`define CNR_TRACE_PINS \
  {rst_ni, spi_sclk_i, spi_cs_ni, spi_mosi_i, spi_miso_o, irq_o, w_valid_i, w_ready_o, w_data_i, \
   rb_valid_o, rb_ready_i, rb_data_o, pix_valid_i, pix_ready_o, pix_data_i, pix_last_i, \
   label_valid_o, label_o, label_ambiguous_o, tick_o, supply_ok_i, test_mode_i, hv_kill_n, \
   prog_layer, prog_group, prog_row, bl_en, sl_en, wl_en, wl_dac, bl_dac, sl_dac, polarity, \
   hv_en, bleed_en, sense_en, sense_ref, sense, sense_rdy, pump_rdy, rd_bank, rd_rst, rd_pulse, \
   in_data, in_addr, in_we, in_load, int_rst, int_en, sample, bias_en, cf_sel, cmp_strobe, \
   cmp_trim, cmp, atest_sel}

bind cnr_top cnr_trace_hash #(
  .Width($bits(`CNR_TRACE_PINS))
) u_trace_hash (
  .clk_i,
  .rst_ni,
  .pins_i(`CNR_TRACE_PINS)
);

`undef CNR_TRACE_PINS
