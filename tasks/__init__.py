"""One hop of the journey a file: pure functions first, the thin Prefect task last."""
