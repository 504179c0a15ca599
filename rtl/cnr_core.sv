// The chip with an APB4 port instead of SPI, and without the macro, for a SoC to take in. Wiring,
// and the interlocks between programming, pulsed read and inference: an image is taken only with
// valid weights, supply, the host's permission and no programming; programming starts only when no
// image is in flight; a pulsed read gives way to programming; high voltage or loss of supply makes
// the weights invalid. A start counts as programming from its strobe on; one that is refused, for
// whatever reason, disturbs nothing.

module cnr_core
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
  import cnr_host_pkg::*;
(
  input  logic                           clk_i,
  input  logic                           rst_ni,

  // APB4 slave
  input  logic                           s_apb_psel_i,
  input  logic                           s_apb_penable_i,
  input  logic                           s_apb_pwrite_i,
  input  logic [15:0]                    s_apb_paddr_i,
  input  logic [31:0]                    s_apb_pwdata_i,
  input  logic [3:0]                     s_apb_pstrb_i,
  input  logic [2:0]                     s_apb_pprot_i,
  output logic [31:0]                    s_apb_prdata_o,
  output logic                           s_apb_pready_o,
  output logic                           s_apb_pslverr_o,
  output logic                           irq_o,
  input  logic                           spi_err_i,        // strobe: sets the event of that name

  // Weights in, one word per beat; read-back out
  input  logic                           w_valid_i,
  output logic                           w_ready_o,
  input  logic [WordCells*LevelW-1:0]    w_data_i,
  output logic                           rb_valid_o,
  input  logic                           rb_ready_i,
  output logic [WordCells*LevelW-1:0]    rb_data_o,

  // Pixels in, labels out
  input  logic                           pix_valid_i,
  output logic                           pix_ready_o,
  input  logic [PixelBytes*8-1:0]        pix_data_i,
  input  logic                           pix_last_i,
  output logic                           label_valid_o,    // strobe
  output logic [ClassW-1:0]              label_o,
  output logic                           label_ambiguous_o,
  output logic                           tick_o,           // first cycle of each layer clock

  // Flags, asynchronous
  input  logic                           supply_ok_i,
  input  logic                           test_mode_i,

  // Macro
  output logic                           hv_kill_no,
  output logic [LayerW-1:0]              prog_layer_o,
  output logic [GroupW-1:0]              prog_group_o,
  output logic [RowW-1:0]                prog_row_o,
  output logic [WordCells-1:0]           bl_en_o,
  output logic [WordCells-1:0]           sl_en_o,
  output logic                           wl_en_o,
  output logic [DacW-1:0]                wl_dac_o,
  output logic [DacW-1:0]                bl_dac_o,
  output logic [DacW-1:0]                sl_dac_o,
  output logic                           polarity_o,
  output logic                           hv_en_o,
  output logic                           bleed_en_o,
  output logic                           sense_en_o,
  output logic [9:0]                     sense_ref_o,
  input  logic [WordCells-1:0]           sense_i,
  input  logic                           sense_rdy_i,
  input  logic                           pump_rdy_i,
  output logic [BankW-1:0]               rd_bank_o,
  output logic                           rd_rst_o,
  output logic                           rd_pulse_o,
  output logic [PixelBytes*8-1:0]        in_data_o,
  output logic [BeatW-1:0]               in_addr_o,
  output logic                           in_we_o,
  output logic                           in_load_o,
  output logic [NumLayers-1:0]           int_rst_o,
  output logic [NumLayers-1:0]           int_en_o,
  output logic [NumLayers-1:0]           sample_o,
  output logic [NumLayers-1:0]           bias_en_o,
  output logic [NumLayers*CfSelW-1:0]    cf_sel_o,
  output logic                           cmp_strobe_o,
  output logic [NumClasses*CmpTrimW-1:0] cmp_trim_o,
  input  logic [NumPairs-1:0]            cmp_i,
  output logic [3:0]                     atest_sel_o
);

  host_cmd_t    cmd;
  host_status_t status;
  host_event_t  events;
  addr_t        first, last, pointer;
  prog_cfg_t    prog_cfg;
  compute_cfg_t compute_cfg;

  counts_t                    counts;
  logic [31:0]                wear_count, wear_limit;
  logic                       wear_up;
  logic [5:0]                 wear_group;
  logic                       key_write, read_locked;
  logic [31:0]                key;
  fail_t                      fail;
  logic                       fail_valid, fail_pop, fail_overflow;
  logic [7:0]                 fail_count;
  logic [NumLayers-1:0]       layer_quiet;

  // Interlocks
  logic prog_accept, programming, infer_allow, prog_allow, read_allow, weights_lost;

  assign prog_allow   = ~status.infer_busy;
  assign programming  = status.prog_busy | prog_accept;
  assign infer_allow  = status.weights_valid & status.supply_ok & compute_cfg.infer_en &
                        ~programming;
  assign read_allow   = ~programming;
  assign weights_lost = hv_en_o | ~status.supply_ok;

  assign events.label   = label_valid_o;
  assign events.spi_err = spi_err_i;
  assign atest_sel_o    = compute_cfg.atest_sel;

  cnr_regs u_regs (
    .clk_i,
    .rst_ni,
    .s_apb_psel_i,
    .s_apb_penable_i,
    .s_apb_pwrite_i,
    .s_apb_paddr_i,
    .s_apb_pwdata_i,
    .s_apb_pstrb_i,
    .s_apb_pprot_i,
    .s_apb_prdata_o,
    .s_apb_pready_o,
    .s_apb_pslverr_o,
    .cmd_o(cmd),
    .first_o(first),
    .last_o(last),
    .prog_cfg_o(prog_cfg),
    .compute_cfg_o(compute_cfg),
    .key_write_o(key_write),
    .key_o(key),
    .read_locked_o(read_locked),
    .wear_count_o(wear_count),
    .wear_limit_o(wear_limit),
    .status_i(status),
    .event_i(events),
    .pointer_i(pointer),
    .counts_i(counts),
    .wear_i(wear_up),
    .wear_group_i(wear_group),
    .label_i(label_o),
    .label_ambiguous_i(label_ambiguous_o),
    .fail_valid_i(fail_valid),
    .fail_i(fail),
    .fail_pop_o(fail_pop),
    .fail_count_i(fail_count),
    .fail_overflow_i(fail_overflow),
    .irq_o
  );

  cnr_power_guard u_power_guard (
    .clk_i,
    .rst_ni,
    .supply_ok_async_i(supply_ok_i),
    .test_mode_i,
    .pump_rdy_i,
    .hv_en_i(hv_en_o),
    .hv_kill_no,
    .supply_ok_o(status.supply_ok),
    .pump_ok_o(status.pump_ok),
    .brown_out_o(events.brown_out),
    .watchdog_o(events.watchdog)
  );

  cnr_lock u_lock (
    .clk_i,
    .rst_ni,
    .write_i(key_write),
    .key_i(key),
    .relock_i(events.prog_done),
    .unlocked_o(status.unlocked)
  );

  cnr_programmer u_programmer (
    .clk_i,
    .rst_ni,
    .cfg_i(prog_cfg),
    .start_i(cmd.start),
    .resume_i(cmd.resume),
    .abort_i(cmd.stop),
    .suspend_i(cmd.suspend),
    .clear_i(cmd.clear),
    .op_i(cmd.op),
    .first_i(first),
    .last_i(last),
    .allow_i(prog_allow),
    .supply_ok_i(status.supply_ok),
    .pump_ok_i(status.pump_ok),
    .watchdog_i(events.watchdog),
    .unlocked_i(status.unlocked && !events.prog_done),
    .read_locked_i(read_locked),
    .wear_count_i(wear_count),
    .wear_limit_i(wear_limit),
    .wear_o(wear_up),
    .wear_group_o(wear_group),
    .w_valid_i,
    .w_ready_o,
    .w_data_i,
    .rb_valid_o,
    .rb_ready_i,
    .rb_data_o,
    .accept_o(prog_accept),
    .busy_o(status.prog_busy),
    .suspended_o(status.suspended),
    .done_o(events.prog_done),
    .err_o(status.prog_err),
    .pointer_o(pointer),
    .counts_o(counts),
    .fail_valid_o(fail_valid),
    .fail_o(fail),
    .fail_pop_i(fail_pop),
    .fail_count_o(fail_count),
    .fail_overflow_o(fail_overflow),
    .prog_layer_o,
    .prog_group_o,
    .prog_row_o,
    .bl_en_o,
    .sl_en_o,
    .wl_en_o,
    .wl_dac_o,
    .bl_dac_o,
    .sl_dac_o,
    .polarity_o,
    .hv_en_o,
    .bleed_en_o,
    .sense_en_o,
    .sense_ref_o,
    .sense_i,
    .sense_rdy_i
  );

  cnr_read_seq u_read_seq (
    .clk_i,
    .rst_ni,
    .start_i(cmd.read_start),
    .refresh_en_i(compute_cfg.refresh_en),
    .allow_i(read_allow),
    .invalidate_i(weights_lost),
    .layer_quiet_i(layer_quiet),
    .busy_o(status.read_busy),
    .done_o(events.read_done),
    .weights_valid_o(status.weights_valid),
    .expired_o(events.expired),
    .rd_bank_o,
    .rd_rst_o,
    .rd_pulse_o
  );

  cnr_inference u_inference (
    .clk_i,
    .rst_ni,
    .cfg_i(compute_cfg),
    .allow_i(infer_allow),
    .pix_valid_i,
    .pix_ready_o,
    .pix_data_i,
    .pix_last_i,
    .busy_o(status.infer_busy),
    .frame_err_o(events.frame_err),
    .refused_o(events.refused),
    .tick_o,
    .layer_quiet_o(layer_quiet),
    .label_valid_o,
    .label_o,
    .label_ambiguous_o,
    .in_data_o,
    .in_addr_o,
    .in_we_o,
    .in_load_o,
    .int_rst_o,
    .int_en_o,
    .sample_o,
    .bias_en_o,
    .cf_sel_o,
    .cmp_strobe_o,
    .cmp_trim_o,
    .cmp_i
  );

endmodule
