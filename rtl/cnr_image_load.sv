// Pixel stream to the macro's input latches. Each accepted beat of a frame is written with its
// number as address, one cycle after it was accepted. A frame is ImageBeats beats with pix_last_i
// on the last of them and on no other; then pending_o rises, pix_ready_o falls, and both stay so
// until take_i. So a full-rate stream and the load pulse after it fit into ImageBeats + 2 cycles.
//
// pix_last_i on an earlier beat drops the frame: that beat is not written and the next one begins a
// frame. A last beat without pix_last_i drops the frame, too, and every beat up to and with the
// next one that carries pix_last_i. Either gives one cycle of frame_err_o, one cycle after the
// beat.

module cnr_image_load
  import cnr_chip_pkg::*;
(
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    pix_valid_i,
  output logic                    pix_ready_o,
  input  logic [PixelBytes*8-1:0] pix_data_i,  // first pixel in the low byte
  input  logic                    pix_last_i,

  output logic                    pending_o,   // the latches hold a complete frame
  input  logic                    take_i,      // it is loaded, or dropped, with the next edge
  output logic                    frame_err_o,

  // To the macro
  output logic [PixelBytes*8-1:0] in_data_o,
  output logic [BeatW-1:0]        in_addr_o,
  output logic                    in_we_o
);

  if (ImageBeats < 2 || ImageBeats > 2 ** BeatW) begin : gen_check_beats
    $fatal(1, "ImageBeats = %0d, must be 2..%0d", ImageBeats, 2 ** BeatW);
  end

  typedef enum logic [1:0] {StFill, StFull, StSkip} state_e;

  state_e            state_d, state_q;
  logic [BeatW-1:0]  left_d, left_q;  // beats of this frame after the current one
  logic              accept, at_end, write, frame_err_d;

  assign accept      = pix_valid_i && pix_ready_o;
  assign at_end      = left_q == '0;
  assign pix_ready_o = state_q inside {StFill, StSkip};
  assign pending_o   = state_q == StFull;

  always_comb begin
    state_d     = state_q;
    left_d      = left_q;
    write       = 1'b0;
    frame_err_d = 1'b0;

    unique case (state_q)
      // A frame is coming in: all its beats so far are in the latches.
      StFill: begin
        if (accept) begin
          left_d      = (at_end || pix_last_i) ? BeatW'(ImageBeats - 1) : left_q - 1'b1;
          write       = at_end == pix_last_i;
          frame_err_d = at_end != pix_last_i;
          if (at_end) state_d = pix_last_i ? StFull : StSkip;
        end
      end

      // The latches hold a complete frame and no beat is accepted.
      StFull: if (take_i) state_d = StFill;

      // The frame had no end: its rest is dropped.
      StSkip: if (accept && pix_last_i) state_d = StFill;

      // No legal state: whatever the stream carries is dropped up to its next end.
      default: begin
        state_d     = StSkip;
        left_d      = BeatW'(ImageBeats - 1);
        frame_err_d = 1'b1;
      end
    endcase
  end

  // Everything leaves from flops.
  logic [PixelBytes*8-1:0] data_q;
  logic [BeatW-1:0]        addr_q;
  logic                    we_q, frame_err_q;

  assign in_data_o   = data_q;
  assign in_addr_o   = addr_q;
  assign in_we_o     = we_q;
  assign frame_err_o = frame_err_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q     <= StFill;
      left_q      <= BeatW'(ImageBeats - 1);
      data_q      <= '0;
      addr_q      <= '0;
      we_q        <= 1'b0;
      frame_err_q <= 1'b0;
    end else begin
      state_q     <= state_d;
      left_q      <= left_d;
      we_q        <= write;
      frame_err_q <= frame_err_d;
      if (write) begin
        data_q <= pix_data_i;
        addr_q <= BeatW'(ImageBeats - 1) - left_q;
      end
    end
  end

endmodule
