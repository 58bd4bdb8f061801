"""Benchmarks: run, not asserted. Each prints JSON; compare ratios within one run, machines are noisy."""
