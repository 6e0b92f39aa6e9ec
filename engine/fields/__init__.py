"""Fields as data: what exists for a source, and what every source has."""
