// Amplitudes and what they add up to in the life of a die: ceilings of operation and line (A6),
// columns of one word and the high-voltage time of each line (A14), SET cycles of each cell (A15).
// A cell is new until its first pulse in the RESET direction. Where FORM is known only by a bit
// line above the SET ceiling, all its cells must be new.

module cnr_sequence_life
  import cnr_chip_pkg::*;
  import cnr_sequence_pkg::*;
#(
  parameter int unsigned HalfSelectMs = HalfSelectMaxMs,
  parameter int unsigned Endurance    = EnduranceCycles
) (
  input step_t step_i
);

  timeunit 1ns; timeprecision 1ps;

  localparam real LineNs = 1.0e6 * real'(HalfSelectMs);

  typedef logic [DacW-1:0] dac_t;

  pins_t       was, now;
  cells_t      cells;
  int unsigned number, line, ceil_wl;
  real         most_ns;

  real    hv_at_q = 0.0;
  cells_t used_q    [NumWords];                   // a pulse in the RESET direction, ever
  cells_t upward_q  [NumWords];                   // the last one was in the RESET direction
  int unsigned cycles_q [NumWords * WordCells];
  real    bl_ns_q [NumGroups * WordCells];
  real    sl_ns_q [NumGroups * WordCells];

  initial begin
    for (int unsigned n = 0; n < NumWords; n++) begin
      used_q[n]   = '0;
      upward_q[n] = '0;
    end
    for (int unsigned n = 0; n < NumWords * WordCells; n++) cycles_q[n] = 0;
    for (int unsigned n = 0; n < NumGroups * WordCells; n++) begin
      bl_ns_q[n] = 0.0;
      sl_ns_q[n] = 0.0;
    end
  end

  int unsigned a6_q = 0, a14_q = 0, a15_q = 0;

  always @(step_i) begin
    was = step_i.was;
    now = step_i.now;

    if ((now.hv && !was.hv) || (now.sense && !was.sense)) begin
      cells = now.bl | now.sl;
      a14_q++;
      A14_Columns: assert ((cells & ~existing(now.word)) == '0)
      else $error("%m: columns %h of word %h, limit %h", cells, now.word, existing(now.word));
    end

    if (now.sense && !was.sense) begin
      A6_Sense: assert (32'(now.codes.wl) <= CeilResetWl)
      else $error("%m: word line at %0d, limit %0d", now.codes.wl, CeilResetWl);
    end

    if (now.hv && !was.hv && exists(now.word)) begin
      cells   = now.codes.polarity ? now.sl : now.bl;
      number  = word_number(now.word);
      ceil_wl = now.codes.polarity ? CeilResetWl : now.forms ? CeilFormWl : CeilSetWl;
      a6_q++;
      A6_Wordline: assert (32'(now.codes.wl) <= ceil_wl)
      else $error("%m: word line at %0d, limit %0d", now.codes.wl, ceil_wl);
      if (now.codes.polarity) begin
        A6_Sourceline: assert (32'(now.codes.sl) <= CeilResetLine)
        else $error("%m: source line at %0d, limit %0d", now.codes.sl, CeilResetLine);
      end else begin
        A6_Bitline: assert (32'(now.codes.bl) <= (now.forms ? CeilFormLine : CeilSetLine))
        else $error("%m: bit line at %0d, limit %0d", now.codes.bl,
                    now.forms ? CeilFormLine : CeilSetLine);
        if (now.forms && !now.forming) begin
          A6_OnlyNew: assert ((cells & used_q[number]) == '0)
          else $error("%m: bit line at %0d on cells %h, of which %h are not new, limit %0d",
                      now.codes.bl, cells, cells & used_q[number], CeilSetLine);
        end
        for (int unsigned c = 0; c < WordCells; c++) begin
          if (cells[c] && upward_q[number][c]) begin
            cycles_q[number * WordCells + c] = cycles_q[number * WordCells + c] + 1;
            a15_q++;
            A15_Endurance: assert (cycles_q[number * WordCells + c] <= Endurance)
            else $error("%m: SET cycle %0d of cell %0d of word %h, limit %0d",
                        cycles_q[number * WordCells + c], c, now.word, Endurance);
          end
        end
      end
      used_q[number]   = used_q[number] | (now.codes.polarity ? cells : '0);
      upward_q[number] = now.codes.polarity ? upward_q[number] | cells
                                            : upward_q[number] & ~cells;
    end

    if (was.hv && !now.hv && exists(was.word)) begin
      line    = group_number(was.word) * WordCells;
      most_ns = 0.0;
      for (int unsigned c = 0; c < WordCells; c++) begin
        if (was.bl[c]) bl_ns_q[line + c] = bl_ns_q[line + c] + ($realtime - hv_at_q);
        if (was.sl[c]) sl_ns_q[line + c] = sl_ns_q[line + c] + ($realtime - hv_at_q);
        if (bl_ns_q[line + c] > most_ns) most_ns = bl_ns_q[line + c];
        if (sl_ns_q[line + c] > most_ns) most_ns = sl_ns_q[line + c];
      end
      A14_Disturb: assert (most_ns <= LineNs)
      else $error("%m: %0.3f ns of high voltage on a line of group %0d, limit %0.3f ns", most_ns,
                  group_number(was.word), LineNs);
    end
    if (now.hv && !was.hv) hv_at_q = $realtime;
  end

endmodule
