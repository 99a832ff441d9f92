"""Headers find their column, the shop's own word counts most, and nothing is guessed."""

from __future__ import annotations

import pytest

from penchant.errors import InputError, MissingColumnError
from penchant.tables.mapping import map_headers
from penchant.tables.schemas import SCHEMAS

INTERACTION_HEADERS = ("customer_id", "product_id", "interaction_type", "timestamp")


def mapped(table, *headers, aliases=None):
    return map_headers(headers, SCHEMAS[table], aliases=aliases or {}, source="shop.csv")


@pytest.mark.parametrize(
    "header", ["product_id", "Product ID", "PRODUCT-ID", "productId", "sku", "SKU", "item_id", "Id"]
)
def test_spelling_of_a_header_does_not_matter(header):
    assert mapped("products", header).columns == {header: "product_id"}


@pytest.mark.parametrize(
    "headers",
    [
        ("user_id", "item_id", "event", "ts"),
        ("client_id", "sku", "event_type", "date"),
        ("Customer ID", "Product ID", "Action", "Time"),
        ("visitor id", "article_id", "event_name", "event_timestamp"),
    ],
)
def test_interaction_tables_of_other_systems_are_understood(headers):
    assert mapped("interactions", *headers).columns == dict(
        zip(headers, INTERACTION_HEADERS, strict=True)
    )


@pytest.mark.parametrize("header", ["img", "image_link", "image_url", "photo"])
def test_photo_columns_are_known_by_many_names(header):
    assert mapped("products", "sku", header).columns[header] == "image"


@pytest.mark.parametrize(
    "header",
    ["consent", "Einwilligung", "personalisation consent", "opt-in", "tracking_consent", "optIn"],
)
def test_a_consent_to_nothing_in_particular_is_one_to_personalization(header):
    assert mapped("customers", "user_id", header).columns[header] == "personalization_consent"


def test_the_shops_alias_beats_our_own_name():
    found = mapped("products", "sku", "title", "Bezeichnung", aliases={"bezeichnung": "title"})
    assert found.columns == {"sku": "product_id", "Bezeichnung": "title"}
    assert found.unknown == ("title",)
    assert [(f.code, f.examples) for f in found.findings] == [("column_beaten", ("title",))]


def test_our_own_name_beats_a_name_we_know():
    found = mapped("products", "sku", "product_id")
    assert found.columns == {"product_id": "product_id"}
    assert found.unknown == ("sku",)


def test_two_headers_of_equal_right_are_refused_by_name():
    with pytest.raises(InputError, match='columns "sku" and "item_id" both mean "product_id"'):
        mapped("products", "sku", "item_id")
    with pytest.raises(InputError, match='"product_id" and "Product ID"'):
        mapped("products", "product_id", "Product ID")


def test_an_alias_settles_which_of_two_headers_counts():
    found = mapped("products", "sku", "item_id", aliases={"sku": "product_id"})
    assert found.columns == {"sku": "product_id"}


def test_a_missing_required_column_is_named_with_the_closest_header():
    with pytest.raises(MissingColumnError) as caught:
        mapped("interactions", "customer_id", "product_id", "interaction_type", "timestmap")
    assert str(caught.value) == (
        'No column "timestamp" in shop.csv; '
        "it has: customer_id, product_id, interaction_type, timestmap."
        ' Did you mean "timestmap"? Required: customer_id, product_id, interaction_type, timestamp.'
        " If it is called otherwise, name it in penchant.toml under [tables] aliases."
    )


def test_an_alias_to_no_column_is_refused():
    with pytest.raises(
        InputError, match=r'"prize", which is no column of any table.*Did you mean "price"'
    ):
        mapped("products", "sku", "cost", aliases={"cost": "prize"})


def test_an_alias_that_names_no_header_is_reported():
    found = mapped("products", "sku", aliases={"costs": "price"})
    assert [(f.code, f.examples) for f in found.findings] == [("alias_unused", ("costs",))]
    settled = mapped("products", "sku", "price", aliases={"costs": "price"})
    assert settled.findings == ()


def test_every_table_takes_its_own_aliases_and_passes_over_those_of_others():
    aliases = {"Artikelkennung": "product_id", "Kunde Nr": "customer_id", "Zeitpunkt": "timestamp"}
    products = mapped("products", "Artikelkennung", "Kunde Nr", aliases=aliases)
    assert (products.columns, products.unknown) == ({"Artikelkennung": "product_id"}, ("Kunde Nr",))
    headers = ("kunde_nr", "sku", "event", "zeitpunkt")
    events = mapped("interactions", *headers, aliases=aliases)
    assert tuple(events.columns.values()) == INTERACTION_HEADERS
    assert products.findings + events.findings == ()


def test_unknown_headers_are_listed_in_order():
    assert mapped("products", "zeta", "sku", "alpha").unknown == ("zeta", "alpha")


def test_a_column_tells_its_header():
    found = mapped("products", "sku")
    assert found.header_of("product_id") == "sku"
    assert found.header_of("title") is None


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=lambda schema: schema.table)
def test_no_alias_belongs_to_two_columns(schema):
    names = [name for column in schema.columns for name in (column.name, *column.aliases)]
    assert sorted(names) == sorted(set(names))
    for name in names:
        assert name == name.lower()
