"""Reasons: why a product is shown, exactly."""
