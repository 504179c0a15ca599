// Rules of an APB4 requester, bound to the bus on both of its sides: one setup cycle, then enable
// until ready, nothing changed in between, and no write strobes in a read.

module cnr_apb_chk (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        psel_i,
  input logic        penable_i,
  input logic        pwrite_i,
  input logic [15:0] paddr_i,
  input logic [31:0] pwdata_i,
  input logic [3:0]  pstrb_i,
  input logic        pready_i
);

  logic        access_q, write_q;
  logic [15:0] address_q;
  logic [31:0] data_q;
  logic [3:0]  strobes_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      access_q  <= 1'b0;
      write_q   <= 1'b0;
      address_q <= '0;
      data_q    <= '0;
      strobes_q <= '0;
    end else begin
      access_q  <= psel_i & ~(penable_i & pready_i);
      write_q   <= pwrite_i;
      address_q <= paddr_i;
      data_q    <= pwdata_i;
      strobes_q <= pstrb_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      APB_Selected: assert (psel_i || !(penable_i || access_q))
      else $error("%m: penable = %b without psel, an access is open: %b", penable_i, access_q);
      APB_Phases: assert (!psel_i || penable_i == access_q)
      else $error("%m: penable = %b, expected %b", penable_i, access_q);
      if (access_q) begin
        APB_Stable: assert (pwrite_i == write_q && paddr_i == address_q && pwdata_i == data_q &&
                           pstrb_i == strobes_q)
        else $error("%m: 0x%04x = 0x%08x changed to 0x%04x = 0x%08x in the access", address_q,
                    data_q, paddr_i, pwdata_i);
      end
      if (psel_i) begin
        APB_ReadStrobes: assert (pwrite_i || pstrb_i == '0)
        else $error("%m: a read with pstrb = %b, expected 0", pstrb_i);
      end
    end
  end

endmodule
