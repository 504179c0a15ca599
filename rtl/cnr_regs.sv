// Register file: APB4 on one side, the typed configuration of the chip on the other. cnr_regs.rdl
// is the map. An access takes two cycles; one to an address without a register or against its
// direction ends with pslverr and does nothing else. Every command bit that is written gives one
// strobe in cmd_o, or, where the state of the chip forbids it, the event cmd_refused and no strobe.
// What the chip cannot represent never aliases onto something legal: a range outside the address
// space leaves as one that ends before it starts, compute settings saturate. A label is valid in
// exactly one read. A fail log entry leaves the log when its second word is read after a valid
// first word; an empty log reads zero and is not popped.

module cnr_regs
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
  import cnr_host_pkg::*;
(
  input  logic                       clk_i,
  input  logic                       rst_ni,

  // APB4 slave.
  input  logic                       s_apb_psel_i,
  input  logic                       s_apb_penable_i,
  input  logic                       s_apb_pwrite_i,
  input  logic [15:0]                s_apb_paddr_i,
  input  logic [31:0]                s_apb_pwdata_i,
  input  logic [3:0]                 s_apb_pstrb_i,
  input  logic [2:0]                 s_apb_pprot_i,
  output logic [31:0]                s_apb_prdata_o,
  output logic                       s_apb_pready_o,
  output logic                       s_apb_pslverr_o,

  // To the chip.
  output host_cmd_t                  cmd_o,
  output addr_t                      first_o,
  output addr_t                      last_o,
  output prog_cfg_t                  prog_cfg_o,
  output compute_cfg_t               compute_cfg_o,
  output logic                       key_write_o,     // strobe: key_o was written
  output logic [31:0]                key_o,
  output logic                       read_locked_o,
  output logic [31:0]                wear_count_o,    // of the group in turn
  output logic [31:0]                wear_limit_o,

  // From the chip.
  input  host_status_t               status_i,
  input  host_event_t                event_i,
  input  addr_t                      pointer_i,
  input  counts_t                    counts_i,
  input  logic                       wear_i,          // strobe: one more cycle of the group in turn
  input  logic [5:0]                 wear_group_i,
  input  logic [ClassW-1:0]          label_i,
  input  logic                       label_ambiguous_i,
  input  logic                       fail_valid_i,
  input  fail_t                      fail_i,
  output logic                       fail_pop_o,
  input  logic [7:0]                 fail_count_i,
  input  logic                       fail_overflow_i,

  output logic                       irq_o
);

  localparam int unsigned LayerSlots = 8;
  localparam int unsigned WindowRows = 16;
  localparam int unsigned ClassSlots = 16;

  if (NumLayers > LayerSlots || NumLevels > WindowRows || NumClasses > ClassSlots) begin : gen_slots
    $fatal(1, "the registers have room for 8 layers, 16 levels and 16 classes");
  end
  if (DacW != 9 || TCtrlW > 8 || CfSelW > 4 || CmpTrimW > 8) begin : gen_widths
    $fatal(1, "a field is wider than its register");
  end

  cnr_regs_reg_pkg::cnr_regs__in_t  hwif_in;
  cnr_regs_reg_pkg::cnr_regs__out_t hwif_out;

  cnr_regs_reg u_reg (
    .clk          (clk_i),
    .arst_n       (rst_ni),
    .s_apb_psel   (s_apb_psel_i),
    .s_apb_penable(s_apb_penable_i),
    .s_apb_pwrite (s_apb_pwrite_i),
    .s_apb_pprot  (s_apb_pprot_i),
    .s_apb_paddr  (s_apb_paddr_i),
    .s_apb_pwdata (s_apb_pwdata_i),
    .s_apb_pstrb  (s_apb_pstrb_i),
    .s_apb_pready (s_apb_pready_o),
    .s_apb_prdata (s_apb_prdata_o),
    .s_apb_pslverr(s_apb_pslverr_o),
    .hwif_in,
    .hwif_out
  );

  // Commands. Programming that runs keeps its operation, and the arrays to itself.
  logic read_allowed, resume_allowed, cmd_refused;

  assign read_allowed   = ~status_i.prog_busy & status_i.supply_ok;
  assign resume_allowed = ~status_i.prog_busy | status_i.suspended;

  assign cmd_o = '{
    op:         hwif_out.cmd.op.value,
    start:      hwif_out.cmd.start.value & ~status_i.prog_busy,
    resume:     hwif_out.cmd.resume.value & resume_allowed,
    stop:       hwif_out.cmd.abort.value,
    suspend:    hwif_out.cmd.suspend.value & status_i.prog_busy,
    clear:      hwif_out.cmd.clear_counters.value,
    read_start: hwif_out.cmd.read_start.value & read_allowed
  };

  assign cmd_refused =
      (hwif_out.cmd.start.value & status_i.prog_busy) |
      (hwif_out.cmd.resume.value & ~resume_allowed) |
      (hwif_out.cmd.suspend.value & ~status_i.prog_busy) |
      (hwif_out.cmd.read_start.value & ~read_allowed);

  // Programming range.
  logic range_fits;

  always_comb begin
    range_fits = (32'(hwif_out.range_first.layer.value) >> LayerW) == '0 &&
                 (32'(hwif_out.range_first.group.value) >> GroupW) == '0 &&
                 (32'(hwif_out.range_first.row.value) >> RowW) == '0 &&
                 (32'(hwif_out.range_last.layer.value) >> LayerW) == '0 &&
                 (32'(hwif_out.range_last.group.value) >> GroupW) == '0 &&
                 (32'(hwif_out.range_last.row.value) >> RowW) == '0;
    first_o = '1;
    last_o  = '0;
    if (range_fits) begin
      first_o.layer = LayerW'(hwif_out.range_first.layer.value);
      first_o.group = GroupW'(hwif_out.range_first.group.value);
      first_o.row   = RowW'(hwif_out.range_first.row.value);
      last_o.layer  = LayerW'(hwif_out.range_last.layer.value);
      last_o.group  = GroupW'(hwif_out.range_last.group.value);
      last_o.row    = RowW'(hwif_out.range_last.row.value);
    end
  end

  // Programming configuration.
  assign prog_cfg_o.form = '{
    wl:      '{hwif_out.ramp_form.wl.start.value, hwif_out.ramp_form.wl.stop.value,
               hwif_out.ramp_form.step.wl.value},
    line:    '{hwif_out.ramp_form.line.start.value, hwif_out.ramp_form.line.stop.value,
               hwif_out.ramp_form.step.line.value},
    width:   '{hwif_out.ramp_form.width.start.value, hwif_out.ramp_form.width.stop.value,
               hwif_out.ramp_form.loops.width_step.value},
    nesting: hwif_out.ramp_form.loops.nesting.value
  };
  assign prog_cfg_o.set = '{
    wl:      '{hwif_out.ramp_set.wl.start.value, hwif_out.ramp_set.wl.stop.value,
               hwif_out.ramp_set.step.wl.value},
    line:    '{hwif_out.ramp_set.line.start.value, hwif_out.ramp_set.line.stop.value,
               hwif_out.ramp_set.step.line.value},
    width:   '{hwif_out.ramp_set.width.start.value, hwif_out.ramp_set.width.stop.value,
               hwif_out.ramp_set.loops.width_step.value},
    nesting: hwif_out.ramp_set.loops.nesting.value
  };
  assign prog_cfg_o.reset = '{
    wl:      '{hwif_out.ramp_reset.wl.start.value, hwif_out.ramp_reset.wl.stop.value,
               hwif_out.ramp_reset.step.wl.value},
    line:    '{hwif_out.ramp_reset.line.start.value, hwif_out.ramp_reset.line.stop.value,
               hwif_out.ramp_reset.step.line.value},
    width:   '{hwif_out.ramp_reset.width.start.value, hwif_out.ramp_reset.width.stop.value,
               hwif_out.ramp_reset.loops.width_step.value},
    nesting: hwif_out.ramp_reset.loops.nesting.value
  };

  for (genvar i = 0; i < NumLevels; i++) begin : gen_windows
    assign prog_cfg_o.verify_window[i] = '{hwif_out.verify_window[i].lo.value,
                                           hwif_out.verify_window[i].hi.value};
    assign prog_cfg_o.read_window[i] = '{hwif_out.read_window[i].lo.value,
                                         hwif_out.read_window[i].hi.value};
  end

  assign prog_cfg_o.form_ref      = hwif_out.sense.form_ref.value;
  assign prog_cfg_o.wl_sense      = hwif_out.sense.wl_sense.value;
  assign prog_cfg_o.sense_trim    = hwif_out.sense.sense_trim.value;
  assign prog_cfg_o.limits.form      = hwif_out.limit_pulses.max_form.value;
  assign prog_cfg_o.limits.set       = hwif_out.limit_pulses.max_set.value;
  assign prog_cfg_o.limits.reset     = hwif_out.limit_totals.max_reset.value;
  assign prog_cfg_o.limits.total     = hwif_out.limit_totals.max_total.value;
  assign prog_cfg_o.limits.reversals = hwif_out.limit_reversals.max_reversals.value;
  assign prog_cfg_o.relax_cycles  = hwif_out.relax.cycles.value;
  assign prog_cfg_o.test_kind     = hwif_out.test.kind.value;
  assign prog_cfg_o.test_cycles   = hwif_out.test.cycles.value;
  assign prog_cfg_o.bist_pattern  = hwif_out.bist.pattern.value;
  assign prog_cfg_o.fail_wait     = hwif_out.control.fail_wait.value;

  // Locks and endurance.
  logic        key_write_q, wear_rd_ack, wear_wr_ack;
  logic [31:0] wear_rd_data;

  assign key_write_o   = key_write_q;
  assign key_o         = hwif_out.unlock.key.value;
  assign read_locked_o = hwif_out.lock.read_back.value;
  assign wear_limit_o  = hwif_out.endurance_limit.cycles.value;

  cnr_wear_table u_wear_table (
    .clk_i,
    .rst_ni,
    .req_i(hwif_out.endurance.req),
    .write_i(hwif_out.endurance.req_is_wr),
    .addr_i(hwif_out.endurance.addr[7:2]),
    .wr_data_i(hwif_out.endurance.wr_data),
    .wr_biten_i(hwif_out.endurance.wr_biten),
    .rd_data_o(wear_rd_data),
    .rd_ack_o(wear_rd_ack),
    .wr_ack_o(wear_wr_ack),
    .wear_i,
    .group_i(wear_group_i),
    .count_o(wear_count_o)
  );

  // Compute configuration.
  function automatic logic [TCtrlW-1:0] saturated_t_ctrl(logic [7:0] value);
    return (32'(value) > TCtrlMax) ? TCtrlW'(TCtrlMax) : TCtrlW'(value);
  endfunction

  function automatic logic [CfSelW-1:0] saturated_cf_sel(logic [3:0] value);
    return ((value >> CfSelW) != '0) ? '1 : CfSelW'(value);
  endfunction

  function automatic logic [CmpTrimW-1:0] saturated_trim(logic [7:0] value);
    logic [7:0] beyond;  // the bits above the chip's range, all equal to the sign inside it
    beyond = 8'(signed'(value) >>> (CmpTrimW - 1));
    if (beyond == '0 || beyond == '1) return CmpTrimW'(value);
    return {value[7], {CmpTrimW - 1{~value[7]}}};
  endfunction

  for (genvar i = 0; i < NumLayers; i++) begin : gen_layers
    assign compute_cfg_o.t_ctrl[i] = saturated_t_ctrl(hwif_out.layer[i].t_ctrl.value);
    assign compute_cfg_o.cf_sel[i] = saturated_cf_sel(hwif_out.layer[i].cf_sel.value);
  end

  for (genvar i = 0; i < NumClasses; i++) begin : gen_trims
    assign compute_cfg_o.cmp_trim[i] = saturated_trim(hwif_out.cmp_trim[i].trim.value);
  end

  assign compute_cfg_o.atest_sel  = hwif_out.control.atest_sel.value;
  assign compute_cfg_o.infer_en   = hwif_out.control.infer_en.value;
  assign compute_cfg_o.refresh_en = hwif_out.control.refresh_en.value;
  assign compute_cfg_o.pipelined  = hwif_out.control.pipelined.value;
  assign compute_cfg_o.power_gate = hwif_out.control.power_gate.value;

  // A label is fresh from its strobe to the first read, that of the same cycle included.
  logic label_fresh, label_fresh_d, label_fresh_q;

  assign label_fresh   = label_fresh_q | event_i.label;
  assign label_fresh_d = label_fresh & ~hwif_out.label.valid.swacc;

  // The second word of the oldest entry shows, and takes it, only after a valid first word.
  logic fail_armed_d, fail_armed_q;
  fail_t fail_shown;
  addr_t fail_word;

  always_comb begin
    fail_armed_d = fail_armed_q;
    if (hwif_out.fail_cell.valid.swacc) fail_armed_d = fail_valid_i;
    if (fail_pop_o || !fail_valid_i) fail_armed_d = 1'b0;
  end

  assign fail_pop_o = hwif_out.fail_word.layer.swacc & fail_armed_q & fail_valid_i;
  assign fail_shown = fail_valid_i ? fail_i : '0;
  assign fail_word  = fail_armed_q ? fail_shown.addr : '0;

  // Interrupt.
  logic irq_q;

  assign irq_o = irq_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      label_fresh_q <= 1'b0;
      fail_armed_q  <= 1'b0;
      irq_q         <= 1'b0;
      key_write_q   <= 1'b0;
    end else begin
      label_fresh_q <= label_fresh_d;
      fail_armed_q  <= fail_armed_d;
      irq_q         <= hwif_out.cause.intr;
      key_write_q   <= hwif_out.unlock.key.swmod;
    end
  end

  // What the host reads.
  always_comb begin
    hwif_in.geometry.hash.next        = GeometryHash;
    hwif_in.status.prog_busy.next     = status_i.prog_busy;
    hwif_in.status.infer_busy.next    = status_i.infer_busy;
    hwif_in.status.suspended.next     = status_i.suspended;
    hwif_in.status.unlocked.next      = status_i.unlocked;
    hwif_in.status.read_busy.next     = status_i.read_busy;
    hwif_in.status.weights_valid.next = status_i.weights_valid;
    hwif_in.status.supply_ok.next     = status_i.supply_ok;
    hwif_in.status.pump_ok.next       = status_i.pump_ok;
    hwif_in.status.prog_err.next      = status_i.prog_err;

    hwif_in.cause.prog_done.next      = event_i.prog_done;
    hwif_in.cause.label.next          = event_i.label;
    hwif_in.cause.read_done.next      = event_i.read_done;
    hwif_in.cause.frame_err.next      = event_i.frame_err;
    hwif_in.cause.refused.next        = event_i.refused;
    hwif_in.cause.brown_out.next      = event_i.brown_out;
    hwif_in.cause.pump_lost.next      = event_i.prog_done & (status_i.prog_err == ErrPump);
    hwif_in.cause.watchdog.next       = event_i.watchdog;
    hwif_in.cause.expired.next        = event_i.expired;
    hwif_in.cause.spi_err.next        = event_i.spi_err;
    hwif_in.cause.prog_err.next       = event_i.prog_done & (status_i.prog_err != ErrNone);
    hwif_in.cause.fail_overflow.next  = fail_overflow_i;
    hwif_in.cause.cmd_refused.next    = cmd_refused;

    hwif_in.pointer.layer.next        = 4'(pointer_i.layer);
    hwif_in.pointer.group.next        = 8'(pointer_i.group);
    hwif_in.pointer.row.next          = 16'(pointer_i.row);

    hwif_in.label.label.next          = 4'(label_i);
    hwif_in.label.ambiguous.next      = label_ambiguous_i;
    hwif_in.label.valid.next          = label_fresh;

    hwif_in.fail_count.count.next     = fail_count_i;
    hwif_in.fail_count.overflow.next  = fail_overflow_i;
    hwif_in.fail_cell.cell_index.next = 10'(fail_shown.cell_index);
    hwif_in.fail_cell.sense_ref.next  = fail_shown.sense_ref;
    hwif_in.fail_cell.target.next     = 4'(fail_shown.target);
    hwif_in.fail_cell.sense.next      = fail_shown.sense;
    hwif_in.fail_cell.valid.next      = fail_valid_i;
    hwif_in.fail_word.layer.next      = 4'(fail_word.layer);
    hwif_in.fail_word.group.next      = 8'(fail_word.group);
    hwif_in.fail_word.row.next        = 16'(fail_word.row);

    hwif_in.endurance.rd_ack          = wear_rd_ack;
    hwif_in.endurance.rd_data         = wear_rd_data;
    hwif_in.endurance.wr_ack          = wear_wr_ack;

    for (int i = 0; i < NumCounts; i++) hwif_in.count[i].value.next = counts_i[i];
  end

endmodule
