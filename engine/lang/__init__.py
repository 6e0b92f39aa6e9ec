"""The condition language: text -> syntax tree -> typed condition."""
