"""The dummy source: counts upwards, for tests and demonstrations."""
