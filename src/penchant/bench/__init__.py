"""Benchmarks of speed and of spaces, run by `penchant bench`; timings are ratios within one run."""
