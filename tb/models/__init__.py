"""What benches expect or stand in for: plain Python without a simulator, unless it says so."""
