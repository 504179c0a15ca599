"""Binary networks of fully connected layers on MNIST: training, batch norm merged, tables."""
