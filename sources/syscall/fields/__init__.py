"""Fields of system-call events, read from the kernel's cursor and its state: one module per class of fields."""
