"""An inbox: matrices that wait in a folder or a bucket, each run once and filed away."""
