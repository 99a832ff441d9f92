"""Taste: event lists, what each event weighs, profiles, and exact shares."""
