"""Falco's `container` plugin: what is known of the container in which a system call was made."""
