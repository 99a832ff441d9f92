"""The sample shop, a jeweller's drawn by this project, and larger shops with known tastes."""
