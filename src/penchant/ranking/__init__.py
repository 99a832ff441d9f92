"""Ranking: one score from many sources, the rules, diversity and exploration."""
