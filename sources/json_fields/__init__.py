"""Falco's `json` plugin: any value of a JSON payload, whichever source it comes from."""
