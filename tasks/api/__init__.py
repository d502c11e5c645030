"""The Ideogram API: its settings, one request, its answer, the download."""
