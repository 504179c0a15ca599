// The chip behind a copy of its inputs that follows them in the same instant. Verilator evaluates
// all logic behind an input of the top, and behind every signal that Python may write, anew at each
// event of the simulation; behind a copy made by a process it does so only where the copy changes.
// This is a third of the time that programming takes. The toggles keep the processes from being
// taken for wires.

module cnr_chip_tb
  import cnr_chip_pkg::*;
(
  input  logic                        clk_i,
  input  logic                        rst_ni,

  input  logic                        spi_sclk_i,
  input  logic                        spi_cs_ni,
  input  logic                        spi_mosi_i,
  output logic                        spi_miso_o,
  output logic                        irq_o,

  input  logic                        w_valid_i,
  output logic                        w_ready_o,
  input  logic [WordCells*LevelW-1:0] w_data_i,
  output logic                        rb_valid_o,
  input  logic                        rb_ready_i,
  output logic [WordCells*LevelW-1:0] rb_data_o,

  input  logic                        pix_valid_i,
  output logic                        pix_ready_o,
  input  logic [PixelBytes*8-1:0]     pix_data_i,
  input  logic                        pix_last_i,
  output logic                        label_valid_o,
  output logic [ClassW-1:0]           label_o,
  output logic                        label_ambiguous_o,
  output logic                        tick_o,

  input  logic                        supply_ok_i,
  input  logic                        test_mode_i
);

  typedef struct packed {
    logic                        spi_sclk;
    logic                        spi_cs_n;
    logic                        spi_mosi;
    logic                        w_valid;
    logic [WordCells*LevelW-1:0] w_data;
    logic                        rb_ready;
    logic                        pix_valid;
    logic [PixelBytes*8-1:0]     pix_data;
    logic                        pix_last;
    logic                        supply_ok;
    logic                        test_mode;
  } inputs_t;

  inputs_t inputs, copy;
  logic    clk, rst_n;
  logic    copy_tgl;
  logic    clk_tgl;
  logic    rst_tgl;

  assign inputs = '{
    spi_sclk: spi_sclk_i, spi_cs_n: spi_cs_ni, spi_mosi: spi_mosi_i,
    w_valid: w_valid_i, w_data: w_data_i, rb_ready: rb_ready_i,
    pix_valid: pix_valid_i, pix_data: pix_data_i, pix_last: pix_last_i,
    supply_ok: supply_ok_i, test_mode: test_mode_i
  };

  initial begin
    copy  = inputs;
    clk   = clk_i;
    rst_n = rst_ni;
  end

  always @(inputs) begin
    copy     = inputs;
    copy_tgl = ~copy_tgl;
  end

  always @(clk_i) begin
    clk     = clk_i;
    clk_tgl = ~clk_tgl;
  end

  always @(rst_ni) begin
    rst_n   = rst_ni;
    rst_tgl = ~rst_tgl;
  end

  cnr_top u_chip (
    .clk_i(clk),
    .rst_ni(rst_n),
    .spi_sclk_i(copy.spi_sclk),
    .spi_cs_ni(copy.spi_cs_n),
    .spi_mosi_i(copy.spi_mosi),
    .spi_miso_o,
    .irq_o,
    .w_valid_i(copy.w_valid),
    .w_ready_o,
    .w_data_i(copy.w_data),
    .rb_valid_o,
    .rb_ready_i(copy.rb_ready),
    .rb_data_o,
    .pix_valid_i(copy.pix_valid),
    .pix_ready_o,
    .pix_data_i(copy.pix_data),
    .pix_last_i(copy.pix_last),
    .label_valid_o,
    .label_o,
    .label_ambiguous_o,
    .tick_o,
    .supply_ok_i(copy.supply_ok),
    .test_mode_i(copy.test_mode)
  );

  logic unused_tgl;
  assign unused_tgl = ^{copy_tgl, clk_tgl, rst_tgl};

endmodule
