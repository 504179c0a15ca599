// The rules of programming, read and inference at the pins of the core.
tb/sequence/cnr_sequence.f
tb/sequence/cnr_core_sequence_chk.sv
