"""Rules files: YAML with spans -> items -> merged collection -> one ruleset per source."""
