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
  typedef logic [$clog2(WordCells)-1:0] cell_index_t;
  typedef logic [$clog2(WordCells+1)-1:0] cell_count_t;

  // One word: the cells of one row in all lanes of a group.
  typedef struct packed {
    logic [LayerW-1:0] layer;
    logic [GroupW-1:0] group;
    logic [RowW-1:0]   row;
  } addr_t;

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
    ErrState     = 4'd13   // a state register held no legal state
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

  typedef struct packed {
    ramp_cfg_t  form;
    ramp_cfg_t  set;
    ramp_cfg_t  reset;
    window_t [NumLevels-1:0] verify_window;
    window_t [NumLevels-1:0] read_window;
    ref_t       form_ref;    // a cell below it reads formed
    logic [5:0] sense_trim;  // signed, added to every reference code
    dac_t       wl_sense;    // word line while sensing
    limit_t     max_form;    // pulses per word and polarity
    limit_t     max_set;
    limit_t     max_reset;
    limit_t     max_total;
    logic [3:0] max_reversals;
  } prog_cfg_t;

  // Configuration of the compute path; one slot per layer.
  typedef struct packed {
    logic [NumLayers-1:0][TCtrlW-1:0]    t_ctrl;
    logic [NumLayers-1:0][CfSelW-1:0]    cf_sel;
    logic [NumClasses-1:0][CmpTrimW-1:0] cmp_trim;   // signed
    logic [3:0]                          atest_sel;
    logic                                infer_en;
    logic                                refresh_en;
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
    logic       pulse_form;
    logic       pulse_set;
    logic       pulse_reset;
    logic       sense;
  } prog_event_t;

  // Outcome of one completed word.
  typedef struct packed {
    cell_count_t requested;
    cell_count_t failed;
  } word_result_t;

  // A bound of a window that is not closed: below 0 and above all ones lies nothing.
  localparam ref_t RefLowest  = '0;
  localparam ref_t RefHighest = '1;

endpackage
