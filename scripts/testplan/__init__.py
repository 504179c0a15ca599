"""The test plan: what is planned, written, passing and covered."""
