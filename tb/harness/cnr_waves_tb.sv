// The checker alone, on recorded pins. Plays the file of `+changes=`: one line per time at which a
// pin changed, with the picoseconds since the line before and all pins in hexadecimal.

module cnr_waves_tb
  import cnr_chip_pkg::*;
#(
  parameter bit AwaitReset = 1'b0   // a reset is among the pins
) (
  output logic done_o          // the file has been played
);

  timeunit 1ps; timeprecision 1ps;

  // As scripts/sequence/roles.py lists them.
  typedef struct packed {
    logic                   hv_kill_n;
    logic [LayerW-1:0]      prog_layer;
    logic [GroupW-1:0]      prog_group;
    logic [RowW-1:0]        prog_row;
    logic [WordCells-1:0]   bl_en;
    logic [WordCells-1:0]   sl_en;
    logic                   wl_en;
    logic [DacW-1:0]        wl_dac;
    logic [DacW-1:0]        bl_dac;
    logic [DacW-1:0]        sl_dac;
    logic                   polarity;
    logic                   hv_en;
    logic                   bleed_en;
    logic                   sense_en;
    logic [9:0]             sense_ref;
    logic [WordCells-1:0]   sense;
    logic                   sense_rdy;
    logic                   pump_rdy;
    logic [BankW-1:0]       rd_bank;
    logic                   rd_rst;
    logic                   rd_pulse;
    logic                   in_load;
    logic [NumLayers-1:0]   int_rst;
    logic [NumLayers-1:0]   int_en;
    logic [NumLayers-1:0]   sample;
    logic [NumLayers-1:0]   bias_en;
    logic                   cmp_strobe;
    logic                   rst_n;
    logic                   supply_ok;
    logic                   stop;
    logic                   start;
    logic                   busy;
    logic                   done;
    logic                   error;
    logic                   word_start;
    logic                   cell_failed;
    logic                   illegal;
    logic                   unverified;
    logic                   forming;
    logic                   alarm;
  } pins_t;

  pins_t  pins, next;
  longint delay;
  string  name;
  int     file;

  initial begin
    done_o = 1'b0;
    if ($value$plusargs("changes=%s", name) == 0) $fatal(1, "+changes=<file> is missing");
    file = $fopen(name, "r");
    if (file == 0) $fatal(1, "cannot open the file of +changes=");
    while ($fscanf(file, "%d %h", delay, next) == 2) begin
      #(delay);
      pins = next;
    end
    #(1000);
    done_o = 1'b1;
  end

  cnr_sequence_chk #(
    .AwaitReset(AwaitReset)
  ) u_sequence (
    .hv_kill_ni(pins.hv_kill_n),
    .prog_layer_i(pins.prog_layer),
    .prog_group_i(pins.prog_group),
    .prog_row_i(pins.prog_row),
    .bl_en_i(pins.bl_en),
    .sl_en_i(pins.sl_en),
    .wl_en_i(pins.wl_en),
    .wl_dac_i(pins.wl_dac),
    .bl_dac_i(pins.bl_dac),
    .sl_dac_i(pins.sl_dac),
    .polarity_i(pins.polarity),
    .hv_en_i(pins.hv_en),
    .bleed_en_i(pins.bleed_en),
    .sense_en_i(pins.sense_en),
    .sense_ref_i(pins.sense_ref),
    .sense_i(pins.sense),
    .sense_rdy_i(pins.sense_rdy),
    .pump_rdy_i(pins.pump_rdy),
    .rd_bank_i(pins.rd_bank),
    .rd_rst_i(pins.rd_rst),
    .rd_pulse_i(pins.rd_pulse),
    .in_load_i(pins.in_load),
    .int_rst_i(pins.int_rst),
    .int_en_i(pins.int_en),
    .sample_i(pins.sample),
    .bias_en_i(pins.bias_en),
    .cmp_strobe_i(pins.cmp_strobe),
    .rst_ni(pins.rst_n),
    .supply_ok_i(pins.supply_ok),
    .stop_i(pins.stop),
    .start_i(pins.start),
    .busy_i(pins.busy),
    .done_i(pins.done),
    .error_i(pins.error),
    .word_start_i(pins.word_start),
    .cell_failed_i(pins.cell_failed),
    .illegal_i(pins.illegal),
    .unverified_i(pins.unverified),
    .forming_i(pins.forming),
    .alarm_i(pins.alarm)
  );

endmodule
