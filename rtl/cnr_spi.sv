// SPI mode 0 slave to APB4 master, most significant bit first, one access per frame:
//
//   write  cs low, 0x02, address[15:0], data[31:0], cs high               56 clocks of sclk_i
//   read   cs low, 0x03, address[15:0], 8 dummy bits, data[31:0], cs high 64 clocks of sclk_i
//
// The pins are oversampled: sclk_i runs at clk_i / 8 at most, and miso_o changes within four cycles
// of its falling edge. A write goes to the bus when cs_ni rises on its last bit and not before; a
// read is on the bus during the dummy bits. frame_err_o strobes, once per frame, when cs_ni rises
// early or late, the command is unknown, or the bus refuses an access or takes too long for it. A
// broken write frame writes nothing; a refused read answers zero; a read that breaks after its
// address may have taken what reading takes. A frame that reset has cut is ignored to its end.

module cnr_spi (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        sclk_i,
  input  logic        cs_ni,
  input  logic        mosi_i,
  output logic        miso_o,
  output logic        frame_err_o,

  // APB4 master
  output logic        psel_o,
  output logic        penable_o,
  output logic        pwrite_o,
  output logic [15:0] paddr_o,
  output logic [31:0] pwdata_o,
  output logic [3:0]  pstrb_o,
  output logic [2:0]  pprot_o,
  input  logic [31:0] prdata_i,
  input  logic        pready_i,
  input  logic        pslverr_i
);

  localparam logic [7:0] CommandWrite = 8'h02;
  localparam logic [7:0] CommandRead  = 8'h03;
  localparam logic [5:0] HeaderBits = 6'd24;
  localparam logic [5:0] DummyBits  = 6'd8;
  localparam logic [5:0] DataBits   = 6'd32;

  // The pins, all three equally late. In reset cs_n reads low.
  logic sclk, sclk_q, cs_n, mosi, rising, falling;

  cnr_sync #(
    .Width(3)
  ) u_sync (
    .clk_i,
    .rst_ni,
    .d_i({sclk_i, cs_ni, mosi_i}),
    .q_o({sclk, cs_n, mosi})
  );

  assign rising  = sclk & ~sclk_q;
  assign falling = ~sclk & sclk_q;

  typedef enum logic [2:0] {
    StSkip, StIdle, StHeader, StDummy, StRead, StWrite, StEnd
  } state_e;

  state_e      state_d, state_q;
  logic [5:0]  bits_d, bits_q;    // clocks before this part of the frame is over
  logic [31:0] shift_d, shift_q;  // received, or to be sent
  logic [31:0] shift_in;
  logic [15:0] paddr_d, paddr_q;
  logic [31:0] pwdata_d, pwdata_q;
  logic        pwrite_d, pwrite_q;
  logic        miso_d, miso_q, error_d, error_q;
  logic        last_bit, request, done, refused, bus_busy;
  logic        psel_q, penable_q;

  assign shift_in = {shift_q[30:0], mosi};
  assign last_bit = rising && bits_q == 6'd1;

  // One access at a time: select, then enable until the slave is ready.
  assign done     = penable_q & pready_i;
  assign refused  = done & pslverr_i;
  assign bus_busy = psel_q & ~done;

  always_comb begin
    state_d  = state_q;
    bits_d   = rising ? bits_q - 1'b1 : bits_q;
    shift_d  = shift_q;
    paddr_d  = paddr_q;
    pwdata_d = pwdata_q;
    pwrite_d = pwrite_q;
    miso_d   = 1'b0;
    request  = 1'b0;
    error_d  = refused & pwrite_q;

    unique case (state_q)
      // The rest of a frame that is broken or not ours.
      StSkip: if (cs_n) state_d = StIdle;

      // No frame.
      StIdle: begin
        bits_d = HeaderBits;
        if (!cs_n) state_d = StHeader;
      end

      // Command and address are coming in.
      StHeader: begin
        if (rising) shift_d = shift_in;
        if (last_bit) begin
          if (bus_busy) begin
            state_d = StSkip;
            error_d = 1'b1;
          end else begin
            paddr_d = shift_in[15:0];
            unique case (shift_in[23:16])
              CommandWrite: begin
                state_d  = StWrite;
                bits_d   = DataBits;
                pwrite_d = 1'b1;
              end
              CommandRead: begin
                state_d  = StDummy;
                bits_d   = DummyBits;
                pwrite_d = 1'b0;
                request  = 1'b1;
              end
              default: begin
                state_d = StSkip;
                error_d = 1'b1;
              end
            endcase
          end
        end
      end

      // A read is on the bus; its data goes to the shift register.
      StDummy: begin
        if (done) shift_d = prdata_i;
        if (last_bit) begin
          state_d = StRead;
          bits_d  = DataBits;
        end
        if (refused || (last_bit && bus_busy)) begin
          state_d = StSkip;
          error_d = 1'b1;
        end
      end

      // Data is going out, the next bit after each falling edge.
      StRead: begin
        miso_d = miso_q;
        if (falling) begin
          miso_d  = shift_q[31];
          shift_d = {shift_q[30:0], 1'b0};
        end
        if (last_bit) state_d = StEnd;
      end

      // Data is coming in.
      StWrite: begin
        if (rising) shift_d = shift_in;
        if (last_bit) state_d = StEnd;
      end

      // All bits have been; only the end of the frame may follow.
      StEnd: begin
        miso_d = miso_q;
        if (rising) begin
          state_d = StSkip;
          error_d = 1'b1;
        end else if (cs_n) begin
          state_d = StIdle;
          if (pwrite_q) begin
            pwdata_d = shift_q;
            request  = 1'b1;
          end
        end
      end

      default: state_d = StSkip;
    endcase

    // The frame has ended before all its bits.
    if (cs_n && state_q inside {StHeader, StDummy, StRead, StWrite}) begin
      state_d = StIdle;
      error_d = 1'b1;
      request = 1'b0;
    end
  end

  assign miso_o      = miso_q;
  assign frame_err_o = error_q;
  assign psel_o      = psel_q;
  assign penable_o   = penable_q;
  assign pwrite_o    = pwrite_q;
  assign paddr_o     = paddr_q;
  assign pwdata_o    = pwdata_q;
  assign pstrb_o     = {4{pwrite_q}};
  assign pprot_o     = '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sclk_q    <= 1'b0;
      state_q   <= StSkip;
      bits_q    <= HeaderBits;
      shift_q   <= '0;
      paddr_q   <= '0;
      pwdata_q  <= '0;
      pwrite_q  <= 1'b0;
      miso_q    <= 1'b0;
      error_q   <= 1'b0;
      psel_q    <= 1'b0;
      penable_q <= 1'b0;
    end else begin
      sclk_q    <= sclk;
      state_q   <= state_d;
      bits_q    <= bits_d;
      shift_q   <= shift_d;
      paddr_q   <= paddr_d;
      pwdata_q  <= pwdata_d;
      pwrite_q  <= pwrite_d;
      miso_q    <= miso_d;
      error_q   <= error_d;
      psel_q    <= request | bus_busy;
      penable_q <= bus_busy;
    end
  end

endmodule
