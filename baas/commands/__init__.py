"""What the programs do with their arguments: talk to people, return exit codes."""
