"""A counting source for tests (Falco's dummy plugin)."""
