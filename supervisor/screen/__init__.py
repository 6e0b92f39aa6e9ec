"""Everything with colour in it."""
