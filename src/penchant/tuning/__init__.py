"""Tuning: which settings suit a shop, found on some customers and proved on the others."""
