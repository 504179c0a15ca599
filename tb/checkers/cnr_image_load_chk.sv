// Rules of the pixel stream, bound into every instance: every accepted beat of a frame is written
// once, in order, and only whole frames are handed on.

module cnr_image_load_chk
  import cnr_chip_pkg::*;
(
  input logic                    clk_i,
  input logic                    rst_ni,
  input logic                    pix_valid_i,
  input logic                    pix_ready_o,
  input logic [PixelBytes*8-1:0] pix_data_i,
  input logic                    pix_last_i,
  input logic                    pending_o,
  input logic                    take_i,
  input logic                    frame_err_o,
  input logic [PixelBytes*8-1:0] in_data_o,
  input logic [BeatW-1:0]        in_addr_o,
  input logic                    in_we_o,
  input logic [1:0]              state_q
);

  int   beats_q;   // accepted of this frame
  logic rest_q;    // of a frame without an end: waits for its last beat
  logic full_q;    // a frame is complete

  // The last cycle's beat: to be written, or an error.
  logic                    write_q, error_q;
  int                      address_q;
  logic [PixelBytes*8-1:0] data_q;
  logic                    accept, at_end, illegal;

  assign illegal = state_q == 2'd3;  // an upset: the frame is dropped like one without an end
  assign accept  = pix_valid_i && pix_ready_o && !illegal;
  assign at_end  = beats_q == int'(ImageBeats) - 1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      beats_q   <= 0;
      rest_q    <= 1'b0;
      full_q    <= 1'b0;
      write_q   <= 1'b0;
      error_q   <= 1'b0;
      address_q <= 0;
      data_q    <= '0;
    end else begin
      write_q   <= accept && !rest_q && at_end == pix_last_i;
      error_q   <= illegal || (accept && !rest_q && at_end != pix_last_i);
      address_q <= beats_q;
      data_q    <= pix_data_i;
      if (take_i) full_q <= 1'b0;
      if (accept && rest_q) begin
        rest_q <= !pix_last_i;
      end else if (accept) begin
        beats_q <= (at_end || pix_last_i) ? 0 : beats_q + 1;
        rest_q  <= at_end && !pix_last_i;
        if (at_end && pix_last_i) full_q <= 1'b1;
      end
      if (illegal) begin
        beats_q <= 0;
        rest_q  <= 1'b1;
        full_q  <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      A17_Ready: assert (pix_ready_o == !full_q || illegal)
      else $error("%m: pix_ready_o = %b with %b complete frames waiting", pix_ready_o, full_q);
      A17_Pending: assert (pending_o == full_q || illegal)
      else $error("%m: pending_o = %b with %b complete frames waiting", pending_o, full_q);
      A17_FrameError: assert (frame_err_o == error_q)
      else $error("%m: frame_err_o = %b, limit %b (beat %0d of %0d)", frame_err_o, error_q,
                  address_q, ImageBeats);
      A17_Write: assert (in_we_o == write_q)
      else $error("%m: in_we_o = %b, limit %b (beat %0d of %0d)", in_we_o, write_q, address_q,
                  ImageBeats);
      A17_Address: assert (!in_we_o || int'(in_addr_o) == address_q)
      else $error("%m: in_addr_o = %0d, limit %0d", in_addr_o, address_q);
      A17_Data: assert (!in_we_o || in_data_o == data_q)
      else $error("%m: in_data_o = %h, limit %h", in_data_o, data_q);
    end
  end

endmodule

bind cnr_image_load cnr_image_load_chk u_chk (.*, .state_q(state_q));
