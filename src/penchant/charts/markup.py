"""HTML and SVG put together from elements: whatever is not markup already is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_VOID = frozenset(("br", "img", "link", "meta"))
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is HTML or SVG already; a plain text is escaped wherever it is put into one."""

    __slots__ = ()

    def __html__(self) -> str:
        """Give itself; template engines ask this before they escape."""
        return self


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Make one element.

    Args:
        name: Of the element.
        *children: In order. What has `__html__` stands as it is, None is left out, all else is
            escaped.
        **attributes: `class_` is `class`, `stroke_width` is `stroke-width`; None and False are left
            out, True has no value, fractions are written to 2 decimals.

    Example:
        >>> tag("p", "1 < 2 ", tag("b", "yes"), class_="note", hidden=True)
        '<p class="note" hidden>1 &lt; 2 <b>yes</b></p>'
    """
    opened = f"<{name}{''.join(map(_attribute, attributes, attributes.values()))}>"
    return Markup(opened) if name in _VOID else Markup(f"{opened}{joined(children)}</{name}>")


def joined(parts: Iterable[object]) -> Markup:
    """Put parts one after another.

    Args:
        parts: As the children of `tag`.

    Example:
        >>> joined(["a & b", tag("br"), None, 3])
        'a &amp; b<br>3'
    """
    return Markup("".join(_text(part) for part in parts))


def _text(part: object) -> str:
    if part is None:
        return ""
    own = getattr(part, "__html__", None)
    return str(own()) if own else _UNPRINTABLE.sub("\ufffd", escape(str(part)))


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    told = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
    return f' {name}="{_text(str(told))}"'
