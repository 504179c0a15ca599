// Rules of the pulsed read, bound into every instance: the read slot, the order of the banks, no
// read of a busy layer, and weights that count as valid only while every storage node holds a
// complete read that is not too old. What the nodes hold is followed bank by bank from the pins.

module cnr_read_seq_chk
  import cnr_chip_pkg::*;
(
  input logic                 clk_i,
  input logic                 rst_ni,
  input logic                 start_i,
  input logic                 refresh_en_i,
  input logic                 allow_i,
  input logic                 invalidate_i,
  input logic [NumLayers-1:0] layer_quiet_i,
  input logic                 busy_o,
  input logic                 done_o,
  input logic                 weights_valid_o,
  input logic                 expired_o,
  input logic [BankW-1:0]     rd_bank_o,
  input logic                 rd_rst_o,
  input logic                 rd_pulse_o,
  input logic [1:0]           state_q
);

  localparam int PulseBegin = int'(ReadResetCycles + ReadGapCycles);
  localparam int PulseEnd   = PulseBegin + int'(ReadPulseCycles);
  localparam int SlotEnd    = PulseEnd + int'(ReadGapCycles);
  localparam int Banks      = int'(NumBanks);

  // What the last cycle held.
  logic                 stop_q, invalidate_q, valid_q, busy_q, start_q, refresh_q, slot_q;
  logic [NumLayers-1:0] quiet_q [ReadSetupCycles+1];  // the latest first
  logic [BankW-1:0]     bank_q;
  int                   same_q;  // cycles that it has been on this bank
  int                   pos_q;

  // An upset of the state counts as loss of the weights.
  logic illegal;

  assign illegal = state_q == 2'd3;

  // The slot from rd_rst_o on, ReadSetupCycles after it has been decided and its bank chosen; it
  // ends after SlotEnd cycles, or when it is cut.
  logic slot;
  logic slot_begin;
  int   pos;

  assign slot_begin = rd_rst_o && (!slot_q || pos_q == SlotEnd - 1);
  assign slot       = slot_begin || (slot_q && pos_q < SlotEnd - 1 && !stop_q);
  assign pos        = slot_begin ? 0 : pos_q + 1;

  // The nodes: which banks hold no complete read, and when the oldest read ended.
  longint unsigned      now_q, oldest_q, read_q [NumBanks];
  logic [NumBanks-1:0]  empty_q;
  logic                 read_complete;
  int                   bank;
  int                   next_q;  // bank that the sweep must read next

  assign bank          = int'(rd_bank_o);
  assign read_complete = slot && pos == PulseEnd - 1 && rd_pulse_o;

  function automatic longint unsigned oldest_read();
    longint unsigned oldest;
    oldest = read_q[0];
    for (int b = 1; b < Banks; b++) if (read_q[b] < oldest) oldest = read_q[b];
    return oldest;
  endfunction

  function automatic int layer_of(int b);
    for (int k = 0; k < int'(NumLayers); k++) begin
      if (b >= int'(LayerBankBase[k]) && b < int'(LayerBankBase[k] + LayerBanks[k])) return k;
    end
    return -1;
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      stop_q       <= 1'b1;
      invalidate_q <= 1'b1;
      valid_q      <= 1'b0;
      busy_q       <= 1'b0;
      start_q      <= 1'b0;
      refresh_q    <= 1'b0;
      slot_q       <= 1'b0;
      bank_q       <= '0;
      same_q       <= 0;
      pos_q        <= 0;
      now_q        <= 0;
      oldest_q     <= 0;
      empty_q      <= '1;
      next_q       <= 0;
      for (int b = 0; b < Banks; b++) read_q[b] <= 0;
      for (int n = 0; n <= int'(ReadSetupCycles); n++) quiet_q[n] <= '0;
    end else begin
      stop_q       <= !allow_i || invalidate_i || illegal;
      invalidate_q <= invalidate_i || illegal;
      valid_q      <= weights_valid_o;
      busy_q       <= busy_o;
      start_q      <= start_i;
      refresh_q    <= refresh_en_i;
      slot_q       <= slot;
      quiet_q[0]   <= layer_quiet_i;
      for (int n = 1; n <= int'(ReadSetupCycles); n++) quiet_q[n] <= quiet_q[n-1];
      bank_q       <= rd_bank_o;
      same_q       <= (rd_bank_o == bank_q) ? same_q + 1 : 1;
      pos_q        <= pos;
      now_q        <= now_q + 1;
      if (slot && rd_rst_o) empty_q[rd_bank_o] <= 1'b1;
      if (read_complete) begin
        empty_q[rd_bank_o] <= 1'b0;
        read_q[rd_bank_o]  <= now_q;
      end
      if (slot && pos == SlotEnd - 1) oldest_q <= oldest_read();
      if (!busy_o) next_q <= 0;
      else if (slot_begin) next_q <= bank + 1;
    end
  end

  // The slot: its phases in order and in full, on one bank.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      A20_ReadExclusive: assert (!(rd_rst_o && rd_pulse_o))
      else $error("%m: rd_rst_o and rd_pulse_o of bank %0d together", bank);
      A20_ReadReset: assert (rd_rst_o == (slot && pos < int'(ReadResetCycles)))
      else $error("%m: rd_rst_o = %b in cycle %0d of a slot (%b), limit 0..%0d", rd_rst_o, pos,
                  slot, ReadResetCycles - 1);
      A20_ReadPulse: assert (rd_pulse_o == (slot && pos >= PulseBegin && pos < PulseEnd))
      else $error("%m: rd_pulse_o = %b in cycle %0d of a slot (%b), limit %0d..%0d", rd_pulse_o,
                  pos, slot, PulseBegin, PulseEnd - 1);
      A20_ReadStable: assert (!slot || slot_begin || rd_bank_o == bank_q)
      else $error("%m: rd_bank_o %0d to %0d in cycle %0d of a slot", bank_q, rd_bank_o, pos);
      A20_ReadSetup: assert (!slot_begin ||
                             (rd_bank_o == bank_q && same_q >= int'(ReadSetupCycles)))
      else $error("%m: rd_rst_o rose %0d cycles after rd_bank_o went to %0d, limit %0d",
                  (rd_bank_o == bank_q) ? same_q : 0, rd_bank_o, ReadSetupCycles);
      A20_ReadStopped: assert (!stop_q || !slot)
      else $error("%m: cycle %0d of a slot after allow_i fell or invalidate_i rose", pos);
      A20_ReadBusy: assert (busy_o || !slot)
      else $error("%m: a slot without busy_o");
    end
  end

  // The sweep: every bank once, in order, each only while its layer is quiet.
  always_ff @(posedge clk_i) begin
    if (rst_ni && slot_begin) begin
      A20_ReadOrder: assert (bank == next_q)
      else $error("%m: bank %0d, limit %0d", bank, next_q);
      A20_ReadQuiet: assert (layer_of(bank) >= 0 && quiet_q[ReadSetupCycles][layer_of(bank)])
      else $error("%m: bank %0d of layer %0d, quiet layers %b", bank, layer_of(bank),
                  quiet_q[ReadSetupCycles]);
    end
    if (rst_ni) begin
      A20_ReadDone: assert (done_o == (slot_q && pos_q == SlotEnd - 1 && int'(bank_q) == Banks - 1
                                       && !stop_q))
      else $error("%m: done_o = %b after cycle %0d of a slot of bank %0d, limit %0d of %0d", done_o,
                  pos_q, bank_q, SlotEnd - 1, Banks - 1);
      A20_ReadBegin: assert (!busy_o || busy_q || illegal
                             || ((start_q || (refresh_q && valid_q)) && !stop_q))
      else $error("%m: a sweep began; start %b, refresh %b, valid %b, stop %b", start_q, refresh_q,
                  valid_q, stop_q);
    end
  end

  // Valid weights: every node read in full and lately, no high voltage since.
  logic [NumBanks-1:0] in_slot;

  always_comb begin
    in_slot = '0;
    if (slot) in_slot[rd_bank_o] = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && weights_valid_o) begin
      A20_WeightsComplete: assert ((empty_q & ~in_slot) == '0)
      else $error("%m: weights valid, banks without a read %b", empty_q & ~in_slot);
      A20_WeightsFresh: assert (now_q - oldest_q <= longint'(Retention))
      else $error("%m: weights valid, the oldest read is %0d cycles old, limit %0d",
                  now_q - oldest_q, Retention);
      A20_WeightsSafe: assert (!invalidate_q)
      else $error("%m: weights valid one cycle after high voltage or loss of supply");
    end
    if (rst_ni) begin
      A20_WeightsSet: assert (!weights_valid_o || valid_q || done_o)
      else $error("%m: weights_valid_o rose without a complete read");
      A20_Expired: assert (!expired_o || !weights_valid_o)
      else $error("%m: expired_o with valid weights");
    end
  end

endmodule

bind cnr_read_seq cnr_read_seq_chk u_chk (.*, .state_q(state_q));
