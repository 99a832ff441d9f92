"""Error rates of experiments, on simulated customers and on published tests."""
