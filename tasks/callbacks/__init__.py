"""Callbacks, from a cell's end to an endpoint: events queued, delivered, tried again."""
