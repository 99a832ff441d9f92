"""Experiments: who gets which variant, what came of it, and what may be concluded."""
