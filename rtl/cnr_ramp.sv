// Walks the three nested loops of a ramp table: word line, line and pulse width. restart_i puts all
// three at their start; step_i goes on to the next point: the innermost variable rises by its step,
// and where that would pass its stop it returns to its start and the loop around it steps. The
// point after the last is the last again. Both take one cycle; restart_i wins over step_i.

module cnr_ramp
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic      clk_i,
  input  logic      rst_ni,

  input  ramp_cfg_t cfg_i,
  input  logic      restart_i,
  input  logic      step_i,

  output dac_t      wl_o,
  output dac_t      line_o,
  output width_t    width_o
);

  // One bit per variable.
  typedef struct packed {
    logic width;
    logic line;
    logic wl;
  } vars_t;

  localparam vars_t Wl    = 3'b001;
  localparam vars_t Line  = 3'b010;
  localparam vars_t Width = 3'b100;

  dac_t   wl_d, wl_q, line_d, line_q;
  width_t width_d, width_q;

  logic [DacW:0] wl_next, line_next;
  logic [16:0]   width_next;
  vars_t         room;    // variables that can rise without passing their stop
  vars_t         inner, middle, outer;
  vars_t         rise, rewind;

  assign wl_next    = {1'b0, wl_q} + {1'b0, cfg_i.wl.step};
  assign line_next  = {1'b0, line_q} + {1'b0, cfg_i.line.step};
  assign width_next = {1'b0, width_q} + {1'b0, cfg_i.width.step};

  assign room.wl    = wl_next <= {1'b0, cfg_i.wl.stop};
  assign room.line  = line_next <= {1'b0, cfg_i.line.stop};
  assign room.width = width_next <= {1'b0, cfg_i.width.stop};

  always_comb begin
    unique case (cfg_i.nesting)
      NestLineWidthWl: {outer, middle, inner} = {Line, Width, Wl};
      NestWidthWlLine: {outer, middle, inner} = {Width, Wl, Line};
      NestWlWidthLine: {outer, middle, inner} = {Wl, Width, Line};
      NestLineWlWidth: {outer, middle, inner} = {Line, Wl, Width};
      NestWlLineWidth: {outer, middle, inner} = {Wl, Line, Width};
      default:         {outer, middle, inner} = {Width, Line, Wl};
    endcase
  end

  // The innermost variable with room rises; the loops inside it rewind.
  always_comb begin
    rise   = '0;
    rewind = '0;
    if ((room & inner) != '0) begin
      rise = inner;
    end else if ((room & middle) != '0) begin
      rise   = middle;
      rewind = inner;
    end else if ((room & outer) != '0) begin
      rise   = outer;
      rewind = inner | middle;
    end
  end

  always_comb begin
    wl_d    = wl_q;
    line_d  = line_q;
    width_d = width_q;
    if (step_i) begin
      if (rise.wl)    wl_d    = wl_next[DacW-1:0];
      if (rise.line)  line_d  = line_next[DacW-1:0];
      if (rise.width) width_d = width_next[15:0];
    end
    if (restart_i || (step_i && rewind.wl))    wl_d    = cfg_i.wl.start;
    if (restart_i || (step_i && rewind.line))  line_d  = cfg_i.line.start;
    if (restart_i || (step_i && rewind.width)) width_d = cfg_i.width.start;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wl_q    <= '0;
      line_q  <= '0;
      width_q <= '0;
    end else begin
      wl_q    <= wl_d;
      line_q  <= line_d;
      width_q <= width_d;
    end
  end

  assign wl_o    = wl_q;
  assign line_o  = line_q;
  assign width_o = width_q;

endmodule
