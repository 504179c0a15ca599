// What the register file and the rest of the chip say to each other.

package cnr_host_pkg;
  import cnr_pkg::*;

  // Commands of the host: strobes of one cycle. op belongs to start.
  typedef struct packed {
    logic [3:0] op;
    logic       start;
    logic       resume;
    logic       stop;        // abort
    logic       suspend;
    logic       clear;       // counters and fail log
    logic       read_start;
  } host_cmd_t;

  // State that the host can read.
  typedef struct packed {
    logic      prog_busy;
    logic      infer_busy;
    logic      read_busy;
    logic      weights_valid;
    logic      supply_ok;
    logic      pump_ok;
    logic      suspended;
    logic      unlocked;
    prog_err_e prog_err;     // of the last operation, valid with prog_done
  } host_status_t;

  // What sets the sticky events: strobes, except watchdog.
  typedef struct packed {
    logic prog_done;
    logic label;
    logic read_done;
    logic frame_err;
    logic refused;
    logic brown_out;
    logic watchdog;          // level, counted once
    logic expired;
    logic spi_err;
  } host_event_t;

endpackage
