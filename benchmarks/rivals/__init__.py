"""Rivals from other packages, on the benchmark data, beside what a shop of ours would show."""
