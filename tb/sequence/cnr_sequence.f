// The sequence checker in the order of compilation, without the package of the chip.
tb/sequence/cnr_sequence_pkg.sv
tb/sequence/cnr_sequence_order.sv
tb/sequence/cnr_sequence_safety.sv
tb/sequence/cnr_sequence_command.sv
tb/sequence/cnr_sequence_word.sv
tb/sequence/cnr_sequence_life.sv
tb/sequence/cnr_sequence_compute.sv
tb/sequence/cnr_sequence_chk.sv
