"""A fitted style space: channels, their weights, the map; all after the channels is linear."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from penchant.errors import BuildError
from penchant.maths.rows import row_lengths, unit_rows
from penchant.space.attributes import AttributeChannel
from penchant.space.catalogue import Catalogue
from penchant.space.channel import Channel, Words
from penchant.space.photo import PhotoChannel
from penchant.space.price import PriceChannel
from penchant.space.raw import RawChannel
from penchant.space.text import TextChannel
from penchant.types import StyleVectors, Vector

CHANNELS: Mapping[
    str, type[PhotoChannel | AttributeChannel | TextChannel | PriceChannel | RawChannel]
] = {
    "photo": PhotoChannel,
    "attributes": AttributeChannel,
    "text": TextChannel,
    "price": PriceChannel,
    "raw": RawChannel,
}


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Products in the space.

    Attributes:
        channels: Shape (n_products, d), unit rows of all channels side by side, before the map.
        vectors: Shape (n_products, dim), unit style vectors; zeros where nothing is known.
    """

    channels: NDArray[np.float32]
    vectors: StyleVectors


@dataclass(frozen=True, slots=True, eq=False)
class StyleSpace:
    """Channels -> concatenated -> mapped -> unit rows.

    Attributes:
        channels: Fitted channels, in the order they are concatenated.
        weights: One weight per channel.
        map: Shape (d, dim), or None for the identity.
        about: What was chosen and why, for the manifest: map kind, baskets, reason.
    """

    channels: tuple[Channel, ...]
    weights: tuple[float, ...]
    map: NDArray[np.float32] | None
    about: Mapping[str, object]

    @property
    def dim(self) -> int:
        """Columns of a style vector."""
        return sum(one.dim for one in self.channels) if self.map is None else self.map.shape[1]

    @property
    def embedding_dim(self) -> int | None:
        """Columns an embedding must have; None: no channel reads them."""
        for one in self.channels:
            if isinstance(one, PhotoChannel):
                return len(one.mean)
            if isinstance(one, RawChannel):
                return one.dim
        return None

    def place(self, catalogue: Catalogue) -> Placement:
        """Give the style vectors of products, of the fitted catalogue or new ones.

        Args:
            catalogue: Products.
        """
        parts = [
            channel.transform(catalogue) * np.float32(weight)
            for channel, weight in zip(self.channels, self.weights, strict=True)
        ]
        nothing = np.empty((catalogue.n_products, 0), np.float32)
        channels = unit_rows(np.concatenate([nothing, *parts], axis=1))
        mapped = channels if self.map is None else unit_rows(channels @ self.map)
        return Placement(channels, mapped)

    def split(self, channels: NDArray[np.float32], towards: Vector) -> NDArray[np.float64]:
        """Split similarities by channel, exactly.

        A style vector is the sum of its channels' parts through the map, over its length; so its
        similarity to anything is a sum too, one term per channel.

        Args:
            channels: Shape (n, d), rows of `Placement.channels`.
            towards: Shape (dim,), the style vector they are compared with.

        Returns:
            Shape (n, n_channels), float64; each row sums to the similarity with `towards`.
        """
        mapped = channels if self.map is None else channels @ self.map
        lengths = row_lengths(mapped)[:, None]
        back = towards if self.map is None else self.map.astype(np.float64) @ towards
        terms = channels.astype(np.float64) * back
        edges = np.cumsum([0, *(one.dim for one in self.channels)])[:-1]
        sums = np.add.reduceat(terms, edges, axis=1)
        return np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)

    def save(self, directory: Path) -> None:
        """Write the space as .npy files and `space.json`.

        Args:
            directory: An existing folder.
        """
        words = {
            "channels": [
                {"name": one.name, "weight": weight, "words": dict(one.words())}
                for one, weight in zip(self.channels, self.weights, strict=True)
            ],
            "map": self.map is not None,
            "about": dict(self.about),
        }
        for one in self.channels:
            for name, array in one.arrays().items():
                np.save(directory / f"{one.name}.{name}.npy", array)
        if self.map is not None:
            np.save(directory / "map.npy", self.map)
        text = json.dumps(words, indent=1, sort_keys=True, ensure_ascii=False)
        (directory / "space.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> StyleSpace:
        """Open what `save` wrote.

        Args:
            directory: The folder.

        Raises:
            BuildError: if a file is missing, damaged, or names an unknown channel.
        """
        try:
            words = json.loads((directory / "space.json").read_text(encoding="utf-8"))
            channels = tuple(_load_channel(directory, one) for one in words["channels"])
            projection = np.load(directory / "map.npy") if words["map"] else None
        except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise BuildError(f"{directory} holds no readable style space: {error}.") from error
        weights = tuple(one["weight"] for one in words["channels"])
        return cls(channels, weights, projection, words["about"])


def _load_channel(directory: Path, words: Words) -> Channel:
    name = str(words["name"])
    arrays = {
        path.name.removeprefix(f"{name}.").removesuffix(".npy"): np.load(path)
        for path in sorted(directory.glob(f"{name}.*.npy"))
    }
    return CHANNELS[name].restore(arrays, words["words"])
