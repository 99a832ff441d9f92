"""`penchant.Client`: ask a service that runs elsewhere; answers are the values of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from penchant.client.connection import Connection
from penchant.client.values import EventsAnswer, value_of
from penchant.settings.showing import HOMEPAGE
from penchant.surfaces.slate import Slate

if TYPE_CHECKING:
    from penchant.answers import ProfileCard, StyleNeighbors
    from penchant.reasons.explanation import Explanation


class Client:
    """A service, asked by a shop's own program. Standard library only; threads may share it.

    Args of the constructor:
        url: Where it listens, such as "http://127.0.0.1:8080".
        key: An API key of `penchant keys`, or a page token; "" where none is needed.
        timeout: Seconds an answer may take.
        retries: How often a request is repeated that found no service, or a busy one.

    Every method raises ServiceError with the `code` of what is wrong, such as "not_found".

    Example:
        >>> client = Client("http://127.0.0.1:8080", key="pk_...")
        >>> client.recommend("C10001", surface="homepage", k=8).product_ids  # doctest: +SKIP
        ('111404', '112584', ...)
    """

    def __init__(self, url: str, key: str = "", *, timeout: float = 10.0, retries: int = 2) -> None:
        self._connection = Connection(url, key, timeout=timeout, retries=retries)

    def recommend(
        self,
        customer_id: str | None,
        *,
        surface: str = HOMEPAGE,
        products: Sequence[str] = (),
        k: int | None = None,
    ) -> Slate:
        """Choose products for a place in the shop, as `Shop.recommend`.

        Args:
            customer_id: Any customer or visitor; None: nobody known.
            surface: Which place.
            products: What it is about; none: the customer's own cart or last purchase.
            k: How many; the shop's setting if absent.
        """
        who = ("recommendations",)
        path = who if customer_id is None else ("customers", customer_id, *who)
        query = {"surface": surface, "k": k, "product": list(products) or None}
        return value_of(Slate, self._connection.call("GET", "v1", *path, query=query))

    def similar(
        self, product_id: str, *, customer_id: str | None = None, k: int | None = None
    ) -> Slate:
        """Choose products like one, as `Shop.similar`.

        Args:
            product_id: A product of the shop.
            customer_id: Who is looking; None: nobody known.
            k: How many; the shop's setting if absent.
        """
        query = {"k": k, "customer_id": customer_id}
        answer = self._connection.call("GET", "v1", "products", product_id, "similar", query=query)
        return value_of(Slate, answer)

    def complete(
        self, products: Sequence[str], *, customer_id: str | None = None, k: int | None = None
    ) -> Slate:
        """Choose products that complete a cart.

        Args:
            products: What is in the cart.
            customer_id: Whose; None: nobody known.
            k: How many; the shop's setting if absent.
        """
        body = {"products": list(products), "customer_id": customer_id, "k": k}
        return value_of(
            Slate, self._connection.call("POST", "v1", "cart", "recommendations", body=body)
        )

    def profile(self, customer_id: str) -> ProfileCard:
        """Show a customer's styles and what counts, as `Shop.profile`.

        Args:
            customer_id: A known customer.
        """
        from penchant.answers import ProfileCard

        return value_of(ProfileCard, self._of(customer_id, "profile"))

    def neighbors(self, customer_id: str, *, k: int | None = None) -> StyleNeighbors:
        """Find customers of similar taste, as `Shop.neighbors`.

        Args:
            customer_id: A known customer.
            k: How many; the shop's setting if absent.
        """
        from penchant.answers import StyleNeighbors

        return value_of(StyleNeighbors, self._of(customer_id, "neighbors", query={"k": k}))

    def explain(self, customer_id: str, product_id: str) -> Explanation:
        """Say why a product matches a customer, as `Shop.explain`.

        Args:
            customer_id: A known customer with a profile.
            product_id: Any product.
        """
        from penchant.reasons.explanation import Explanation

        return value_of(Explanation, self._of(customer_id, "reasons", product_id))

    def record(self, events: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> EventsAnswer:
        """Report what customers did; it counts in their next answer.

        Args:
            events: One event or several: event_id, customer_id (or anonymous_id), product_id,
                interaction_type; timestamp, session_id, request_id, order_id, quantity, value,
                currency, is_gift where known. An event_id makes a repeated call harmless.

        Returns:
            What became of each.
        """
        several = [events] if isinstance(events, Mapping) else list(events)
        body = {"events": [dict(one) for one in several]}
        return value_of(EventsAnswer, self._connection.call("POST", "v1", "events", body=body))

    def expose(self, request_id: str | None, slots: Sequence[int] | None = None) -> int:
        """Report which slots of an answer were really on the screen.

        Args:
            request_id: Of the slate; None, as of who refused: nothing is reported.
            slots: 1-based places; None: all of them; empty: nothing is reported.

        Returns:
            How many were new.
        """
        seen = None if slots is None else list(slots)
        if request_id is None or seen == []:
            return 0
        body = {"request_id": request_id} | ({} if seen is None else {"slots": seen})
        return int(self._connection.call("POST", "v1", "exposures", body=body)["accepted"])

    def consent(self, customer_id: str) -> Mapping[str, Any]:
        """Give what a customer allowed, and what follows from it.

        Args:
            customer_id: Any customer.
        """
        return dict(self._of(customer_id, "consent"))

    def set_consent(
        self,
        customer_id: str,
        *,
        personalization: bool | None = None,
        marketing: bool | None = None,
    ) -> Mapping[str, Any]:
        """Say what a customer allows; it holds from the next answer on.

        Args:
            customer_id: Any customer or visitor.
            personalization: Whether a profile may be made; None: as before.
            marketing: Whether mail may be sent; None: as before.
        """
        said = {"personalization": personalization, "marketing": marketing}
        body = {name: one for name, one in said.items() if one is not None}
        return dict(self._of(customer_id, "consent", method="PUT", body=body))

    def merge(self, customer_id: str, anonymous_id: str) -> None:
        """Let what a visitor did count for the customer who turned out to be that visitor.

        Args:
            customer_id: Who logged in.
            anonymous_id: As whom they came.
        """
        self._of(customer_id, "merge", method="POST", body={"anonymous_id": anonymous_id})

    def page_token(self, customer_id: str) -> str:
        """Give a token with which a page may ask and report for this one person, for a while.

        Args:
            customer_id: A customer or visitor, as the shop's own session knows them.
        """
        return str(self._of(customer_id, "token", method="POST")["token"])

    def put_product(self, product_id: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Add a product, or change one that was added; it may be shown in the next answer.

        Args:
            product_id: The shop's own id.
            facts: Columns such as title, category, price; and, for its looks, one of `vector`,
                `photo` (base64) and `photo_url`.
        """
        path = ("v1", "products", product_id)
        return dict(self._connection.call("PUT", *path, body=dict(facts)))

    def remove_product(self, product_id: str) -> None:
        """Take away a product that was added.

        Args:
            product_id: The shop's own id.
        """
        self._connection.call("DELETE", "v1", "products", product_id)

    def export(self, customer_id: str) -> Mapping[str, Any]:
        """Give everything that is held of a person.

        Args:
            customer_id: Any customer.
        """
        return dict(self._of(customer_id, "export"))

    def forget(self, customer_id: str) -> Mapping[str, Any]:
        """Erase a person everywhere.

        Args:
            customer_id: Any customer.

        Returns:
            The receipt; `receipt_id` names it.
        """
        return dict(self._connection.call("DELETE", "v1", "customers", customer_id))

    def receipt(self, receipt_id: str) -> Mapping[str, Any]:
        """Say how far an erasure has come.

        Args:
            receipt_id: Of `forget`.
        """
        return dict(self._connection.call("GET", "v1", "erasures", receipt_id))

    def ready(self) -> Mapping[str, Any]:
        """Say what the service says of itself: which build it answers from, and what is wrong."""
        return dict(self._connection.call("GET", "health", "ready"))

    def close(self) -> None:
        """Close this thread's connection; leaving a `with` block does so too."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _of(
        self,
        customer_id: str,
        *path: str,
        method: str = "GET",
        query: Mapping[str, object] | None = None,
        body: object = None,
    ) -> Any:
        of_customer = ("v1", "customers", customer_id, *path)
        return self._connection.call(method, *of_customer, query=query, body=body)
