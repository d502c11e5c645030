"""Images: bytes to proven pixels, pixels to variants. Pure, and safe to call from many threads."""
