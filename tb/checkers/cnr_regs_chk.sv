// Rules of the register file, bound into every instance: APB4 as a slave, commands, labels and the
// fail log (A17: no command lost or doubled, an empty read defined).

module cnr_regs_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
  import cnr_host_pkg::*;
(
  input logic         clk_i,
  input logic         rst_ni,
  input logic         s_apb_psel_i,
  input logic         s_apb_penable_i,
  input logic         s_apb_pwrite_i,
  input logic [15:0]  s_apb_paddr_i,
  input logic [31:0]  s_apb_pwdata_i,
  input logic [3:0]   s_apb_pstrb_i,
  input logic [31:0]  s_apb_prdata_o,
  input logic         s_apb_pready_o,
  input logic         s_apb_pslverr_o,
  input host_cmd_t    cmd_o,
  input addr_t        first_o,
  input addr_t        last_o,
  input compute_cfg_t compute_cfg_o,
  input host_status_t status_i,
  input host_event_t  event_i,
  input logic         fail_valid_i,
  input logic         fail_pop_o
);

  localparam int unsigned ReadyMax = 1;  // clocks of enable without an answer
  localparam logic [15:0] Cmd        = 16'h018;
  localparam logic [15:0] RangeFirst = 16'h020;
  localparam logic [15:0] RangeLast  = 16'h024;
  localparam logic [15:0] Label      = 16'h02c;
  localparam logic [15:0] FailCell   = 16'h034;
  localparam logic [15:0] FailWord   = 16'h038;

  // Accesses as a master sees them.
  logic        access, done, wrote_q;
  logic [15:0] address;
  logic [31:0] written, written_q;
  int unsigned wait_q;

  assign access  = s_apb_psel_i & s_apb_penable_i;
  assign done    = access & s_apb_pready_o;
  assign address = {s_apb_paddr_i[15:2], 2'b0};
  assign written = s_apb_pwdata_i & {{8{s_apb_pstrb_i[3]}}, {8{s_apb_pstrb_i[2]}},
                                     {8{s_apb_pstrb_i[1]}}, {8{s_apb_pstrb_i[0]}}};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wrote_q   <= 1'b0;
      written_q <= '0;
      wait_q    <= 0;
    end else begin
      wrote_q   <= done & s_apb_pwrite_i & ~s_apb_pslverr_o & (address == Cmd);
      written_q <= written;
      wait_q    <= (access && !done) ? wait_q + 1 : 0;
    end
  end

  // A17: each command bit that is written is one strobe in the next cycle, or is refused.
  host_cmd_t expected;

  always_comb begin
    expected = '0;
    if (wrote_q) begin
      expected.start      = written_q[8] & ~status_i.prog_busy;
      expected.resume     = written_q[9] & (~status_i.prog_busy | status_i.suspended);
      expected.stop       = written_q[10];
      expected.suspend    = written_q[13] & status_i.prog_busy;
      expected.clear      = written_q[11];
      expected.read_start = written_q[12] & ~status_i.prog_busy & status_i.supply_ok;
    end
    expected.op = (wrote_q && expected.start) ? written_q[3:0] : cmd_o.op;
  end

  // Labels and log entries that the host may still have, each once.
  logic label_due, label_due_q, fail_due_q;

  assign label_due = label_due_q | event_i.label;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      label_due_q <= 1'b0;
      fail_due_q  <= 1'b0;
    end else begin
      label_due_q <= label_due;
      if (done && !s_apb_pwrite_i && address == Label) label_due_q <= 1'b0;
      if (done && !s_apb_pwrite_i && address == FailCell) fail_due_q <= s_apb_prdata_o[31];
      if (fail_pop_o || !fail_valid_i) fail_due_q <= 1'b0;
    end
  end

  // The range registers, followed off the bus.
  logic [31:0] range_first_q, range_last_q;
  addr_t       first, last;
  logic        range_fits;

  function automatic logic [31:0] merged(logic [31:0] word);
    for (int i = 0; i < 4; i++) if (s_apb_pstrb_i[i]) word[8*i+:8] = s_apb_pwdata_i[8*i+:8];
    return word & 32'hfff0_ffff;
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      range_first_q <= '0;
      range_last_q  <= '0;
    end else if (done && s_apb_pwrite_i) begin
      if (address == RangeFirst) range_first_q <= merged(range_first_q);
      if (address == RangeLast) range_last_q <= merged(range_last_q);
    end
  end

  assign first = '{LayerW'(range_first_q[31:28]), GroupW'(range_first_q[27:20]),
                   RowW'(range_first_q[15:0])};
  assign last  = '{LayerW'(range_last_q[31:28]), GroupW'(range_last_q[27:20]),
                   RowW'(range_last_q[15:0])};
  assign range_fits = range_first_q == {4'(first.layer), 8'(first.group), 4'b0, 16'(first.row)} &&
                      range_last_q == {4'(last.layer), 8'(last.group), 4'b0, 16'(last.row)};

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      ApbAnswered_A: assert (wait_q < ReadyMax)
      else $error("%m: no answer for %0d clocks, at most %0d", wait_q, ReadyMax - 1);
      A17_CommandOnce_A: assert (cmd_o == expected)
      else $error("%m: cmd_o = %b, expected %b", cmd_o, expected);
      A17_PopOfAnEntry_A: assert (!fail_pop_o || (fail_valid_i && fail_due_q))
      else $error("%m: popped with fail_valid_i = %b, first word read = %b", fail_valid_i,
                  fail_due_q);
      // A18: a range beyond the address space is never started as one within it.
      if (cmd_o.start) begin
        A18_RangeKept_A: assert (range_fits ? first_o == first && last_o == last : first_o > last_o)
        else $error("%m: 0x%08x..0x%08x starts as %h..%h", range_first_q, range_last_q, first_o,
                    last_o);
      end
      // Integration never outlasts its part of the layer clock.
      for (int unsigned k = 0; k < NumLayers; k++) begin
        TCtrlMax_A: assert (32'(compute_cfg_o.t_ctrl[k]) <= TCtrlMax)
        else $error("%m: t_ctrl[%0d] = %0d, at most %0d", k, compute_cfg_o.t_ctrl[k], TCtrlMax);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && done && !s_apb_pwrite_i) begin
      A17_LabelOnce_A: assert (address != Label || s_apb_prdata_o[31] == label_due)
      else $error("%m: label valid = %b, expected %b", s_apb_prdata_o[31], label_due);
      A17_EmptyReadZero_A: assert (fail_valid_i || !(address inside {FailCell, FailWord}) ||
                                   s_apb_prdata_o == '0)
      else $error("%m: the empty log reads 0x%08x, expected 0", s_apb_prdata_o);
      A17_ErrorReadsZero_A: assert (!s_apb_pslverr_o || s_apb_prdata_o == '0)
      else $error("%m: a refused read of 0x%04x gives 0x%08x, expected 0", address,
                  s_apb_prdata_o);
    end
  end

endmodule

bind cnr_regs cnr_regs_chk u_chk (.*);

bind cnr_regs cnr_apb_chk u_apb_chk (
  .clk_i,
  .rst_ni,
  .psel_i(s_apb_psel_i),
  .penable_i(s_apb_penable_i),
  .pwrite_i(s_apb_pwrite_i),
  .paddr_i(s_apb_paddr_i),
  .pwdata_i(s_apb_pwdata_i),
  .pstrb_i(s_apb_pstrb_i),
  .pready_i(s_apb_pready_o)
);
