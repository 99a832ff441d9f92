"""stub."""


def run() -> None:
    """Measure."""
