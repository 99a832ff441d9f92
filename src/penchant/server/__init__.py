"""The service: HTTP in front of one shop. Thin: parse, ask the shop or its store, serialise."""
