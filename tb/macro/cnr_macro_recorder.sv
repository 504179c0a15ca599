// A recorder at the programming pins of the macro, in the benches that ask for it.
bind cnr_macro cnr_pulse_recorder u_recorder (.*, .sense_i(sense_o), .pump_rdy_i(pump_rdy_o));
