"""`penchant keys`: who may ask the service."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, ShopPath

if TYPE_CHECKING:
    from penchant.server.keys import NewKey
    from penchant.store.database.store import Store
    from penchant.store.database.values import ApiKey

ACTIONS = ("add", "list", "revoke")


def run(
    shop: ShopPath,
    action: Annotated[str, typer.Argument(metavar="add|list|revoke", help="What to do.")] = "list",
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="To revoke: its id, as list shows it.")
    ] = None,
    name: Annotated[str, typer.Option(help="To add: what the key is for.")] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SCOPE", help="To add: events, read or admin; give it again for several."
        ),
    ] = None,
    days: Annotated[
        float | None, typer.Option(help="To add: after how many days it expires; never if absent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make, list and revoke API keys. A key is shown once; of its secret only a hash is kept.

    As soon as a shop has one, nothing is answered without. A revoked key is refused within a
    second.

    Example: penchant keys shop add --name "web shop" --scope read --scope events --days 365

    Example: penchant keys shop revoke 0a1b2c3d4e5f
    """
    from penchant.errors import InputError
    from penchant.server.keys import had_keys, make_key, note_keys
    from penchant.shop_directory import ShopDirectory
    from penchant.store.database.store import open_store

    if action not in ACTIONS:
        raise InputError(f'The action is "{action}", must be one of: {", ".join(ACTIONS)}.')
    opened = ShopDirectory.open(shop)
    store = open_store(opened, opened.settings().store)
    if store is None:
        raise InputError(f"{shop} has no database.")
    try:
        if action == "add":
            made = make_key(name, _split(scope), days=days, now_us=_now_us())
            note_keys(opened.path)  # before the key: a shop may be closed too early, not too late
            _add(store, made, as_json=as_json)
        elif action == "revoke":
            _revoke(store, key, as_json=as_json)
        else:
            _list(store, closed=had_keys(opened.path), as_json=as_json)
    finally:
        store.close()


def _split(scopes: list[str] | None) -> list[str]:
    """Take "read,events" for two."""
    return [part.strip() for one in scopes or [] for part in one.split(",") if part.strip()]


def _add(store: Store, made: NewKey, *, as_json: bool) -> None:
    from penchant.cli.output import note, out, print_json

    store.keys.add(made.key)
    if as_json:
        print_json({**_shown(made.key), "key": made.text})
        return
    out().print(made.text, soft_wrap=True)
    note(f"Key {made.key.key_id} for {', '.join(made.key.scopes)}. It is not shown again.")


def _revoke(store: Store, key_id: str | None, *, as_json: bool) -> None:
    from penchant.cli.output import note, print_json
    from penchant.errors import InputError, NotFoundError

    if not key_id:
        raise InputError("Name the key to revoke by its id, as penchant keys SHOP list shows it.")
    # somebody may paste the whole key: its secret is not repeated in any message
    public = key_id.split("_")[1] if key_id.count("_") >= 2 else key_id
    known = {one.key_id for one in store.keys.all()}
    if public not in known:
        raise NotFoundError("key", public, known)
    done = store.keys.revoke(public, _now_us())
    if as_json:
        print_json({"key_id": public, "revoked": done})
    else:
        note(f"Key {public} is revoked" + ("" if done else " already"))


def _list(store: Store, *, closed: bool, as_json: bool) -> None:
    from penchant.cli.output import note, print_json, print_table
    from penchant.server.keys import MARKER

    keys = store.keys.all()
    if as_json:
        print_json({"keys": [_shown(one) for one in keys], "closed": closed or bool(keys)})
        return
    headers = ("key", "name", "scopes", "made", "expires", "state")
    rows = [tuple(str(part or "-") for part in _row(one)) for one in keys]
    print_table("", headers, rows)
    if closed and not keys:
        note(
            "This shop had keys, and its database holds none of them: nobody is let in. Add one, "
            f"or bring the database back. To open the shop to everybody remove its file {MARKER}."
        )


def _shown(key: ApiKey) -> dict[str, object]:
    from penchant.reasons.explanation import iso_time

    times = {"made": key.made_us, "expires": key.expires_us, "revoked": key.revoked_us}
    said = {name: None if one is None else iso_time(one) for name, one in times.items()}
    return {"key_id": key.key_id, "name": key.name, "scopes": list(key.scopes), **said}


def _row(key: ApiKey) -> tuple[object, ...]:
    from penchant.server.keys import is_good

    shown = _shown(key)
    state = "good" if is_good(key, now_us=_now_us()) else "revoked" if key.revoked_us else "expired"
    times = (str(shown["made"])[:16], str(shown["expires"] or "")[:16])
    return key.key_id, key.name, ", ".join(key.scopes), *times, state


def _now_us() -> int:
    return time.time_ns() // 1000
