// Rules between programming, pulsed read and inference, bound into every core.

module cnr_core_chk
  import cnr_chip_pkg::*;
  import cnr_pkg::*;
  import cnr_host_pkg::*;
(
  input logic                 clk_i,
  input logic                 rst_ni,
  input host_status_t         status,
  input logic                 hv_en_o,
  input logic                 wl_en_o,
  input logic                 sense_en_o,
  input logic                 rd_rst_o,
  input logic                 rd_pulse_o,
  input logic                 in_load_o,
  input logic [NumLayers-1:0] int_en_o,
  input logic                 label_valid_o
);

  localparam int unsigned Drop = 2;  // clocks in which an image without permission is dropped

  // Clocks for which there have been no valid weights, or no supply.
  int unsigned invalid_q;
  logic        hv_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      invalid_q <= Drop;
      hv_q      <= 1'b0;
    end else begin
      invalid_q <= (status.weights_valid && status.supply_ok) ? 0 :
                   (invalid_q < Drop) ? invalid_q + 1 : Drop;
      hv_q      <= hv_en_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      A20_OneAtATime_A: assert (!(status.prog_busy && status.infer_busy))
      else $error("%m: prog_busy = %b, infer_busy = %b, at most one of them", status.prog_busy,
                  status.infer_busy);
      A20_NoPulseInInference_A: assert (!hv_en_o || (int_en_o == '0 && !in_load_o))
      else $error("%m: hv_en_o = %b with int_en_o = %b, in_load_o = %b", hv_en_o, int_en_o,
                  in_load_o);
      A20_ValidWeights_A: assert (invalid_q < Drop ||
                                  (int_en_o == '0 && !in_load_o && !label_valid_o))
      else $error("%m: int_en_o = %b, in_load_o = %b, label_valid_o = %b on invalid weights",
                  int_en_o, in_load_o, label_valid_o);
      A20_PulseInvalidates_A: assert (!hv_q || !status.weights_valid)
      else $error("%m: weights_valid = %b after high voltage", status.weights_valid);
      ReadNotInProgramming_A: assert (!(rd_rst_o || rd_pulse_o) ||
                                      !(hv_en_o || wl_en_o || sense_en_o))
      else $error("%m: rd_rst_o = %b, rd_pulse_o = %b with hv_en_o = %b, wl_en_o = %b",
                  rd_rst_o, rd_pulse_o, hv_en_o, wl_en_o);
    end
  end

endmodule

bind cnr_core cnr_core_chk u_chk (.*);
