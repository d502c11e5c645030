"""A stand-in for the Ideogram API: runs, tests and benchmarks the campaigns without a key.

It refuses what the real API refuses, bills what the real API bills and counts everything; `GET /stats` tells.
Start it with `python -m sandbox`; from Python with `sandbox.server.running_sandbox`.
"""
