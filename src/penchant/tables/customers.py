"""The customers table: one row per customer."""

from __future__ import annotations

from penchant import columns as c
from penchant.tables.schema import Column, Kind, TableSchema

CUSTOMERS_SCHEMA = TableSchema(
    table=c.CUSTOMERS,
    columns=(
        Column(
            c.CUSTOMER_ID,
            Kind.ID,
            ("user_id", "client_id", "id", "customer", "kundennummer"),
            required=True,
        ),
        Column(c.GENDER, aliases=("sex", "geschlecht")),
        Column(c.AGE, Kind.AGE, ("customer_age", "alter")),
        Column(c.AGE_GROUP, aliases=("age_range", "age_band", "altersgruppe")),
        Column(c.COUNTRY, aliases=("country_code", "land")),
        Column(c.CUSTOMER_SEGMENT, aliases=("segment", "customer_group", "tier", "loyalty_tier")),
        Column(
            c.REGISTRATION_DATE,
            Kind.TIME,
            (
                "registered_at",
                "registered",
                "created_at",
                "created_date",
                "signup_date",
                "join_date",
            ),
        ),
        Column(
            c.MARKETING_CONSENT,
            Kind.CONSENT,
            (
                "accepts_marketing",
                "newsletter",
                "marketing_opt_in",
                "newsletter_opt_in",
                "email_opt_in",
                "werbeeinwilligung",
            ),
        ),
        # a consent that does not say to what counts for personalization: the careful reading
        Column(
            c.PERSONALIZATION_CONSENT,
            Kind.CONSENT,
            (
                "personalisation_consent",
                "personalization_opt_in",
                "personalisation_opt_in",
                "profiling_consent",
                "profiling_opt_in",
                "tracking_consent",
                "gdpr_consent",
                "data_consent",
                "consent",
                "consent_given",
                "consent_status",
                "opt_in",
                "einwilligung",
                "dsgvo_einwilligung",
            ),
        ),
    ),
    key=(c.CUSTOMER_ID,),
    unique_key=True,
)
