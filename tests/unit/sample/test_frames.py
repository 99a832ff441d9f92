"""Files of a generated shop hold what the shop holds, each purchase once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.errors import InputError
from penchant.sample.frames import numbered, write_shop
from penchant.sample.generator import GeneratorSettings, generate_shop

SHOP = generate_shop(
    np.random.default_rng(0),
    settings=GeneratorSettings(n_products=40, n_customers=30, n_interactions=600, dim=8),
)


def test_ids_have_one_length_and_sort_like_numbers() -> None:
    """However many there are, text order is number order."""
    for n in (0, 1, 1200):
        ids = numbered("C", n).to_list()
        assert len(set(ids)) == n
        assert ids == sorted(ids)
    assert numbered("", 200_000)[-1] == "1199999"


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_written_files_give_the_shop_back(tmp_path: Path, file_format: str) -> None:
    """Tables, vectors and truth are read back with equal values."""
    paths = write_shop(SHOP, tmp_path, file_format=file_format)
    text = {c.PRODUCT_ID: pl.String, c.CUSTOMER_ID: pl.String}
    read = pl.read_parquet if file_format == "parquet" else pl.read_csv
    options = {} if file_format == "parquet" else {"schema_overrides": text}
    products = read(paths[c.PRODUCTS], **options)
    interactions = read(paths[c.INTERACTIONS], **options)
    items = read(paths[c.ORDER_ITEMS], **options)
    assert products[c.TITLE].to_list() == SHOP.products[c.TITLE].to_list()
    assert c.PURCHASE not in interactions[c.INTERACTION_TYPE].to_list()
    assert interactions.height + items.height == SHOP.interactions.height
    assert np.array_equal(np.load(paths["vectors"]), SHOP.embeddings)
    assert json.loads((tmp_path / "vectors.json").read_text()) == list(SHOP.product_ids)
    truth = np.load(tmp_path / "truth.npz")
    assert np.array_equal(truth["product_style"], SHOP.product_style)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    """The message names the formats there are."""
    with pytest.raises(InputError, match='"xlsx", must be one of: parquet, csv'):
        write_shop(SHOP, tmp_path, file_format="xlsx")
