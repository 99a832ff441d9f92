"""Privacy: erasure, consent, export, retention, and the statement of what decides."""
