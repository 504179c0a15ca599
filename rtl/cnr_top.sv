// The chip: pads, SPI, core and macro. Wiring only. Reset asserts at once and is released with the
// clock.

module cnr_top
  import cnr_chip_pkg::*;
(
  input  logic                        clk_i,
  input  logic                        rst_ni,

  // SPI mode 0
  input  logic                        spi_sclk_i,
  input  logic                        spi_cs_ni,
  input  logic                        spi_mosi_i,
  output logic                        spi_miso_o,
  output logic                        irq_o,

  // Weights in, one word per beat; read-back out
  input  logic                        w_valid_i,
  output logic                        w_ready_o,
  input  logic [WordCells*LevelW-1:0] w_data_i,
  output logic                        rb_valid_o,
  input  logic                        rb_ready_i,
  output logic [WordCells*LevelW-1:0] rb_data_o,

  // Pixels in, labels out
  input  logic                        pix_valid_i,
  output logic                        pix_ready_o,
  input  logic [PixelBytes*8-1:0]     pix_data_i,
  input  logic                        pix_last_i,
  output logic                        label_valid_o,   // strobe
  output logic [ClassW-1:0]           label_o,
  output logic                        label_ambiguous_o,
  output logic                        tick_o,          // first cycle of each layer clock

  // Flags, asynchronous
  input  logic                        supply_ok_i,
  input  logic                        test_mode_i
);

  logic rst_n;

  cnr_sync u_reset (
    .clk_i,
    .rst_ni,
    .d_i(1'b1),
    .q_o(rst_n)
  );

  logic        psel, penable, pwrite, pready, pslverr, spi_err;
  logic [15:0] paddr;
  logic [31:0] pwdata, prdata;
  logic [3:0]  pstrb;
  logic [2:0]  pprot;

  cnr_spi u_spi (
    .clk_i,
    .rst_ni(rst_n),
    .sclk_i(spi_sclk_i),
    .cs_ni(spi_cs_ni),
    .mosi_i(spi_mosi_i),
    .miso_o(spi_miso_o),
    .frame_err_o(spi_err),
    .psel_o(psel),
    .penable_o(penable),
    .pwrite_o(pwrite),
    .paddr_o(paddr),
    .pwdata_o(pwdata),
    .pstrb_o(pstrb),
    .pprot_o(pprot),
    .prdata_i(prdata),
    .pready_i(pready),
    .pslverr_i(pslverr)
  );

  logic                           hv_kill_n;
  logic [LayerW-1:0]              prog_layer;
  logic [GroupW-1:0]              prog_group;
  logic [RowW-1:0]                prog_row;
  logic [WordCells-1:0]           bl_en;
  logic [WordCells-1:0]           sl_en;
  logic                           wl_en;
  logic [DacW-1:0]                wl_dac;
  logic [DacW-1:0]                bl_dac;
  logic [DacW-1:0]                sl_dac;
  logic                           polarity;
  logic                           hv_en;
  logic                           bleed_en;
  logic                           sense_en;
  logic [9:0]                     sense_ref;
  logic [WordCells-1:0]           sense;
  logic                           sense_rdy;
  logic                           pump_rdy;
  logic [BankW-1:0]               rd_bank;
  logic                           rd_rst;
  logic                           rd_pulse;
  logic [PixelBytes*8-1:0]        in_data;
  logic [BeatW-1:0]               in_addr;
  logic                           in_we;
  logic                           in_load;
  logic [NumLayers-1:0]           int_rst;
  logic [NumLayers-1:0]           int_en;
  logic [NumLayers-1:0]           sample;
  logic [NumLayers-1:0]           bias_en;
  logic [NumLayers*CfSelW-1:0]    cf_sel;
  logic                           cmp_strobe;
  logic [NumClasses*CmpTrimW-1:0] cmp_trim;
  logic [NumPairs-1:0]            cmp;
  logic [3:0]                     atest_sel;

  cnr_core u_core (
    .clk_i,
    .rst_ni(rst_n),
    .s_apb_psel_i(psel),
    .s_apb_penable_i(penable),
    .s_apb_pwrite_i(pwrite),
    .s_apb_paddr_i(paddr),
    .s_apb_pwdata_i(pwdata),
    .s_apb_pstrb_i(pstrb),
    .s_apb_pprot_i(pprot),
    .s_apb_prdata_o(prdata),
    .s_apb_pready_o(pready),
    .s_apb_pslverr_o(pslverr),
    .irq_o,
    .spi_err_i(spi_err),
    .w_valid_i,
    .w_ready_o,
    .w_data_i,
    .rb_valid_o,
    .rb_ready_i,
    .rb_data_o,
    .pix_valid_i,
    .pix_ready_o,
    .pix_data_i,
    .pix_last_i,
    .label_valid_o,
    .label_o,
    .label_ambiguous_o,
    .tick_o,
    .supply_ok_i,
    .test_mode_i,
    .hv_kill_no(hv_kill_n),
    .prog_layer_o(prog_layer),
    .prog_group_o(prog_group),
    .prog_row_o(prog_row),
    .bl_en_o(bl_en),
    .sl_en_o(sl_en),
    .wl_en_o(wl_en),
    .wl_dac_o(wl_dac),
    .bl_dac_o(bl_dac),
    .sl_dac_o(sl_dac),
    .polarity_o(polarity),
    .hv_en_o(hv_en),
    .bleed_en_o(bleed_en),
    .sense_en_o(sense_en),
    .sense_ref_o(sense_ref),
    .sense_i(sense),
    .sense_rdy_i(sense_rdy),
    .pump_rdy_i(pump_rdy),
    .rd_bank_o(rd_bank),
    .rd_rst_o(rd_rst),
    .rd_pulse_o(rd_pulse),
    .in_data_o(in_data),
    .in_addr_o(in_addr),
    .in_we_o(in_we),
    .in_load_o(in_load),
    .int_rst_o(int_rst),
    .int_en_o(int_en),
    .sample_o(sample),
    .bias_en_o(bias_en),
    .cf_sel_o(cf_sel),
    .cmp_strobe_o(cmp_strobe),
    .cmp_trim_o(cmp_trim),
    .cmp_i(cmp),
    .atest_sel_o(atest_sel)
  );

  cnr_macro u_macro (
    .hv_kill_ni(hv_kill_n),
    .prog_layer_i(prog_layer),
    .prog_group_i(prog_group),
    .prog_row_i(prog_row),
    .bl_en_i(bl_en),
    .sl_en_i(sl_en),
    .wl_en_i(wl_en),
    .wl_dac_i(wl_dac),
    .bl_dac_i(bl_dac),
    .sl_dac_i(sl_dac),
    .polarity_i(polarity),
    .hv_en_i(hv_en),
    .bleed_en_i(bleed_en),
    .sense_en_i(sense_en),
    .sense_ref_i(sense_ref),
    .sense_o(sense),
    .sense_rdy_o(sense_rdy),
    .pump_rdy_o(pump_rdy),
    .rd_bank_i(rd_bank),
    .rd_rst_i(rd_rst),
    .rd_pulse_i(rd_pulse),
    .in_data_i(in_data),
    .in_addr_i(in_addr),
    .in_we_i(in_we),
    .in_load_i(in_load),
    .int_rst_i(int_rst),
    .int_en_i(int_en),
    .sample_i(sample),
    .bias_en_i(bias_en),
    .cf_sel_i(cf_sel),
    .cmp_strobe_i(cmp_strobe),
    .cmp_trim_i(cmp_trim),
    .cmp_o(cmp),
    .atest_sel_i(atest_sel)
  );

endmodule
