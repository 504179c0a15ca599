// Rules of the ramp, bound into every cnr_ramp: after a restart, and as long as the table is not
// changed, the points rise in the order of the loops.

module cnr_ramp_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input logic      clk_i,
  input logic      rst_ni,
  input ramp_cfg_t cfg_i,
  input logic      restart_i,
  input logic      step_i,
  input dac_t      wl_o,
  input dac_t      line_o,
  input width_t    width_o
);

  // Only a design that has been reset is judged. At power-up every register is random: this one
  // passes for reset once in 2^32.
  localparam logic [31:0] Reset = 32'h5eed_c0de;
  logic [31:0] reset_seen_q;
  logic        live;

  assign live = rst_ni && reset_seen_q == Reset;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) reset_seen_q <= Reset;
    else         reset_seen_q <= reset_seen_q;
  end

  // A point as (outer, middle, inner), so that its order is that of the number.
  typedef logic [47:0] point_t;

  function automatic point_t point(logic [2:0] nesting, dac_t wl, dac_t line, width_t width);
    width_t w, l;
    w = 16'(wl);
    l = 16'(line);
    unique case (nesting)
      NestWidthLineWl: return {width, l, w};
      NestLineWidthWl: return {l, width, w};
      NestWidthWlLine: return {width, w, l};
      NestWlWidthLine: return {w, width, l};
      NestLineWlWidth: return {l, w, width};
      default:         return {w, l, width};
    endcase
  endfunction

  // From `old` a variable stays, rises by its step, or returns to its start.
  function automatic logic moved_well(width_t old, width_t now, width_t start, width_t step);
    return now == old || now == start || now == old + step;
  endfunction

  // Where a loop steps, those inside it are at their start.
  function automatic logic rewound(point_t old, point_t now, point_t first);
    if (now[47:32] != old[47:32]) return now[31:0] == first[31:0];
    return now[31:16] == old[31:16] || now[15:0] == first[15:0];
  endfunction

  point_t starts;

  assign starts = point(cfg_i.nesting, cfg_i.wl.start, cfg_i.line.start, cfg_i.width.start);

  ramp_cfg_t cfg_q;
  logic      live_q, step_q, restart_q;
  dac_t      wl_q, line_q;
  width_t    width_q;
  logic      known;

  assign known = live_q && cfg_i == cfg_q;   // the point comes from this table

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cfg_q     <= '0;
      live_q    <= 1'b0;
      step_q    <= 1'b0;
      restart_q <= 1'b0;
      wl_q      <= '0;
      line_q    <= '0;
      width_q   <= '0;
    end else begin
      cfg_q     <= cfg_i;
      live_q    <= restart_i || known;
      step_q    <= step_i;
      restart_q <= restart_i;
      wl_q      <= wl_o;
      line_q    <= line_o;
      width_q   <= width_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (live && restart_q && known) begin
      A11_Restart: assert (wl_o == cfg_i.wl.start && line_o == cfg_i.line.start
                           && width_o == cfg_i.width.start)
      else $error("%m: restart at (%0d, %0d, %0d), limit (%0d, %0d, %0d)", wl_o, line_o, width_o,
                  cfg_i.wl.start, cfg_i.line.start, cfg_i.width.start);
    end
    if (live && known && !restart_q) begin
      A11_Rises: assert (point(cfg_i.nesting, wl_o, line_o, width_o)
                         >= point(cfg_i.nesting, wl_q, line_q, width_q))
      else $error("%m: (%0d, %0d, %0d) after (%0d, %0d, %0d) is no rise in nesting %0d", wl_o,
                  line_o, width_o, wl_q, line_q, width_q, cfg_i.nesting);
      A11_Rewound: assert (rewound(point(cfg_i.nesting, wl_q, line_q, width_q),
                                   point(cfg_i.nesting, wl_o, line_o, width_o), starts))
      else $error("%m: (%0d, %0d, %0d) after (%0d, %0d, %0d): an inner loop did not restart", wl_o,
                  line_o, width_o, wl_q, line_q, width_q);
      A11_Still: assert (step_q || {wl_o, line_o, width_o} == {wl_q, line_q, width_q})
      else $error("%m: the ramp moved without a step");
      A11_Steps: assert (moved_well(16'(wl_q), 16'(wl_o), 16'(cfg_i.wl.start), 16'(cfg_i.wl.step))
                         && moved_well(16'(line_q), 16'(line_o), 16'(cfg_i.line.start),
                                       16'(cfg_i.line.step))
                         && moved_well(width_q, width_o, cfg_i.width.start, cfg_i.width.step))
      else $error("%m: (%0d, %0d, %0d) after (%0d, %0d, %0d) is no step of the table", wl_o,
                  line_o, width_o, wl_q, line_q, width_q);
    end
    if (live && known) begin
      A11_Range: assert (wl_o <= cfg_i.wl.stop && line_o <= cfg_i.line.stop
                         && width_o <= cfg_i.width.stop)
      else $error("%m: (%0d, %0d, %0d), limit (%0d, %0d, %0d)", wl_o, line_o, width_o,
                  cfg_i.wl.stop, cfg_i.line.stop, cfg_i.width.stop);
    end
  end

endmodule

bind cnr_ramp cnr_ramp_chk u_chk (.*);
