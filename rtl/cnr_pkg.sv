// Types that the blocks of the chip share. Numbers of one chip are in cnr_chip_pkg.

package cnr_pkg;
  import cnr_chip_pkg::*;

  typedef logic [DacW-1:0] dac_t;    // 10 mV per code
  typedef logic [15:0]     width_t;  // pulse width in system clocks
  typedef logic [9:0]      ref_t;    // sense reference, R = 500 ohm * 2^(code/64)
  typedef logic [11:0]     limit_t;
  typedef logic [WordCells-1:0] cells_t;  // one bit per cell of a word, lane * WeightBits + bit
  typedef logic [WordCells-1:0][LevelW-1:0] levels_t;
  typedef cells_t [LevelW-1:0] planes_t;              // levels_t transposed: bit k of every level
  typedef logic [(WordCells > 1 ? $clog2(WordCells) : 1)-1:0] cell_index_t;
  typedef logic [$clog2(WordCells+1)-1:0] cell_count_t;

  // One word: the cells of one row in all lanes of a group.
  typedef struct packed {
    logic [LayerW-1:0] layer;
    logic [GroupW-1:0] group;
    logic [RowW-1:0]   row;
  } addr_t;

  // The next word in programming order; after the last word the first.
  function automatic addr_t word_after(addr_t addr);
    addr_t result;
    result = addr;
    result.row = addr.row + 1'b1;
    if (32'(addr.row) == LayerRows[addr.layer] - 1) begin
      result.row   = '0;
      result.group = addr.group + 1'b1;
      if (32'(addr.group) == LayerGroups[addr.layer] - 1) begin
        result.group = '0;
        result.layer = (32'(addr.layer) == NumLayers - 1) ? '0 : addr.layer + 1'b1;
      end
    end
    return result;
  endfunction

  // The word before; before the first word the last.
  function automatic addr_t word_before(addr_t addr);
    addr_t result;
    result = addr;
    result.row = addr.row - 1'b1;
    if (addr.row == '0) begin
      result.group = addr.group - 1'b1;
      if (addr.group == '0) begin
        result.layer = (addr.layer == '0) ? LayerW'(NumLayers - 1) : addr.layer - 1'b1;
        result.group = GroupW'(LayerGroups[result.layer] - 1);
      end
      result.row = RowW'(LayerRows[result.layer] - 1);
    end
    return result;
  endfunction

  typedef enum logic [3:0] {
    OpNone      = 4'd0,
    OpForm      = 4'd1,
    OpSet       = 4'd2,
    OpReset     = 4'd3,
    OpRead      = 4'd4,
    OpVerify    = 4'd5,
    OpWrite     = 4'd6,
    OpTestPulse = 4'd7,
    OpCycle     = 4'd8,
    OpRefresh   = 4'd9,
    OpMarch     = 4'd10
  } prog_op_e;

  // What MARCH does.
  typedef enum logic [1:0] {
    BistMarchC       = 2'd0,
    BistCheckerboard = 2'd1,
    BistRandom       = 2'd2
  } bist_pattern_e;

  // Why a programming operation ended early or was refused; ErrNone after a full sweep.
  typedef enum logic [3:0] {
    ErrNone      = 4'd0,
    ErrOp        = 4'd1,   // operation unknown or not of this chip
    ErrRange     = 4'd2,   // address range not on the chip, or end before start
    ErrRamp      = 4'd3,   // start > stop, zero step, zero width or nesting unknown
    ErrCeiling   = 4'd4,   // a ramp stops above the ceiling of its operation and line
    ErrLimit     = 4'd5,   // a pulse limit is zero
    ErrWindow    = 4'd6,   // verify window empty or wider than the read window
    ErrBusy      = 4'd7,   // inference or another operation is running
    ErrSupply    = 4'd8,   // brown-out
    ErrPump      = 4'd9,   // pump not ready in time, or lost under high voltage
    ErrSense     = 4'd10,  // no sense-ready in time
    ErrAborted   = 4'd11,  // by the host
    ErrWatchdog  = 4'd12,  // high voltage on for too long
    ErrState     = 4'd13,  // a state register held no legal state
    ErrWorn      = 4'd14,  // the group has reached the endurance limit
    ErrLocked    = 4'd15   // programming is locked, or reading back is
  } prog_err_e;

  // What one electrical operation does. FORM and SET drive the bit line, RESET the source line.
  typedef enum logic [1:0] {
    KindSense = 2'd0,
    KindForm  = 2'd1,
    KindSet   = 2'd2,
    KindReset = 2'd3
  } pulse_kind_e;

  typedef struct packed {
    pulse_kind_e kind;
    addr_t       addr;
    cells_t      cells;      // columns that take part
    dac_t        wl;
    dac_t        line;       // bit line (FORM, SET) or source line (RESET)
    width_t      width;
    ref_t        sense_ref;  // of KindSense
  } pulse_req_t;

  typedef struct packed {
    dac_t start;
    dac_t stop;
    dac_t step;
  } dac_ramp_t;

  typedef struct packed {
    width_t start;
    width_t stop;
    width_t step;
  } width_ramp_t;

  // Loops from the outermost to the innermost, see NESTINGS in chips/sections.py.
  typedef enum logic [2:0] {
    NestWidthLineWl = 3'd0,
    NestLineWidthWl = 3'd1,
    NestWidthWlLine = 3'd2,
    NestWlWidthLine = 3'd3,
    NestLineWlWidth = 3'd4,
    NestWlLineWidth = 3'd5
  } nesting_e;

  typedef struct packed {
    dac_ramp_t   wl;
    dac_ramp_t   line;
    width_ramp_t width;
    logic [2:0]  nesting;
  } ramp_cfg_t;

  // A resistance window: lo < R <= hi in reference codes; lo = 0 and hi = '1 are open ends.
  typedef struct packed {
    ref_t lo;
    ref_t hi;
  } window_t;

  // The most pulses of one word in one operation, and changes of polarity.
  typedef struct packed {
    limit_t     form;
    limit_t     set;
    limit_t     reset;
    limit_t     total;
    logic [3:0] reversals;
  } limits_t;

  typedef struct packed {
    ramp_cfg_t   form;
    ramp_cfg_t   set;
    ramp_cfg_t   reset;
    window_t [NumLevels-1:0] verify_window;
    window_t [NumLevels-1:0] read_window;
    ref_t        form_ref;     // a cell below it reads formed
    logic [5:0]  sense_trim;   // signed, added to every reference code
    dac_t        wl_sense;     // word line while sensing
    limits_t     limits;
    logic [23:0] relax_cycles; // wait before the delayed verify, 0: none
    logic [1:0]  test_kind;    // pulse_kind_e of TEST_PULSE
    logic [15:0] test_cycles;  // of CYCLE
    logic [1:0]  bist_pattern; // of MARCH
    logic        fail_wait;    // a full fail log stops the sweep
  } prog_cfg_t;

  // Configuration of the compute path; one slot per layer.
  typedef struct packed {
    logic [NumLayers-1:0][TCtrlW-1:0]    t_ctrl;
    logic [NumLayers-1:0][CfSelW-1:0]    cf_sel;
    logic [NumClasses-1:0][CmpTrimW-1:0] cmp_trim;   // signed
    logic [3:0]                          atest_sel;
    logic                                infer_en;
    logic                                refresh_en;
    logic                                pipelined;
    logic                                power_gate;
  } compute_cfg_t;

  // One failed cell.
  typedef struct packed {
    addr_t      addr;
    cell_index_t cell_index;   // lane * WeightBits + bit
    logic       sense;       // last sense bit
    ref_t       sense_ref;   // of that sense
    logic [LevelW-1:0] target;
  } fail_t;

  // One-cycle strobes: high voltage of a pulse or a sense strobe goes up with the next clock.
  typedef struct packed {
    logic        pulse_form;
    logic        pulse_set;
    logic        pulse_reset;
    logic        sense;
    cell_count_t cells;      // of the pulse
  } prog_event_t;

  // Outcome of one completed word.
  typedef struct packed {
    cell_count_t requested;
    cell_count_t failed;
    cell_count_t dropouts;   // cells that a delayed verify found out of their window
  } word_result_t;

  // Counters of the weight programming; the first three are cells.
  typedef enum logic [3:0] {
    CountRequested,
    CountSucceeded,
    CountFailed,
    CountFormPulses,
    CountSetPulses,
    CountResetPulses,
    CountSenses,
    CountFormCells,      // cells that FORM pulses were driven into, and so on
    CountSetCells,
    CountResetCells,
    CountDropouts,
    CountCycles          // SET cycles of a word
  } count_e;
  localparam int unsigned NumCounts = 12;
  typedef logic [NumCounts-1:0][31:0] counts_t;

  // Endurance counters, one per group of lanes.
  localparam int unsigned GroupSlots = 64;

  // A bound of a window that is not closed: below 0 and above all ones lies nothing.
  localparam ref_t RefLowest  = '0;
  localparam ref_t RefHighest = '1;

endpackage
