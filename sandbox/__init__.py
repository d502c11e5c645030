"""A stand-in for the Ideogram API: runs, tests and benchmarks the campaigns without a key.

It refuses what the real API refuses, bills what the real API bills and counts everything; `GET /stats` tells.
Start it with `python -m sandbox`; from Python with `sandbox.server.running_sandbox`.

A request's way: `generate.py` (the routes), `reading.py` and `dialects/` (what was posted becomes an `ImageRequest`),
`refusals.py`, `workshop.py` (billed, worked off, found again), `answers.py`. Beside it: `polling.py`, `quotes.py`,
`usage.py`, `webhooks.py`, `download.py` with `gallery.py`, and the books of a trial in `books.py`.
"""
