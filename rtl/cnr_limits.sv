// Pulses and reversals that the limits still leave to a word. load_i begins a word; pulse_i takes
// one pulse of kind_i, turn_i one reversal. spent_o says that a pulse of want_i, which is a
// reversal if reverse_i, is not left any more.

module cnr_limits
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,

  input  limits_t     limits_i,
  input  logic        load_i,
  input  logic        pulse_i,
  input  pulse_kind_e kind_i,
  input  logic        turn_i,

  input  pulse_kind_e want_i,
  input  logic        reverse_i,
  output logic        spent_o
);

  limit_t     form_d, form_q, set_d, set_q, reset_d, reset_q, total_d, total_q;
  logic [3:0] reversals_d, reversals_q;

  always_comb begin
    form_d      = form_q;
    set_d       = set_q;
    reset_d     = reset_q;
    total_d     = total_q;
    reversals_d = reversals_q;
    if (pulse_i) begin
      total_d = total_q - 1'b1;
      unique case (kind_i)
        KindForm: form_d  = form_q - 1'b1;
        KindSet:  set_d   = set_q - 1'b1;
        default:  reset_d = reset_q - 1'b1;
      endcase
    end
    if (turn_i) reversals_d = reversals_q - 1'b1;
    if (load_i) begin
      form_d      = limits_i.form;
      set_d       = limits_i.set;
      reset_d     = limits_i.reset;
      total_d     = limits_i.total;
      reversals_d = limits_i.reversals;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      form_q      <= '0;
      set_q       <= '0;
      reset_q     <= '0;
      total_q     <= '0;
      reversals_q <= '0;
    end else begin
      form_q      <= form_d;
      set_q       <= set_d;
      reset_q     <= reset_d;
      total_q     <= total_d;
      reversals_q <= reversals_d;
    end
  end

  always_comb begin
    spent_o = total_q == '0 || (reverse_i && reversals_q == '0);
    unique case (want_i)
      KindForm: spent_o |= form_q == '0;
      KindSet:  spent_o |= set_q == '0;
      default:  spent_o |= reset_q == '0;
    endcase
  end

endmodule
