"""Where alerts go: one file a channel, and the fan-out that feeds them."""
