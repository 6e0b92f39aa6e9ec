"""Deciding whether a condition holds for an event: the reference way and faster ones that must agree with it."""
