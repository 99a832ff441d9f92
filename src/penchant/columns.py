"""The names of tables and columns, spelled only here."""

from __future__ import annotations

from typing import Final

# tables
PRODUCTS: Final = "products"
CUSTOMERS: Final = "customers"
ORDERS: Final = "orders"
ORDER_ITEMS: Final = "order_items"
INTERACTIONS: Final = "interactions"
TABLES: Final = (PRODUCTS, CUSTOMERS, ORDERS, ORDER_ITEMS, INTERACTIONS)

# keys
PRODUCT_ID: Final = "product_id"
CUSTOMER_ID: Final = "customer_id"
ORDER_ID: Final = "order_id"
INTERACTION_ID: Final = "interaction_id"
SESSION_ID: Final = "session_id"
GROUP_ID: Final = "group_id"

# products
TITLE: Final = "title"
DESCRIPTION: Final = "description"
CATEGORY: Final = "category"
SUBCATEGORY: Final = "subcategory"
BRAND: Final = "brand"
COLLECTION: Final = "collection"
PRICE: Final = "price"
SALE_PRICE: Final = "sale_price"
CURRENCY: Final = "currency"
IMAGE: Final = "image"
ADDITIONAL_IMAGES: Final = "additional_images"
MATERIAL: Final = "material"
COLOR: Final = "color"
GENDER: Final = "gender"
AGE_GROUP: Final = "age_group"
STOCK_STATUS: Final = "stock_status"
CREATED_DATE: Final = "created_date"

# customers
AGE: Final = "age"
COUNTRY: Final = "country"
CUSTOMER_SEGMENT: Final = "customer_segment"
REGISTRATION_DATE: Final = "registration_date"
MARKETING_CONSENT: Final = "marketing_consent"
PERSONALIZATION_CONSENT: Final = "personalization_consent"

# orders and their items
ORDER_DATE: Final = "order_date"
ORDER_STATUS: Final = "order_status"
TOTAL_AMOUNT: Final = "total_amount"
IS_GIFT: Final = "is_gift"
OCCASION: Final = "occasion"
QUANTITY: Final = "quantity"
UNIT_PRICE: Final = "unit_price"

# interactions
INTERACTION_TYPE: Final = "interaction_type"
TIMESTAMP: Final = "timestamp"
TRUST: Final = "trust"

# marks
EVENT_ID: Final = "event_id"
MARK: Final = "mark"

# actions: the values of `interaction_type`
PURCHASE: Final = "purchase"
ADD_TO_WISHLIST: Final = "add_to_wishlist"
ADD_TO_CART: Final = "add_to_cart"
VIEW: Final = "view"
CLICK: Final = "click"
REMOVE_FROM_CART: Final = "remove_from_cart"
RETURN: Final = "return"
HIDE: Final = "hide"
ACTIONS: Final = (
    PURCHASE,
    ADD_TO_WISHLIST,
    ADD_TO_CART,
    VIEW,
    CLICK,
    REMOVE_FROM_CART,
    RETURN,
    HIDE,
)
