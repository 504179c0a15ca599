// The rules A1-A20 of programming, pulsed read and inference, seen from the pins of the macro. It
// has no clock: it looks at every change of the settled pins and measures times. So it judges the
// chip in every bench, a controller of another make, and the replay of a recorded wave alike.
//
// Pins as of cnr_macro. The roles of the controller are optional; each is tied to the value in
// brackets where it is not known, and what is then not judged follows from the comments. Judged is
// what happens after the first release of reset; without a reset, or where it is released before
// QuietNs, from QuietNs on unless AwaitReset says that a reset will come. A violation is one $error
// from an assertion `A<n>_<Name>`. With +cnr_properties, the end of the simulation prints how often
// each property was exercised.

module cnr_sequence_chk
  import cnr_chip_pkg::*;
  import cnr_sequence_pkg::*;
#(
  parameter bit          AwaitReset      = 1'b0,
  parameter int unsigned HalfSelectMs    = HalfSelectMaxMs,   // of one line, in the whole life
  parameter int unsigned Endurance       = EnduranceCycles    // SET cycles of one cell
) (
  // Pins
  input logic                 hv_kill_ni,
  input logic [LayerW-1:0]    prog_layer_i,
  input logic [GroupW-1:0]    prog_group_i,
  input logic [RowW-1:0]      prog_row_i,
  input logic [WordCells-1:0] bl_en_i,
  input logic [WordCells-1:0] sl_en_i,
  input logic                 wl_en_i,
  input logic [DacW-1:0]      wl_dac_i,
  input logic [DacW-1:0]      bl_dac_i,
  input logic [DacW-1:0]      sl_dac_i,
  input logic                 polarity_i,
  input logic                 hv_en_i,
  input logic                 bleed_en_i,
  input logic                 sense_en_i,
  input logic [9:0]           sense_ref_i,
  input logic [WordCells-1:0] sense_i,
  input logic                 sense_rdy_i,
  input logic                 pump_rdy_i,
  input logic [BankW-1:0]     rd_bank_i,
  input logic                 rd_rst_i,
  input logic                 rd_pulse_i,
  input logic                 in_load_i,
  input logic [NumLayers-1:0] int_rst_i,
  input logic [NumLayers-1:0] int_en_i,
  input logic [NumLayers-1:0] sample_i,
  input logic [NumLayers-1:0] bias_en_i,
  input logic                 cmp_strobe_i,

  // Roles of the controller; strobes last one clock each
  input logic                 rst_ni,          // [1] out of reset
  input logic                 supply_ok_i,     // [1]
  input logic                 stop_i,          // [0] strobe: abort or suspend asked for
  input logic                 start_i,         // [0] strobe: command accepted or refused
  input logic                 busy_i,          // [1]
  input logic                 done_i,          // [0] strobe: command over
  input logic                 error_i,         // [0] valid with done_i
  input logic                 word_start_i,    // [0] strobe: a new word operation begins
  input logic                 cell_failed_i,   // [0] strobe per failed cell
  input logic                 illegal_i,       // [0] the configuration is illegal
  input logic                 unverified_i,    // [0] TEST_PULSE or CYCLE runs
  input logic                 forming_i,       // [0] FORM runs
  input logic                 alarm_i          // [0] a state register holds no legal state
);

  timeunit 1ns; timeprecision 1ps;

  localparam real QuietNs = 10.0;   // registers hold random values before

  // A controller that never says that it forms is taken at its bit line: above the SET ceiling.
  logic forming_seen_q = 1'b0;

  always @(posedge forming_i) forming_seen_q = 1'b1;

  pins_t pins;

  assign pins = '{
    alive:       hv_kill_ni,
    word:        '{layer: prog_layer_i, group: prog_group_i, row: prog_row_i},
    bl:          bl_en_i & {WordCells{hv_kill_ni}},
    sl:          sl_en_i & {WordCells{hv_kill_ni}},
    wl:          wl_en_i & hv_kill_ni,
    codes:       '{wl: wl_dac_i, bl: bl_dac_i, sl: sl_dac_i, polarity: polarity_i},
    hv:          hv_en_i & hv_kill_ni,
    bleed:       bleed_en_i | ~hv_kill_ni,
    sense:       sense_en_i & hv_kill_ni,
    sense_ref:   sense_ref_i,
    sense_bits:  sense_i,
    sense_rdy:   sense_rdy_i,
    pump_rdy:    pump_rdy_i,
    rd_bank:     rd_bank_i,
    rd_rst:      rd_rst_i,
    rd_pulse:    rd_pulse_i,
    in_load:     in_load_i,
    int_rst:     int_rst_i,
    int_en:      int_en_i,
    sample:      sample_i,
    bias:        bias_en_i,
    cmp_strobe:  cmp_strobe_i,
    rst_n:       rst_ni,
    supply_ok:   supply_ok_i,
    stop:        stop_i,
    start:       start_i,
    busy:        busy_i,
    done:        done_i,
    error:       error_i,
    word_start:  word_start_i,
    cell_failed: cell_failed_i,
    illegal:     illegal_i,
    unverified:  unverified_i,
    alarm:       alarm_i,
    forming:     forming_i,
    forms:       forming_i | (~forming_seen_q & (32'(bl_dac_i) > CeilSetLine))
  };

  // The pins settle before a rule looks at them. An emergency excuses, for as long as the slowest
  // reaction to one may take, what ends a pulse or a sense out of order.
  function automatic logic emergent(pins_t p);
    return !p.alive || !p.rst_n || !p.supply_ok || !p.pump_rdy || p.stop || p.alarm;
  endfunction

  logic live_q = 1'b0;

  initial begin
    #QuietNs;
    if (rst_ni && !AwaitReset) live_q = 1'b1;
  end

  always @(posedge rst_ni) if ($realtime >= QuietNs) live_q = 1'b1;

  step_t step = '0;
  real   emergency_at_q = Never;

  always @(pins or live_q) begin
    if (emergent(step.now) || emergent(pins)) emergency_at_q = $realtime;
    if (live_q) begin
      step <= '{
        was: (step == '0) ? pins : step.now,
        now: pins,
        emergency: $realtime <= emergency_at_q + PumpNs + SlackNs
      };
    end
  end

  cnr_sequence_order u_order (
    .step_i(step)
  );

  cnr_sequence_safety u_safety (
    .step_i(step)
  );

  cnr_sequence_command u_command (
    .step_i(step)
  );

  cnr_sequence_word u_word (
    .step_i(step)
  );

  cnr_sequence_life #(
    .HalfSelectMs(HalfSelectMs),
    .Endurance(Endurance)
  ) u_life (
    .step_i(step)
  );

  cnr_sequence_compute u_compute (
    .step_i(step)
  );

  // The report.
  function automatic void tell(int unsigned number, int unsigned exercised);
    $display("property A%0d exercised %0d", number, exercised);
  endfunction

  final begin
    if ($test$plusargs("cnr_properties")) begin
      tell(1, u_order.a1_q);
      tell(2, u_order.a2_q);
      tell(3, u_order.a3_q);
      tell(4, u_order.a4_q);
      tell(5, u_safety.a5_q);
      tell(6, u_life.a6_q);
      tell(7, u_safety.a7_q);
      tell(8, u_order.a8_q);
      tell(9, u_word.a9_q);
      tell(10, u_word.a10_q);
      tell(11, u_word.a11_q);
      tell(12, u_word.a12_q);
      tell(13, u_safety.a13_q);
      tell(14, u_life.a14_q);
      tell(15, u_life.a15_q);
      tell(16, u_word.a16_q);
      tell(17, u_command.a17_q);
      tell(18, u_command.a18_q);
      tell(19, u_safety.a19_q);
      tell(20, u_compute.a20_q);
    end
  end

endmodule
