"""Every table of the product, with every unit, range and meaning."""
