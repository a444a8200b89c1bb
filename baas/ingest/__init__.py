"""Files as they come -> SIGNALS: find, unpack, tell the format, read, and account for every line."""
