"""What runs in a function's process before its runtime does, with nothing of ours importable but this folder."""
