"""Benchmarks: Smalltalk programs, the harness that runs them on several virtual machines, and results.  See README.md."""
