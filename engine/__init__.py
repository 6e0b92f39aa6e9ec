"""Rules, fields and conditions in, alerts out. No files, no clock, no processes, no printing."""
