"""penchant: a visual taste engine for online shops.

    shop = penchant.open("shop")
    shop.recommend("C10001")

Names are loaded when first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penchant.client import Client
    from penchant.engine import Shop
    from penchant.engine import open_shop as open  # noqa: A004
    from penchant.errors import (
        BuildError,
        InputError,
        MissingExtraError,
        NotBuiltError,
        NotFoundError,
        PenchantError,
        RefusedError,
        ServiceError,
    )
    from penchant.experiments.static import assign
    from penchant.profiler import CustomerStyleProfiler
    from penchant.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "BuildError",
    "Client",
    "CustomerStyleProfiler",
    "InputError",
    "MissingExtraError",
    "NotBuiltError",
    "NotFoundError",
    "PenchantError",
    "RefusedError",
    "ServiceError",
    "Settings",
    "Shop",
    "__version__",
    "assign",
    "open",
]

_HOMES = {
    "assign": ("penchant.experiments.static", "assign"),
    "open": ("penchant.engine", "open_shop"),
    "Client": ("penchant.client", "Client"),
    "Shop": ("penchant.engine", "Shop"),
    "CustomerStyleProfiler": ("penchant.profiler", "CustomerStyleProfiler"),
    "Settings": ("penchant.settings", "Settings"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'penchant' has no attribute {name!r}")
    module, attribute = _HOMES.get(name, ("penchant.errors", name))
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return __all__
