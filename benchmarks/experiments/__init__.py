"""Error rates of experiments and of values from logs, on simulated customers and published data."""
