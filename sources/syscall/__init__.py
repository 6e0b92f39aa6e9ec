"""System calls."""
