// The rules of the bus that the register file answers.
tb/checkers/cnr_apb_chk.sv
