"""Kubernetes audit events (Falco's k8saudit plugin)."""
