"""Headers to canonical columns: the shop's own aliases first, then our names, then names we know.

Case, spaces, dashes, dots and underscores never matter, so "Product ID", "productId" and
"product_id" are one. A foreign format is one more set of aliases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from penchant.errors import InputError, MissingColumnError, did_you_mean
from penchant.tables.report import Finding
from penchant.tables.schema import TableSchema
from penchant.tables.schemas import SCHEMAS
from penchant.tables.words import fold

_OWN, _CANONICAL, _KNOWN = range(3)


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """Which header became which column; `unknown` headers became none.

    `columns` keeps the table's order: {header: canonical column}.
    """

    columns: Mapping[str, str]
    unknown: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def header_of(self, column: str) -> str | None:
        """Give the header a canonical column came from, if any."""
        return next((header for header, name in self.columns.items() if name == column), None)


def map_headers(
    headers: Sequence[str], schema: TableSchema, *, aliases: Mapping[str, str], source: str
) -> HeaderMap:
    """Find the canonical column of every header.

    Where two headers claim one column, the shop's own alias beats our name, and our name beats a
    name we know; the loser counts as unknown and is named in a finding.

    Args:
        headers: As in the table, unique.
        schema: The table's description.
        aliases: The shop's own {header: canonical column}; those of other tables are passed over.
        source: What to call the table in messages.

    Raises:
        MissingColumnError: if a required column has no header.
        InputError: if two headers of equal right claim one column, or an alias names a column
            that no table has.
    """
    own = _own_aliases(aliases, schema)
    known = _known_names(schema)
    claims: dict[str, list[tuple[int, str]]] = {}
    for header in headers:
        rank, column = _claim(header, own, known)
        if column is not None:
            claims.setdefault(column, []).append((rank, header))
    winners = {_winner(column, many, source): column for column, many in claims.items()}
    _check_required(tuple(winners.values()), schema, headers, source)
    columns = {header: winners[header] for header in headers if header in winners}
    unknown = tuple(header for header in headers if header not in winners)
    beaten = tuple(h for many in claims.values() for _, h in many if h not in winners)
    found = set(columns.values())
    unused = tuple(h for h in aliases if fold(h) in own and own[fold(h)] not in found)
    return HeaderMap(columns, unknown, _findings(schema.table, beaten, unused))


def _own_aliases(aliases: Mapping[str, str], schema: TableSchema) -> dict[str, str]:
    """Give the aliases that belong to this table; one shop's aliases serve all its tables."""
    mine = [column.name for column in schema.columns]
    known = {column.name for one in SCHEMAS.values() for column in one.columns}
    for header, column in aliases.items():
        if column not in known:
            raise InputError(
                f'The alias "{header}" points to "{column}", which is no column of any table. '
                f"{schema.table} has: {', '.join(mine)}.{did_you_mean(column, sorted(known))}"
            )
    return {fold(header): column for header, column in aliases.items() if column in mine}


def _known_names(schema: TableSchema) -> dict[str, tuple[int, str]]:
    known = {fold(alias): (_KNOWN, col.name) for col in schema.columns for alias in col.aliases}
    return known | {fold(column.name): (_CANONICAL, column.name) for column in schema.columns}


def _claim(
    header: str, own: Mapping[str, str], known: Mapping[str, tuple[int, str]]
) -> tuple[int, str | None]:
    folded = fold(header)
    if folded in own:
        return _OWN, own[folded]
    return known.get(folded, (_KNOWN, None))


def _winner(column: str, claims: list[tuple[int, str]], source: str) -> str:
    best = min(rank for rank, _ in claims)
    first = [header for rank, header in claims if rank == best]
    if len(first) > 1:
        both = " and ".join(f'"{header}"' for header in first)
        raise InputError(
            f'{source}: the columns {both} both mean "{column}". Say which one counts with an '
            f'alias, such as "{first[0]}" = "{column}", or remove one.'
        )
    return first[0]


def _check_required(
    found: tuple[str, ...], schema: TableSchema, headers: Sequence[str], source: str
) -> None:
    for column in schema.required:
        if column not in found:
            raise MissingColumnError(column, source, headers, schema.required)


def _findings(table: str, beaten: tuple[str, ...], unused: tuple[str, ...]) -> tuple[Finding, ...]:
    findings = []
    if beaten:
        message = "Columns whose meaning another column already has were not used for it."
        findings.append(
            Finding(table, "warning", "column_beaten", message, len(beaten), beaten[:5])
        )
    if unused:
        message = "Aliases name headers that the table does not have, and nothing else fills them."
        findings.append(Finding(table, "warning", "alias_unused", message, len(unused), unused[:5]))
    return tuple(findings)
