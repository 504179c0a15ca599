// Endurance of the groups. cycle_o strobes when a SET cycle of the word in turn begins: its first
// FORM or SET pulse, and every one that follows a RESET. The count of a group, kept outside, rises
// with wear_o so that no cell of the group has seen more SET cycles than it says: in one sweep each
// cell is in one word only, so it rises with the most cycles that one word of the group has taken.
// A sweep begins with sweep_i, a word ends with word_done_i; a word that is suspended has not
// ended. worn_o says that the next cycle of the word in turn may take a cell beyond the limit, or
// that nobody has set one; a sweep that begins below the limit reaches all its words.

module cnr_endurance
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              sweep_i,
  input  logic              word_done_i,
  input  logic [LayerW-1:0] layer_i,       // of the word in turn
  input  logic [GroupW-1:0] group_i,
  input  logic              set_i,         // strobe: a FORM or SET pulse
  input  logic              reset_i,       // strobe: a RESET pulse
  output logic              cycle_o,

  input  logic [31:0]       count_i,       // of group_o
  input  logic [31:0]       limit_i,
  output logic              wear_o,        // the count of group_o rises by one
  output logic [5:0]        group_o,
  output logic              worn_o
);

  localparam int unsigned CycleW = 17;
  typedef logic [CycleW-1:0] cycles_t;

  if (NumGroups > GroupSlots) begin : gen_slots
    $error("there are counters for 64 groups");
  end

  logic       set_d, set_q;          // the last pulse of the word was FORM or SET
  cycles_t    word_d, word_q;        // cycles of the word
  cycles_t    most_d, most_q;        // and of the word of this group that has taken most
  logic [5:0] group_q;
  cycles_t    most;                  // of the group in turn: none yet in its first cycle

  assign most    = (group_o == group_q) ? most_q : '0;
  assign group_o = 6'(LayerGroupBase[layer_i]) + 6'(group_i);
  assign worn_o  = 33'(count_i) + 33'(word_q) >= 33'(limit_i) + 33'(most);
  assign cycle_o = set_i && !set_q;
  assign wear_o  = cycle_o && word_q == most && count_i != '1;

  always_comb begin
    set_d  = set_q;
    word_d = word_q;
    most_d = most_q;
    if (set_i) set_d = 1'b1;
    if (reset_i) set_d = 1'b0;
    if (cycle_o) begin
      if (word_q == most_q) most_d = most_q + 1'b1;
      word_d = word_q + 1'b1;
    end
    if (word_done_i || sweep_i) begin
      set_d  = 1'b0;
      word_d = '0;
    end
    if (sweep_i || group_o != group_q) most_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      set_q   <= 1'b0;
      word_q  <= '0;
      most_q  <= '0;
      group_q <= '0;
    end else begin
      set_q   <= set_d;
      word_q  <= word_d;
      most_q  <= most_d;
      group_q <= group_o;
    end
  end

endmodule
