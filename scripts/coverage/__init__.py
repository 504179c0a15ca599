"""What the tests reach of the RTL and of the functional plan."""
