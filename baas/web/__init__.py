"""The dashboard: results and store in, pages out. It computes nothing that the scorer should have computed."""
