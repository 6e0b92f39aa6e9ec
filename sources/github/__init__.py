"""GitHub webhook events."""
