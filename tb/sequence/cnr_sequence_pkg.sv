// What the modules of the sequence checker share: a snapshot of the settled pins, times and limits.

package cnr_sequence_pkg;
  timeunit 1ns; timeprecision 1ps;

  import cnr_chip_pkg::*;

  typedef logic [WordCells-1:0] cells_t;
  typedef logic [NumLayers-1:0] layers_t;

  typedef struct packed {
    logic [LayerW-1:0] layer;
    logic [GroupW-1:0] group;
    logic [RowW-1:0]   row;
  } word_t;

  typedef struct packed {
    logic [DacW-1:0] wl;
    logic [DacW-1:0] bl;
    logic [DacW-1:0] sl;
    logic            polarity;   // 0: SET direction, 1: RESET direction
  } codes_t;

  // All pins at one time. Enables are those that the macro obeys: emergency off lowers them all.
  typedef struct packed {
    logic             alive;      // no emergency off
    word_t            word;
    cells_t           bl;
    cells_t           sl;
    logic             wl;
    codes_t           codes;
    logic             hv;
    logic             bleed;
    logic             sense;
    logic [9:0]       sense_ref;
    cells_t           sense_bits;
    logic             sense_rdy;
    logic             pump_rdy;
    logic [BankW-1:0] rd_bank;
    logic             rd_rst;
    logic             rd_pulse;
    logic             in_load;
    layers_t          int_rst;
    layers_t          int_en;
    layers_t          sample;
    layers_t          bias;
    logic             cmp_strobe;
    logic             rst_n;
    logic             supply_ok;
    logic             stop;
    logic             start;
    logic             busy;
    logic             done;
    logic             error;
    logic             word_start;
    logic             cell_failed;
    logic             illegal;
    logic             unverified;
    logic             alarm;
    logic             forming;
    logic             forms;      // a pulse in the SET direction is a FORM pulse
  } pins_t;

  // A change of the pins: before and after.
  typedef struct packed {
    pins_t was;
    pins_t now;
    logic  emergency;             // something has just happened that ends what runs at once
  } step_t;

  localparam real SlackNs = 0.001;          // of every time
  localparam real Never   = -1.0e15;        // when something last happened that has not

  localparam real ClkNs       = real'(ClkPeriodNs);
  localparam real SetupNs     = ClkNs * real'(ProgSetupCycles);
  localparam real WordlineNs  = ClkNs * real'(ProgWordlineCycles);
  localparam real HoldNs      = ClkNs * real'(ProgHoldCycles);
  localparam real DischargeNs = ClkNs * real'(ProgDischargeCycles);
  localparam real SenseNs     = ClkNs * real'(SenseSetupCycles);
  localparam real WidthNs     = ClkNs * real'(CeilWidth);
  localparam real StopNs      = ClkNs * 2.0;   // from abort or suspend to high voltage off
  localparam real PumpNs      = ClkNs * 4.0;   // from the loss of the pump to high voltage off
  localparam real AlarmNs     = ClkNs;         // from an invalid state to high voltage off

  // Number of a word, in the order of programming.
  function automatic int unsigned word_number(word_t word);
    int unsigned number;
    number = 0;
    for (int unsigned k = 0; k < NumLayers; k++) begin
      if (k < 32'(word.layer)) number += LayerGroups[k] * LayerRows[k];
    end
    return number + 32'(word.group) * LayerRows[word.layer] + 32'(word.row);
  endfunction

  // Number of the group that a word lies in.
  function automatic int unsigned group_number(word_t word);
    int unsigned number;
    number = 0;
    for (int unsigned k = 0; k < NumLayers; k++) begin
      if (k < 32'(word.layer)) number += LayerGroups[k];
    end
    return number + 32'(word.group);
  endfunction

  function automatic int unsigned all_words();
    int unsigned number;
    number = 0;
    for (int unsigned k = 0; k < NumLayers; k++) number += LayerGroups[k] * LayerRows[k];
    return number;
  endfunction

  localparam int unsigned NumWords = all_words();

  function automatic logic exists(word_t word);
    if (32'(word.layer) >= NumLayers) return 1'b0;
    return 32'(word.group) < LayerGroups[word.layer] && 32'(word.row) < LayerRows[word.layer];
  endfunction

  // Columns of a word that exist: the last group of a layer may have fewer sub-arrays than lanes.
  function automatic cells_t existing(word_t word);
    cells_t cells;
    cells = '0;
    if (!exists(word)) return cells;
    for (int unsigned lane = 0; lane < Lanes; lane++) begin
      if (32'(word.group) * Lanes + lane < LayerFilters[word.layer]) begin
        cells[lane*WeightBits +: WeightBits] = '1;
      end
    end
    return cells;
  endfunction

endpackage
