"""The sample shop: a jeweller's, drawn and written by this project, and larger shops with known tastes."""
