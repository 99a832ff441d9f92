"""How long an experiment takes, and by what to decide it, from the shop's own log."""
