"""Where events come from: one folder a source. Knows nothing of processes."""
