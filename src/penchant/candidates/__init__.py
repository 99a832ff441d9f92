"""Candidates: one file per source; all propose products, best first, and score any."""
