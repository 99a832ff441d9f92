"""`penchant bench`: how fast it is on this machine, and how good a shop's spaces are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from penchant.cli.options import AsJson
from penchant.errors import NotFoundError


def run(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="photos, profiles, profiler, index, recommend, campaign, metrics, nightly or "
            "spaces.",
        ),
    ],
    shop: Annotated[
        Path | None,
        typer.Option(help="Shop whose photos are used; the sample shop's by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure speed or quality; times are ratios within one run, good on a busy machine too.

    photos: embedding against the bare model. profiles: in batch and per request, against scipy.
    profiler: 50,000 customers, 1,000,000 interactions, against plain loops. index: nearest of
    100,000 products, by the graph against exactly. recommend: a whole homepage at 100,000 products.
    campaign: new arrivals for everyone, against the bare matrix product. metrics: 1,000,000
    rankings judged, against numpy's bare search. nightly: a feed with 1 % changed, against building
    a new shop of it. spaces: category precision@10 of a shop's raw, processed and learned spaces.

    Example: penchant bench spaces --shop shop
    """
    from penchant.cli.output import print_json

    benches: Mapping[str, Callable[[], Mapping[str, Any]]] = {
        "photos": lambda: _photos(shop),
        "profiles": _profiles,
        "profiler": _profiler,
        "index": _index,
        "recommend": _recommend,
        "campaign": _campaign,
        "metrics": _metrics,
        "nightly": _nightly,
        "spaces": lambda: _spaces(shop),
    }
    if what not in benches:
        raise NotFoundError("benchmark", what, benches, hint=f"There are: {', '.join(benches)}.")
    values = benches[what]()
    if as_json:
        print_json(values)
    else:
        _show(what, values)


def _photos(shop: Path | None) -> Mapping[str, Any]:
    from penchant.bench.photos import bench_photos
    from penchant.encoders import Encoder, get_encoder
    from penchant.errors import InputError
    from penchant.sample.files import sample_directory
    from penchant.shop_directory import ShopDirectory
    from penchant.store.ingest import load_table

    spec, paths = "lite0", sorted((sample_directory() / "photos").glob("*.jpg"))
    if shop is not None:
        directory = ShopDirectory.open(shop)
        spec = directory.settings().encoder.spec
        images = load_table(directory, "products")["image"].drop_nulls().unique().sort()
        paths = [Path(name) for name in images if Path(name).is_file()]
    encoder = get_encoder(spec)
    if not isinstance(encoder, Encoder):
        raise InputError(f'The encoder "{spec}" sees no photos: there is nothing to measure.')
    return bench_photos(paths, encoder)


def _profiles() -> Mapping[str, Any]:
    from penchant.bench.profiles import bench_profiles

    return bench_profiles()


def _profiler() -> Mapping[str, Any]:
    from penchant.bench.profiler import bench_profiler

    return bench_profiler()


def _index() -> Mapping[str, Any]:
    from penchant.bench.index import bench_index

    return bench_index()


def _recommend() -> Mapping[str, Any]:
    from penchant.bench.recommend import bench_recommend

    return bench_recommend()


def _campaign() -> Mapping[str, Any]:
    from penchant.bench.campaign import bench_campaign

    return bench_campaign()


def _metrics() -> Mapping[str, Any]:
    from penchant.bench.metrics import bench_metrics

    return bench_metrics()


def _nightly() -> Mapping[str, Any]:
    from penchant.bench.nightly import bench_nightly

    return bench_nightly()


def _spaces(shop: Path | None) -> Mapping[str, Any]:
    from penchant.bench.spaces import bench_spaces
    from penchant.cli.output import photo_progress
    from penchant.errors import InputError
    from penchant.pipeline import gather_inputs
    from penchant.shop_directory import ShopDirectory

    if shop is None:
        raise InputError("Say whose spaces: penchant bench spaces --shop SHOP")
    directory = ShopDirectory.open(shop)
    with photo_progress() as progress:
        inputs = gather_inputs(directory, settings=directory.settings(), on_progress=progress)
    return {name: asdict(precision) for name, precision in bench_spaces(inputs).items()}


def _show(what: str, values: Mapping[str, Any]) -> None:
    from penchant.cli.output import print_table

    if what != "spaces":
        rows = [(name, f"{value:g}") for name, value in values.items()]
        print_table("", (what, ">value"), rows)
        return
    intervals = [
        (name, f"{one['value']:.3f}", f"{one['low']:.3f}-{one['high']:.3f}", str(one["n"]))
        for name, one in values.items()
    ]
    print_table("", ("space", ">precision@10", "95 % interval", ">products"), intervals)
