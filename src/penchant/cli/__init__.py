"""The command line: thin; it parses, calls and prints. One file per command."""
