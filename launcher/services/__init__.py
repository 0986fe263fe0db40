"""Settings and facts in, service descriptions out: pure functions."""
