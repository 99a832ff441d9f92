"""Candidates: one file per source, all with one contract: products and scores, best first."""
