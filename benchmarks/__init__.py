"""Commands behind the figures that the README quotes."""
