// Write-verify of one word, seen from its pulses and senses: read before and after (A9, A10),
// limits and ramps (A11), outcome (A12), the life of a new cell (A16), and the high-voltage time of
// the word (A5). What belongs together is a visit: it begins with the first operation at a word,
// and ends with the next word, a new command or done. A visit that was interrupted (stop, reset,
// supply, pump, done with an error) ends without being judged. Pulses of TEST_PULSE and CYCLE need
// no senses, and the endurance of the cells bounds them instead of the high-voltage time of the
// word.
//
// The pins tell neither targets nor windows. What holds for any of them: a cell above its window
// has answered 1 to the senses since the last pulse of its word, one below it 0; a cell whose last
// pulse was in the SET direction is accepted only after a 0, in the RESET direction after a 1; and
// two reads in a row in one window give the same answer at the same reference. A cell that FORM has
// left high enough for the level that RESET would bring it to answers 0 and 1 after its last pulse.
// Cells that miss this at the end of their visit must have been told as failed; which ones, only
// their number tells.

module cnr_sequence_word
  import cnr_chip_pkg::*;
  import cnr_sequence_pkg::*;
(
  input step_t step_i
);

  timeunit 1ns; timeprecision 1ps;

  localparam real WordNs = 1000.0 * real'(WordHvMaxUs);

  typedef enum logic [1:0] {KindNone, KindForm, KindSet, KindReset} kind_e;

  typedef struct packed {
    kind_e  kind;
    codes_t codes;
    cells_t cells;
  } pulse_t;

  pins_t  was, now;
  real    t_ns;
  logic   hv_rises, hv_falls, over, judged;
  cells_t cells, answers, fresh, same;
  pulse_t pulse;
  real    width_ns;
  logic   fell, rose;
  int     left;                   // cells that miss something
  int     slot;

  // The visit
  logic        open_q        = 1'b0;
  word_t       word_q        = '0;
  logic        interrupted_q = 1'b0;
  logic        unverified_q  = 1'b0;
  int          failed_q      = 0;
  real         failing_at_q  = 0.0;
  real         hv_at_q       = 0.0;
  real         hv_ns_q       = 0.0;
  int unsigned forms_q = 0, sets_q = 0, resets_q = 0, reversals_q = 0;

  // Its cells
  cells_t pulsed_q = '0;
  cells_t downward_q = '0;        // last pulse in the SET direction
  cells_t formed_q = '0;          // FORM pulses and no RESET pulse after them
  cells_t sensed_q = '0;
  cells_t unread_q = '0;          // not sensed since their last pulse
  cells_t last_q = '0;            // last answer
  cells_t agreed_q = '0;          // which was the one before at the same reference, too
  cells_t burst_q = '0;           // sensed since the last pulse of the word
  cells_t ones_q = '0;            // answered 1, 0 in the last such run of senses
  cells_t zeros_q = '0;
  cells_t zero_q = '0;            // answered 0, 1 at any time since their last pulse
  cells_t one_q = '0;

  // Its last pulse, and whether a cell was read twice at one reference after it: then the word may
  // have been accepted and have dropped out again, and ramps start anew.
  pulse_t pulse_q = '0;
  real    width_ns_q = 0.0;
  logic   again_q = 1'b0;

  // Answers since the last pulse of each cell, per reference
  localparam int Refs = 64;
  int         refs_q = 0;
  logic [9:0] ref_q [Refs];
  cells_t     read_q [Refs];
  cells_t     answer_q [Refs];

  int unsigned a9_q = 0, a10_q = 0, a11_q = 0, a12_q = 0, a16_q = 0;

  // Place of a reference in the table; the oldest gives way when it is full.
  function automatic int place_of(logic [9:0] code);
    int place;
    for (int n = 0; n < refs_q && n < Refs; n++) if (ref_q[n] == code) return n;
    place         = refs_q % Refs;
    ref_q[place]  = code;
    read_q[place] = '0;
    refs_q        = refs_q + 1;
    return place;
  endfunction

  function automatic void forget();
    open_q        = 1'b0;
    interrupted_q = 1'b0;
    unverified_q  = 1'b0;
    failed_q      = 0;
    hv_ns_q       = 0.0;
    forms_q       = 0;
    sets_q        = 0;
    resets_q      = 0;
    reversals_q   = 0;
    pulsed_q      = '0;
    downward_q    = '0;
    formed_q      = '0;
    sensed_q      = '0;
    unread_q      = '0;
    last_q        = '0;
    agreed_q      = '0;
    burst_q       = '0;
    ones_q        = '0;
    zeros_q       = '0;
    zero_q        = '0;
    one_q         = '0;
    pulse_q       = '0;
    again_q       = 1'b0;
    refs_q        = 0;
  endfunction

  always @(step_i) begin
    was      = step_i.was;
    now      = step_i.now;
    t_ns     = $realtime;
    hv_rises = now.hv && !was.hv && was.alive;
    hv_falls = was.hv && !now.hv;

    // Failed cells: one per clock of the strobe.
    if (now.cell_failed && !was.cell_failed) failing_at_q = t_ns;
    if (was.cell_failed && !now.cell_failed) begin
      failed_q = failed_q + ((t_ns < failing_at_q + 2.0 * ClkNs - SlackNs) ? 1
                             : $rtoi((t_ns - failing_at_q) / ClkNs + 0.5));
    end

    if (!now.alive || !now.rst_n || !now.supply_ok || now.stop || now.alarm ||
        (was.hv && !was.pump_rdy)) interrupted_q = 1'b1;

    // A sense ends: its answers count while they are ready.
    if (was.sense && !now.sense && was.sense_rdy) begin
      cells    = was.bl | was.sl;
      answers  = was.sense_bits & cells;
      fresh    = cells & ~burst_q;
      ones_q   = (ones_q & ~fresh) | answers;
      zeros_q  = (zeros_q & ~fresh) | (cells & ~answers);
      zero_q   = zero_q | (cells & ~answers);
      one_q    = one_q | answers;
      burst_q  = burst_q | cells;
      sensed_q = sensed_q | cells;
      unread_q = unread_q & ~cells;
      last_q   = (last_q & ~cells) | answers;
      slot     = place_of(was.sense_ref);
      same     = cells & read_q[slot];
      if (same != '0) again_q = 1'b1;
      same           = same & ~(answers ^ answer_q[slot]);
      agreed_q       = (agreed_q & ~cells) | same;
      read_q[slot]   = read_q[slot] | cells;
      answer_q[slot] = (answer_q[slot] & ~cells) | answers;
    end

    // A pulse ends.
    if (hv_falls) begin
      cells    = was.codes.polarity ? was.sl : was.bl;
      pulse    = '{
        kind: was.codes.polarity ? KindReset : was.forms ? KindForm : KindSet,
        codes: was.codes,
        cells: cells
      };
      width_ns = t_ns - hv_at_q;
      hv_ns_q  = hv_ns_q + width_ns;
      A5_WordTime: assert (was.unverified || hv_ns_q <= WordNs + SlackNs)
      else $error("%m: %0.3f ns of high voltage on word %h, limit %0.3f ns", hv_ns_q, word_q,
                  WordNs);
      if (pulse.kind == pulse_q.kind && (cells & pulse_q.cells) != '0 && !again_q &&
          !step_i.emergency) begin
        fell = pulse.codes.wl < pulse_q.codes.wl || pulse.codes.bl < pulse_q.codes.bl ||
               pulse.codes.sl < pulse_q.codes.sl || width_ns < width_ns_q - SlackNs;
        rose = pulse.codes.wl > pulse_q.codes.wl || pulse.codes.bl > pulse_q.codes.bl ||
               pulse.codes.sl > pulse_q.codes.sl || width_ns > width_ns_q + SlackNs;
        A11_Ramp: assert (!fell || rose)
        else $error("%m: codes %h, %0.3f ns after %h, %0.3f ns, limit none falls or one rises",
                    pulse.codes, width_ns, pulse_q.codes, width_ns_q);
      end
      pulsed_q   = pulsed_q | cells;
      unread_q   = unread_q | cells;
      agreed_q   = agreed_q & ~cells;
      ones_q     = ones_q & ~cells;
      zeros_q    = zeros_q & ~cells;
      zero_q     = zero_q & ~cells;
      one_q      = one_q & ~cells;
      burst_q    = '0;
      downward_q = (pulse.kind == KindReset) ? downward_q & ~cells : downward_q | cells;
      if (pulse.kind == KindForm) formed_q = formed_q | cells;
      if (pulse.kind == KindReset) formed_q = formed_q & ~cells;
      for (int n = 0; n < refs_q && n < Refs; n++) read_q[n] = read_q[n] & ~cells;
      if (was.unverified) unverified_q = 1'b1;
      pulse_q    = pulse;
      width_ns_q = width_ns;
      again_q    = 1'b0;
    end

    // The visit ends.
    over = (now.word_start && !was.word_start) || (now.start && !was.start) ||
           (now.done && !was.done);
    if (over || (now.wl && !was.wl && (!open_q || now.word != word_q))) begin
      judged = open_q && pulsed_q != '0 && !interrupted_q && !unverified_q &&
               !(now.done && now.error);
      if (judged) begin
        a9_q++;
        a12_q++;
        left = $countones(unread_q);
        A9_Sensed: assert (left <= failed_q)
        else $error("%m: cells %h of word %h not sensed after their last pulse, limit %0d failed",
                    unread_q, word_q, failed_q);
        left = $countones(pulsed_q & ~agreed_q);
        A9_Twice: assert (left <= failed_q)
        else $error("%m: cells %h of word %h not read alike twice in a row, limit %0d failed",
                    pulsed_q & ~agreed_q, word_q, failed_q);
        cells = pulsed_q & ~((downward_q & zeros_q) | (formed_q & zero_q) | (~downward_q & ones_q));
        left  = $countones(cells);
        A12_Outcome: assert (left <= failed_q)
        else $error("%m: cells %h of word %h not where their pulses went, limit %0d failed", cells,
                    word_q, failed_q);
        cells = formed_q & ~one_q;
        left  = $countones(cells);
        A16_ThenReset: assert (left <= failed_q)
        else $error("%m: cells %h of word %h formed and not RESET, limit %0d failed", cells,
                    word_q, failed_q);
      end
      forget();
    end
    if (now.wl && !was.wl) begin
      open_q = 1'b1;
      word_q = now.word;
    end

    // A pulse begins.
    if (hv_rises) begin
      hv_at_q = t_ns;
      cells   = now.codes.polarity ? now.sl : now.bl;
      pulse.kind = now.codes.polarity ? KindReset : now.forms ? KindForm : KindSet;
    end
    if (hv_rises && !now.unverified) begin
      a10_q++;
      a11_q++;
      A9_Between: assert ((cells & unread_q) == '0)
      else $error("%m: pulse on cells %h, of which %h were not sensed after their last, limit 0",
                  cells, cells & unread_q);
      A10_Read: assert ((cells & ~sensed_q) == '0)
      else $error("%m: pulse on cells %h, of which %h were not sensed before, limit 0", cells,
                  cells & ~sensed_q);
      if (pulse.kind == KindForm) begin
        a16_q++;
        A16_Unformed: assert ((cells & ~last_q) == '0)
        else $error("%m: FORM pulse on cells %h, of which %h read formed, limit 0", cells,
                    cells & ~last_q);
      end
      A10_Asked: assert ((cells & ~(now.codes.polarity ? zeros_q : ones_q)) == '0)
      else $error("%m: polarity %b on cells %h, of which %h did not ask for it, limit 0",
                  now.codes.polarity, cells,
                  cells & ~(now.codes.polarity ? zeros_q : ones_q));

      forms_q  = forms_q + 32'(pulse.kind == KindForm);
      sets_q   = sets_q + 32'(pulse.kind == KindSet);
      resets_q = resets_q + 32'(pulse.kind == KindReset);
      if (pulse_q.kind inside {KindSet, KindReset} && pulse.kind != pulse_q.kind && !again_q) begin
        reversals_q = reversals_q + 1;
      end
      A11_Total: assert (forms_q + sets_q + resets_q <= MaxPulsesTotal)
      else $error("%m: pulse %0d, limit %0d", forms_q + sets_q + resets_q, MaxPulsesTotal);
      A11_Form: assert (forms_q <= MaxPulsesForm)
      else $error("%m: FORM pulse %0d, limit %0d", forms_q, MaxPulsesForm);
      A11_Set: assert (sets_q <= MaxPulsesSet)
      else $error("%m: SET pulse %0d, limit %0d", sets_q, MaxPulsesSet);
      A11_Reset: assert (resets_q <= MaxPulsesReset)
      else $error("%m: RESET pulse %0d, limit %0d", resets_q, MaxPulsesReset);
      A11_Reversals: assert (reversals_q <= MaxReversals)
      else $error("%m: reversal %0d, limit %0d", reversals_q, MaxReversals);
    end
  end

endmodule
