"""Moments in, effects, intervals and checks out; nothing here knows a shop."""
