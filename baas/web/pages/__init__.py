"""One page a file: a pure function from what was asked and what is known to a finished Page."""
