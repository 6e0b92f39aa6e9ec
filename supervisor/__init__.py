"""Processes, pipes, outputs, people. The only package that spawns, signals, draws or listens for operators."""
