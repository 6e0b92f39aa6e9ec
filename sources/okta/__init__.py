"""Okta System Log events."""
