"""The products table: one row per product a customer can see on its own."""

from __future__ import annotations

from penchant import columns as c
from penchant.tables.schema import Column, Kind, TableSchema
from penchant.tables.words import STOCK_WORDS

PRODUCTS_SCHEMA = TableSchema(
    table=c.PRODUCTS,
    columns=(
        Column(
            c.PRODUCT_ID,
            Kind.ID,
            ("sku", "item_id", "id", "article_id", "product", "artikelnummer", "product_code"),
            required=True,
        ),
        Column(c.TITLE, aliases=("name", "product_name", "product_title", "item_name", "titel")),
        Column(c.DESCRIPTION, aliases=("detail_desc", "long_description", "body", "beschreibung")),
        Column(c.CATEGORY, aliases=("product_category", "product_type", "item_category", "cat")),
        Column(c.SUBCATEGORY, aliases=("sub_category", "item_category2", "unterkategorie")),
        Column(c.BRAND, aliases=("item_brand", "vendor", "manufacturer", "marke")),
        Column(c.COLLECTION, aliases=("collection_name", "line", "kollektion")),
        Column(c.PRICE, Kind.MONEY, ("regular_price", "list_price", "preis", "price_eur")),
        Column(c.SALE_PRICE, Kind.MONEY, ("special_price", "discount_price", "angebotspreis")),
        Column(c.CURRENCY, Kind.CURRENCY, ("currency_code", "waehrung", "währung")),
        Column(
            c.IMAGE,
            Kind.PHOTO,
            (
                "img",
                "image_link",
                "image_url",
                "image_path",
                "image_file",
                "photo",
                "photo_url",
                "picture",
                "main_image",
                "bild",
            ),
        ),
        Column(
            c.ADDITIONAL_IMAGES,
            Kind.PHOTOS,
            ("additional_image_link", "additional_image_links", "images", "more_images", "gallery"),
        ),
        Column(c.MATERIAL, aliases=("fabric",)),
        Column(c.COLOR, aliases=("colour", "colour_group_name", "farbe")),
        Column(c.GENDER, aliases=("target_gender", "geschlecht")),
        Column(c.AGE_GROUP, aliases=("target_age_group", "altersgruppe")),
        Column(
            c.STOCK_STATUS,
            Kind.WORD,
            (
                "availability",
                "stock",
                "in_stock",
                "inventory_quantity",
                "stock_quantity",
                "bestand",
            ),
            words=STOCK_WORDS,
        ),
        Column(
            c.GROUP_ID, Kind.ID, ("item_group_id", "product_group_id", "parent_id", "design_id")
        ),
        Column(
            c.CREATED_DATE,
            Kind.TIME,
            ("created_at", "created", "launch_date", "date_added", "date"),
        ),
    ),
    key=(c.PRODUCT_ID,),
    unique_key=True,
    keeps_unknown=True,
)
