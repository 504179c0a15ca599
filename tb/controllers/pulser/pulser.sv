// A programming controller by another hand, as an example of one that is checked: a 40 MHz clock, an
// active-high reset, one process, 20 mV codes, an active-low bleed, one address bus, pins with names
// of its own. It forms the cells of `words` consecutive rows and resets them, or writes one beat of
// `data` to each: first the cells that go low, then those that go high, and only where they differ.
// A cell is good when two looks in a row say so; after `Tries` pulses it is given up.

module pulser #(
  parameter int unsigned Columns = 20,
  parameter int unsigned Tries   = 24
) (
  input  logic               clk,
  input  logic               rst,

  // Orders.
  input  logic               go,          // strobe
  input  logic               write,       // else form
  input  logic [7:0]         place,       // first word: layer, group, row
  input  logic [4:0]         words,
  input  logic [Columns-1:0] data,        // 1: high resistance
  input  logic               data_ok,
  output logic               data_take,
  output logic               busy,
  output logic               finished,    // strobe
  output logic               trouble,     // the charge pump failed
  output logic               forming,
  output logic               next_word,   // strobe
  output logic               lost,        // strobe per cell that is given up

  // The array.
  output logic [7:0]         addr,
  output logic [Columns-1:0] bit_on,
  output logic [Columns-1:0] source_on,
  output logic               gate_on,
  output logic [7:0]         gate_v,      // 20 mV
  output logic [7:0]         bit_v,
  output logic [7:0]         source_v,
  output logic               reversed,    // high voltage on the source lines
  output logic               strike,      // high voltage
  output logic               bleed_n,
  output logic               look,
  output logic [9:0]         look_ref,
  input  logic [Columns-1:0] seen,        // 1: above the reference
  input  logic               seen_ok,
  input  logic               charge_ok
);

  // Clocks of 25 ns.
  localparam logic [5:0] AimClocks    = 6'd5;
  localparam logic [5:0] GateClocks   = 6'd3;
  localparam logic [5:0] StrikeClocks = 6'd40;
  localparam logic [5:0] HoldClocks   = 6'd3;
  localparam logic [5:0] DrainClocks  = 6'd10;

  // R = 500 ohm * 2^(code / 64): 1 Mohm, 2 kohm, 10 kohm.
  localparam logic [9:0] FormRef = 10'd702;
  localparam logic [9:0] LowRef  = 10'd128;
  localparam logic [9:0] HighRef = 10'd277;

  typedef enum logic [1:0] {Form, Set, Reset} job_t;
  typedef enum logic [3:0] {
    Rest, Fetch, Survey, LookGate, LookFire, LookWait, LookOff, Weigh, Decide,
    Gate, Strike, Hold, Drain, Release, Drop, Leave
  } step_t;

  step_t              step;
  job_t               job;
  logic [5:0]         count;
  logic [4:0]         left;
  logic [7:0]         tries;
  logic [Columns-1:0] goal, open, once, miss, shot, answer, dropping;
  logic [1:0]         seen_sync, charge_sync;

  always_ff @(posedge clk or posedge rst) begin
    if (rst) begin
      step      <= Rest;
      job       <= Form;
      count     <= '0;
      left      <= '0;
      tries     <= '0;
      {goal, open, once, miss, shot, answer, dropping} <= '0;
      {seen_sync, charge_sync} <= '0;
      {data_take, busy, finished, trouble, forming, next_word, lost} <= '0;
      {addr, bit_on, source_on, gate_on, gate_v, bit_v, source_v} <= '0;
      {reversed, strike, bleed_n, look, look_ref} <= '0;
    end else begin
      seen_sync   <= {seen_sync[0], seen_ok};
      charge_sync <= {charge_sync[0], charge_ok};
      data_take   <= 1'b0;
      finished    <= 1'b0;
      next_word   <= 1'b0;
      lost        <= 1'b0;

      if (count != '0) count <= count - 1'b1;
      else case (step)
        Rest: if (go) begin
          busy    <= 1'b1;
          forming <= !write;
          trouble <= 1'b0;
          addr    <= place;
          left    <= words;
          step    <= Fetch;
        end

        Fetch: if (forming || data_ok) begin
          next_word <= 1'b1;
          data_take <= !forming;
          goal      <= data;
          job       <= forming ? Form : Set;
          open      <= forming ? '1 : ~data;
          once      <= '0;
          shot      <= '0;
          tries     <= '0;
          step      <= Survey;
        end

        // The lines of a look; or the next job, when this one is done.
        Survey: begin
          if (trouble) begin
            step <= Leave;
          end else if (open != '0) begin
            bleed_n  <= 1'b1;
            bit_on   <= open;
            reversed <= 1'b0;
            gate_v   <= 8'd90;
            bit_v    <= '0;
            source_v <= '0;
            look_ref <= (job == Form) ? FormRef : (job == Set) ? LowRef : HighRef;
            count    <= AimClocks;
            step     <= LookGate;
          end else if (job == Reset) begin
            step <= Leave;
          end else begin
            open  <= (job == Form) ? shot : goal;
            once  <= '0;
            tries <= '0;
            job   <= Reset;
          end
        end

        LookGate: begin
          gate_on <= 1'b1;
          count   <= GateClocks;
          step    <= LookFire;
        end

        LookFire: begin
          look <= 1'b1;
          step <= LookWait;
        end

        LookWait: if (seen_sync[1]) begin
          answer  <= (job == Reset) ? seen : ~seen;
          look    <= 1'b0;
          gate_on <= 1'b0;
          step    <= LookOff;
        end

        LookOff: begin
          bit_on <= '0;
          step   <= Weigh;
        end

        Weigh: begin
          bleed_n <= 1'b0;
          miss    <= open & ~answer;
          open    <= open & ~(once & answer);
          once    <= open & answer;
          step    <= Decide;
        end

        // The lines of a pulse, stronger with each one.
        Decide: begin
          if (miss == '0) begin
            step <= Survey;
          end else if (tries == 8'(Tries)) begin
            dropping <= miss;
            open     <= open & ~miss;
            shot     <= shot & ~miss;
            step     <= Drop;
          end else begin
            bleed_n  <= 1'b1;
            bit_on   <= (job == Reset) ? '0 : miss;
            source_on <= (job == Reset) ? miss : '0;
            reversed <= job == Reset;
            gate_v   <= (job == Reset) ? 8'd125 + tries : 8'd90;
            bit_v    <= (job == Form) ? 8'd130 + tries : (job == Set) ? 8'd120 + (tries >> 2) : '0;
            source_v <= (job == Reset) ? 8'd130 + tries : '0;
            tries    <= tries + 1'b1;
            shot     <= shot | miss;
            count    <= AimClocks;
            step     <= Gate;
          end
        end

        Gate: if (charge_sync[1]) begin
          gate_on <= 1'b1;
          count   <= GateClocks;
          step    <= Strike;
        end

        Strike: begin
          strike <= 1'b1;
          count  <= StrikeClocks - 1'b1;
          step   <= Hold;
        end

        Hold: begin
          strike <= 1'b0;
          count  <= HoldClocks;
          step   <= Drain;
        end

        Drain: begin
          gate_on <= 1'b0;
          step    <= Release;
        end

        Release: begin
          bit_on    <= '0;
          source_on <= '0;
          bleed_n   <= 1'b0;
          count     <= DrainClocks;
          step      <= Survey;
        end

        // Tells of one cell in every second clock.
        Drop: begin
          if (dropping == '0) step <= Survey;
          else begin
            lost     <= dropping[0];
            count    <= 6'd1;
            dropping <= dropping >> 1;
          end
        end

        Leave: begin
          if (trouble || left <= 5'd1) begin
            busy     <= 1'b0;
            forming  <= 1'b0;
            finished <= 1'b1;
            step     <= Rest;
          end else begin
            left <= left - 1'b1;
            addr <= addr + 1'b1;
            step <= Fetch;
          end
        end

        default: step <= Rest;
      endcase

      // Without the pump no high voltage, and no more of this order.
      if (strike && !charge_sync[1]) begin
        strike  <= 1'b0;
        trouble <= 1'b1;
        count   <= HoldClocks;
        step    <= Drain;
      end
    end
  end

endmodule
