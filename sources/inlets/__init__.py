"""Ways in that several sources share: files and folders."""
