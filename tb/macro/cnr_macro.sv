// Simulation stand-in of the analog macro. It turns pin activity into events for the analog model
// in Python (pymodel/binding.py) and holds what the model answers; it knows the pins and nothing
// else. An event is a packed vector `<name>_evt` and a toggle `<name>_tgl` that flips when it is
// new:
//   drive    an interval in which high voltage was on and no programming pin changed
//   sense    a rising sense strobe, with the time the lines have been bled since the last drive
//   read     a bank whose read has ended, with its reset and pulse times, or one whose reset begins
//   load     the input latches go into the sample-and-hold
//   phase    any compute pin has changed
//   compare  a rising comparator strobe
//   atest    the analog test multiplexer is in use, and it or a pin that it can show has changed
// The model writes sense_model, cmp_model, pump_model, and what is on the analog test pad, as of
// the last event: atest_model in volts, in ohms where it shows the sense reference.

module cnr_macro
  import cnr_chip_pkg::*;
(
  input  logic                           hv_kill_ni,
  input  logic [LayerW-1:0]              prog_layer_i,
  input  logic [GroupW-1:0]              prog_group_i,
  input  logic [RowW-1:0]                prog_row_i,
  input  logic [WordCells-1:0]           bl_en_i,
  input  logic [WordCells-1:0]           sl_en_i,
  input  logic                           wl_en_i,
  input  logic [DacW-1:0]                wl_dac_i,
  input  logic [DacW-1:0]                bl_dac_i,
  input  logic [DacW-1:0]                sl_dac_i,
  input  logic                           polarity_i,
  input  logic                           hv_en_i,
  input  logic                           bleed_en_i,
  input  logic                           sense_en_i,
  input  logic [9:0]                     sense_ref_i,
  output logic [WordCells-1:0]           sense_o,
  output logic                           sense_rdy_o,
  output logic                           pump_rdy_o,
  input  logic [BankW-1:0]               rd_bank_i,
  input  logic                           rd_rst_i,
  input  logic                           rd_pulse_i,
  input  logic [PixelBytes*8-1:0]        in_data_i,
  input  logic [BeatW-1:0]               in_addr_i,
  input  logic                           in_we_i,
  input  logic                           in_load_i,
  input  logic [NumLayers-1:0]           int_rst_i,
  input  logic [NumLayers-1:0]           int_en_i,
  input  logic [NumLayers-1:0]           sample_i,
  input  logic [NumLayers-1:0]           bias_en_i,
  input  logic [NumLayers*CfSelW-1:0]    cf_sel_i,
  input  logic                           cmp_strobe_i,
  input  logic [NumClasses*CmpTrimW-1:0] cmp_trim_i,
  output logic [NumPairs-1:0]            cmp_o,
  input  logic [3:0]                     atest_sel_i
);

  timeunit 1ps; timeprecision 1ps;

  localparam int unsigned PsW = 48;       // durations in picoseconds
  typedef logic [PsW-1:0] ps_t;

  function automatic ps_t now();
    return PsW'($time);
  endfunction

  typedef struct packed {
    logic [LayerW-1:0]    layer;
    logic [GroupW-1:0]    group;
    logic [RowW-1:0]      row;
    logic [WordCells-1:0] bl_en;
    logic [WordCells-1:0] sl_en;
    logic                 wl_en;
    logic [DacW-1:0]      wl_dac;
    logic [DacW-1:0]      bl_dac;
    logic [DacW-1:0]      sl_dac;
    logic                 polarity;
    logic                 on;
  } drive_t;

  logic [WordCells-1:0] sense_model;
  logic [NumPairs-1:0]  cmp_model;
  logic                 pump_model;

  // What the model answers reaches the pins by a process, so that the logic behind it is evaluated
  // when it changes and not at every event (see tb/harness/cnr_chip_tb.sv).
  logic answer_tgl;
  logic unused_answer;

  initial begin
    sense_o    = sense_model;
    cmp_o      = cmp_model;
    pump_rdy_o = pump_model;
  end

  always @(sense_model or cmp_model or pump_model) begin
    sense_o    = sense_model;
    cmp_o      = cmp_model;
    pump_rdy_o = pump_model;
    answer_tgl = ~answer_tgl;
  end

  assign unused_answer = answer_tgl;

  // Line drivers: every change of a programming pin closes the interval before it.
  drive_t drive;
  drive_t drive_q = '0;
  ps_t    drive_since_q = '0;
  logic [$bits(drive_t)+PsW-1:0] drive_evt;
  logic   drive_tgl = 1'b0;

  assign drive = '{
    layer: prog_layer_i, group: prog_group_i, row: prog_row_i,
    bl_en: bl_en_i, sl_en: sl_en_i, wl_en: wl_en_i & hv_kill_ni,
    wl_dac: wl_dac_i, bl_dac: bl_dac_i, sl_dac: sl_dac_i, polarity: polarity_i,
    on: hv_en_i & hv_kill_ni
  };

  always @(drive) begin
    if (drive_q.on && now() > drive_since_q) begin
      drive_evt = {drive_q, now() - drive_since_q};
      drive_tgl = ~drive_tgl;
    end
    drive_q       = drive;
    drive_since_q = now();
  end

  // Time that the lines have been bled since high voltage was last on.
  logic bleed;
  logic bleed_q = 1'b0;
  ps_t  bleed_sum_q = '0;
  ps_t  bleed_since_q = '0;

  assign bleed = (bleed_en_i | ~hv_kill_ni) & ~drive.on;

  always @(bleed or drive.on) begin
    if (bleed_q) bleed_sum_q = bleed_sum_q + (now() - bleed_since_q);
    if (drive.on) bleed_sum_q = '0;
    bleed_q       = bleed;
    bleed_since_q = now();
  end

  // Sense amplifiers.
  localparam int unsigned SenseW = LayerW + GroupW + RowW + WordCells + 1 + DacW + 10 + PsW;
  logic [SenseW-1:0] sense_evt;
  logic              sense_tgl = 1'b0;
  logic              sense_settled_q = 1'b0;
  int unsigned       sense_latency_ns = 60;

  always @(posedge sense_en_i) begin
    sense_evt = {prog_layer_i, prog_group_i, prog_row_i, bl_en_i, wl_en_i, wl_dac_i, sense_ref_i,
                 bleed_sum_q + (bleed_q ? now() - bleed_since_q : '0)};
    sense_tgl = ~sense_tgl;
  end

  always @(posedge sense_en_i) begin
    sense_settled_q = 1'b0;
    #(sense_latency_ns * 1000);
    sense_settled_q = 1'b1;
  end

  assign sense_rdy_o = sense_settled_q & sense_en_i;

  // Pulsed read: an overlap of reset and pulse counts as reset. The read of a bank ends with its
  // pulse, or when the address leaves it. Both halves of an event may be new at once.
  ps_t read_reset_q = '0;
  ps_t read_pulse_q = '0;
  ps_t read_since_q = '0;
  logic [BankW-1:0] read_bank_q = '0;
  logic read_reset_on_q = 1'b0;
  logic read_pulse_on_q = 1'b0;
  logic read_ended, reset_begun;
  logic [1+BankW+2*PsW+1+BankW-1:0] read_evt;
  logic read_tgl = 1'b0;

  always @(rd_bank_i or rd_rst_i or rd_pulse_i) begin
    if (read_reset_on_q) read_reset_q = read_reset_q + (now() - read_since_q);
    else if (read_pulse_on_q) read_pulse_q = read_pulse_q + (now() - read_since_q);
    read_ended  = (read_pulse_on_q && !rd_pulse_i)
                  || (rd_bank_i != read_bank_q && (read_reset_q != '0 || read_pulse_q != '0));
    reset_begun = rd_rst_i && (!read_reset_on_q || rd_bank_i != read_bank_q);
    if (read_ended || reset_begun) begin
      read_evt = {read_ended, read_bank_q, read_reset_q, read_pulse_q, reset_begun, rd_bank_i};
      read_tgl = ~read_tgl;
    end
    if (read_ended) begin
      read_reset_q = '0;
      read_pulse_q = '0;
    end
    read_bank_q     = rd_bank_i;
    read_reset_on_q = rd_rst_i;
    read_pulse_on_q = rd_pulse_i;
    read_since_q    = now();
  end

  // Input latches, transparent while in_we_i is high.
  logic [ImageBeats-1:0][PixelBytes*8-1:0] in_latch;
  logic load_tgl = 1'b0;

  always_latch begin
    if (in_we_i && 32'(in_addr_i) < ImageBeats) in_latch[in_addr_i] = in_data_i;
  end

  always @(posedge in_load_i) load_tgl = ~load_tgl;

  // Compute path.
  logic [4*NumLayers+NumLayers*CfSelW-1:0] phase_evt;
  logic phase_tgl = 1'b0;
  logic compare_tgl = 1'b0;

  assign phase_evt = {int_rst_i, int_en_i, sample_i, bias_en_i, cf_sel_i};

  always @(phase_evt) phase_tgl = ~phase_tgl;
  always @(posedge cmp_strobe_i) compare_tgl = ~compare_tgl;

  // Analog test multiplexer.
  localparam int unsigned AtestW = 4 + 2 * WordCells + 1 + 3 * DacW + 2 + 10 + BankW;
  logic [AtestW-1:0] atest_evt;
  logic atest_tgl = 1'b0;
  real  atest_model = 0.0;

  assign atest_evt = (atest_sel_i == '0) ? '0
                     : {atest_sel_i, drive.bl_en, drive.sl_en, drive.wl_en, drive.wl_dac,
                        drive.bl_dac, drive.sl_dac, drive.polarity, drive.on, sense_ref_i,
                        rd_bank_i};

  always @(atest_evt) atest_tgl = ~atest_tgl;

endmodule
