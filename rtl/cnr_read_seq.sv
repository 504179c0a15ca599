// Pulsed read of all weight cells into their storage nodes, bank after bank, and its refresh.
//
// start_i (ignored unless allow_i, and while a sweep is running or invalidate_i is high) begins a
// sweep: banks 0 to NumBanks - 1, one slot of ReadSlotCycles cycles each, slot after slot. Within a
// slot rd_bank_o is stable; after ReadSetupCycles rd_rst_o is high for ReadResetCycles cycles and,
// ReadGapCycles later, rd_pulse_o for ReadPulseCycles; ReadGapCycles end the slot. Before the slot
// of a bank whose layer is not quiet the sweep waits, with both low. After the last slot done_o is
// high for one cycle, and weights_valid_o with it.
//
// With refresh_en_i and valid weights another sweep begins RefreshInterval cycles after the one
// before it began, or as soon as that is over or allow_i is back.
//
// weights_valid_o falls one cycle after invalidate_i; Retention cycles after the begin of the last
// completed sweep (no node has been held longer), with one cycle of expired_o; and when a slot is
// cut, since its bank is empty. A sweep that took Retention cycles or longer gives done_o and
// expired_o instead of valid weights. A sweep is abandoned, with both pins low at the next edge and
// no done_o, when allow_i is low or invalidate_i is high in any of its cycles.

module cnr_read_seq
  import cnr_chip_pkg::*;
(
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 start_i,
  input  logic                 refresh_en_i,
  input  logic                 allow_i,        // no programming
  input  logic                 invalidate_i,   // high voltage on, or no supply
  input  logic [NumLayers-1:0] layer_quiet_i,  // a slot may begin with the next cycle

  output logic                 busy_o,
  output logic                 done_o,
  output logic                 weights_valid_o,
  output logic                 expired_o,

  // To the macro
  output logic [BankW-1:0]     rd_bank_o,
  output logic                 rd_rst_o,
  output logic                 rd_pulse_o
);

  localparam int unsigned SlotW     = $clog2(ReadSlotCycles);
  localparam int unsigned HoldW     = $clog2(Retention);
  localparam int unsigned IntervalW = $clog2(RefreshInterval);

  // A sweep under full pipelined load: one slot in each layer clock, the first of them just missed.
  localparam int unsigned SweepCycles = (NumBanks + 1) * LayerPeriod;

  if (RefreshInterval + SweepCycles > Retention || 2 * SweepCycles > Retention)
  begin : gen_check_interval
    $fatal(1, "RefreshInterval = %0d or a sweep of %0d cycles, and a sweep, take longer than %0d",
           RefreshInterval, SweepCycles, Retention);
  end
  if (ReadSlotCycles != ReadSetupCycles + ReadResetCycles + ReadPulseCycles + 2 * ReadGapCycles)
  begin : gen_check_slot
    $fatal(1, "ReadSlotCycles = %0d is not the sum of its phases", ReadSlotCycles);
  end
  if (ReadSetupCycles == 0 || ReadResetCycles == 0 || ReadPulseCycles == 0 || ReadGapCycles == 0)
  begin : gen_check_phases
    $fatal(1, "a phase of the read slot has no length");
  end

  function automatic logic [LayerW-1:0] layer_of(logic [BankW-1:0] bank);
    logic [LayerW-1:0] layer;
    layer = '0;
    for (int unsigned k = 1; k < NumLayers; k++) begin
      if (bank >= BankW'(LayerBankBase[k])) layer = LayerW'(k);
    end
    return layer;
  endfunction

  typedef enum logic [1:0] {StIdle, StWait, StSlot} state_e;

  state_e               state_d, state_q;
  logic [BankW-1:0]     bank_d, bank_q, bank_next;
  logic [SlotW-1:0]     slot_d, slot_q;          // cycles of the slot after this one
  logic [HoldW-1:0]     run_d, run_q;            // what is left of the hold time of this sweep
  logic [HoldW-1:0]     hold_d, hold_q;          // and of the last completed one
  logic [IntervalW-1:0] interval_d, interval_q;  // to the next refresh
  logic                 valid_d, valid_q, done_d, done_q, expired_d, expired_q;
  logic                 begin_sweep, abandon, next_quiet, last_bank, in_time;

  assign busy_o = state_q != StIdle;

  assign begin_sweep = state_q == StIdle && allow_i && !invalidate_i
                       && (start_i || (refresh_en_i && valid_q && interval_q == '0));
  assign abandon     = state_q != StIdle && (!allow_i || invalidate_i);
  assign last_bank   = bank_q == BankW'(NumBanks - 1);
  assign bank_next   = (state_q == StSlot) ? bank_q + 1'b1 : bank_q;
  assign next_quiet  = layer_quiet_i[layer_of(bank_next)];

  always_comb begin
    state_d = state_q;
    bank_d  = bank_q;
    slot_d  = SlotW'(ReadSlotCycles - 1);
    done_d  = 1'b0;

    unique case (state_q)
      // No sweep; the address rests at the first bank.
      StIdle: if (begin_sweep) state_d = next_quiet ? StSlot : StWait;

      // The layer of this bank is busy: both pins are low.
      StWait: if (next_quiet) state_d = StSlot;

      // The slot of this bank is running.
      StSlot: begin
        if (slot_q != '0) begin
          slot_d = slot_q - 1'b1;
        end else if (last_bank) begin
          state_d = StIdle;
          bank_d  = '0;
          done_d  = 1'b1;
        end else begin
          state_d = next_quiet ? StSlot : StWait;
          bank_d  = bank_next;
        end
      end

      // No legal state: no read, and the weights count as lost (below).
      default: begin
        state_d = StIdle;
        bank_d  = '0;
      end
    endcase

    if (abandon) begin
      state_d = StIdle;
      bank_d  = '0;
      done_d  = 1'b0;
    end
  end

  // Timers. A sweep hands what is left of its hold time on when it is complete.
  always_comb begin
    run_d      = (run_q == '0) ? '0 : run_q - 1'b1;
    hold_d     = (hold_q == '0) ? '0 : hold_q - 1'b1;
    interval_d = (interval_q == '0) ? '0 : interval_q - 1'b1;
    if (begin_sweep) begin
      run_d      = HoldW'(Retention - 1);
      interval_d = IntervalW'(RefreshInterval - 1);
    end
    if (done_d) hold_d = run_d;
    if (abandon) interval_d = '0;
  end

  // Validity of the weights.
  assign in_time = run_q > HoldW'(1);

  always_comb begin
    valid_d   = valid_q;
    expired_d = 1'b0;
    if (done_d) begin
      valid_d   = in_time;
      expired_d = !in_time;
    end else if (valid_q && hold_q <= HoldW'(1)) begin
      valid_d   = 1'b0;
      expired_d = 1'b1;
    end
    if (invalidate_i || (abandon && state_q == StSlot)) valid_d = 1'b0;
    if (!(state_q inside {StIdle, StWait, StSlot})) valid_d = 1'b0;
  end

  // The pins leave straight from flops.
  logic rst_q, pulse_q;

  assign weights_valid_o = valid_q;
  assign done_o          = done_q;
  assign expired_o       = expired_q;
  assign rd_bank_o       = bank_q;
  assign rd_rst_o        = rst_q;
  assign rd_pulse_o      = pulse_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= StIdle;
      bank_q     <= '0;
      slot_q     <= '0;
      run_q      <= '0;
      hold_q     <= '0;
      interval_q <= '0;
      valid_q    <= 1'b0;
      done_q     <= 1'b0;
      expired_q  <= 1'b0;
      rst_q      <= 1'b0;
      pulse_q    <= 1'b0;
    end else begin
      state_q    <= state_d;
      bank_q     <= bank_d;
      slot_q     <= slot_d;
      run_q      <= run_d;
      hold_q     <= hold_d;
      interval_q <= interval_d;
      valid_q    <= valid_d;
      done_q     <= done_d;
      expired_q  <= expired_d;
      rst_q      <= state_d == StSlot && slot_d < SlotW'(ReadSlotCycles - ReadSetupCycles)
                    && slot_d >= SlotW'(ReadSlotCycles - ReadSetupCycles - ReadResetCycles);
      pulse_q    <= state_d == StSlot && slot_d >= SlotW'(ReadGapCycles)
                    && slot_d < SlotW'(ReadGapCycles + ReadPulseCycles);
    end
  end

endmodule
