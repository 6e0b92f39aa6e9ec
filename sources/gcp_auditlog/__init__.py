"""Google Cloud audit logs."""
