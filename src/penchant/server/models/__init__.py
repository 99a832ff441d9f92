"""What goes in and out, as pydantic models: for checks of what comes in, and for the OpenAPI."""
