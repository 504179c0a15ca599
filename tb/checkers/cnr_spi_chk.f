// The rules of the bus that the bridge drives.
tb/checkers/cnr_apb_chk.sv
