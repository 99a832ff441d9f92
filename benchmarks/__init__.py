"""Benchmarks: run by hand, never collected by the tests."""
