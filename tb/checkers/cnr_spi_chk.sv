// Rules of the SPI bridge, bound into every instance: it reads every frame off the pins by itself
// and holds it against what happens on the bus.

module cnr_spi_chk (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        sclk_i,
  input logic        cs_ni,
  input logic        mosi_i,
  input logic        miso_o,
  input logic        frame_err_o,
  input logic        psel_o,
  input logic        penable_o,
  input logic        pwrite_o,
  input logic [15:0] paddr_o,
  input logic [31:0] pwdata_o,
  input logic [3:0]  pstrb_o,
  input logic [31:0] prdata_i,
  input logic        pready_i,
  input logic        pslverr_i
);

  localparam int unsigned WriteBits = 56;
  localparam int unsigned ReadBits  = 64;
  localparam int unsigned PhaseMin  = 3;  // clocks that see an SCK phase of four
  localparam int unsigned Outcome   = 8;  // clocks from the end of a frame to what comes of it

  // The frame on the pins. One that reset has cut is not seen.
  logic        sclk_q, seen_q, open_q, in_frame, rising, ends;
  int unsigned phase_q, bits_q;
  logic [63:0] sent_q;
  logic [31:0] answer_q;

  assign in_frame = seen_q & ~cs_ni;
  assign rising   = in_frame & sclk_i & ~sclk_q;
  assign ends     = open_q & cs_ni;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sclk_q   <= 1'b0;
      seen_q   <= 1'b0;
      open_q   <= 1'b0;
      phase_q  <= 0;
      bits_q   <= 0;
      sent_q   <= '0;
      answer_q <= '0;
    end else begin
      sclk_q  <= sclk_i;
      seen_q  <= seen_q | cs_ni;
      open_q  <= in_frame;
      phase_q <= (sclk_i == sclk_q && in_frame) ? phase_q + 1 : 1;
      if (in_frame && !open_q) bits_q <= 0;
      if (rising) begin
        bits_q   <= (open_q ? bits_q : 0) + 1;
        sent_q   <= {sent_q[62:0], mosi_i};
        answer_q <= {answer_q[30:0], miso_o};
      end
    end
  end

  // What has happened on the bus for this frame. A refused write is flagged later than its frame.
  logic        setup, done, refused_q, refused_write_q, read_good_q;
  logic [31:0] read_data_q;
  int unsigned writes_q, reads_q, errors_q, wait_q;
  logic [15:0] write_address_q, read_address_q;
  logic [31:0] write_data_q;

  assign setup = psel_o & ~penable_o;
  assign done  = penable_o & pready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      refused_q       <= 1'b0;
      refused_write_q <= 1'b0;
      read_good_q     <= 1'b0;
      read_data_q     <= '0;
      writes_q        <= 0;
      reads_q         <= 0;
      errors_q        <= 0;
      wait_q          <= 0;
      write_address_q <= '0;
      read_address_q  <= '0;
      write_data_q    <= '0;
    end else begin
      refused_q       <= done & pslverr_i;
      refused_write_q <= done & pslverr_i & pwrite_o;
      if (setup && pwrite_o) begin
        writes_q        <= writes_q + 1;
        write_address_q <= paddr_o;
        write_data_q    <= pwdata_o;
      end
      if (setup && !pwrite_o) begin
        reads_q        <= reads_q + 1;
        read_address_q <= paddr_o;
      end
      if (done && !pwrite_o) begin
        read_good_q <= ~pslverr_i;
        read_data_q <= prdata_i;
      end
      if (frame_err_o && !refused_write_q) errors_q <= errors_q + 1;
      if (wait_q != 0) wait_q <= wait_q - 1;
      if (ends) wait_q <= Outcome;
      if (wait_q == 1) begin
        writes_q <= 0;
        reads_q  <= 0;
        errors_q <= 0;
      end
    end
  end

  // Every frame has one outcome.
  logic is_write, is_read;

  assign is_write = bits_q == WriteBits && sent_q[55:48] == 8'h02;
  assign is_read  = bits_q == ReadBits && sent_q[63:56] == 8'h03;

  always_ff @(posedge clk_i) begin
    if (rst_ni && wait_q == 1) begin
      A17_OneOutcome_A: assert (errors_q + (is_write ? writes_q : is_read ? reads_q : 0) == 1 ||
                                (is_read && reads_q == 1 && errors_q == 1))
      else $error("%m: %0d errors, %0d writes, %0d reads for a frame of %0d bits, 1 allowed",
                  errors_q, writes_q, reads_q, bits_q);
      A17_BrokenWritesNothing_A: assert (is_write || writes_q == 0)
      else $error("%m: a frame of %0d bits wrote 0x%04x", bits_q, write_address_q);
      if (is_write && writes_q == 1) begin
        A17_WrittenAsSent_A: assert ({write_address_q, write_data_q} == sent_q[47:0])
        else $error("%m: wrote 0x%04x = 0x%08x, sent was 0x%04x = 0x%08x", write_address_q,
                    write_data_q, sent_q[47:32], sent_q[31:0]);
      end
      if (is_read && errors_q == 0) begin
        A17_ReadAsAsked_A: assert (read_good_q && read_address_q == sent_q[55:40] &&
                                   answer_q == read_data_q)
        else $error("%m: answered 0x%08x, the bus gave 0x%08x for 0x%04x, asked was 0x%04x",
                    answer_q, read_data_q, read_address_q, sent_q[55:40]);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      // A refused access is flagged.
      A17_RefusalFlagged_A: assert (!refused_q || frame_err_o)
      else $error("%m: frame_err_o = %b after a refused access to 0x%04x", frame_err_o, paddr_o);
      // The host keeps to the highest clock.
      if (in_frame && open_q && sclk_i != sclk_q) begin
        SckSlow_A: assert (phase_q >= PhaseMin)
        else $error("%m: an SCK phase of %0d clocks, at least %0d", phase_q, PhaseMin);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && setup) begin
      ApbStrobes_A: assert (pstrb_o == {4{pwrite_o}})
      else $error("%m: pstrb_o = %b", pstrb_o);
    end
  end

endmodule

bind cnr_spi cnr_spi_chk u_chk (.*);

bind cnr_spi cnr_apb_chk u_apb_chk (
  .clk_i,
  .rst_ni,
  .psel_i(psel_o),
  .penable_i(penable_o),
  .pwrite_i(pwrite_o),
  .paddr_i(paddr_o),
  .pwdata_i(pwdata_o),
  .pstrb_i(pstrb_o),
  .pready_i
);
