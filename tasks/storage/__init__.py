"""A campaign's folder, on anything that fsspec reaches."""
