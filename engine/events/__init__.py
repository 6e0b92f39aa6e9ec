"""libs' event table: which events there are, what they carry, which system calls they stand for."""
