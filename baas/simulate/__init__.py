"""A fleet of made-up vehicles with known truth, written in the feed's own files."""

#: device numbers that begin so belong to no real vehicle; chosen: the feed's numbers begin with 012
SIMULATED_PREFIX = "0129"
