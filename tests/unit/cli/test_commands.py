"""Every command explains itself, speaks JSON where it answers, and starts quickly."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from rich.text import Text

from penchant.cli import app
from penchant.cli.options import parse_time
from penchant.cli.output import number, print_json, print_table
from penchant.errors import InputError

COMMANDS = typer.main.get_command(app.app).commands  # type: ignore[attr-defined]
ANSWERS = {
    "recommend": ("WARM",),
    "similar": ("P00",),
    "neighbors": ("WARM",),
    "profile": ("WARM",),
    "explain": ("WARM", "P09"),
    "why-not": ("WARM", "P05"),
    "doctor": (),
    "builds": (),
}


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def built_ids(shop: Path) -> list[str]:
    return [path.name for path in (shop / "builds").iterdir()]


def captured(call: Callable[[], None]) -> str:
    with redirect_stdout(io.StringIO()) as out:
        call()
    return out.getvalue()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_an_example_and_json(desk: Any, name: str) -> None:
    shown = desk.run(name, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert f"Example: penchant {name}" in shown.out
    assert "--json" in shown.out
    options = [one for one in COMMANDS[name].params if one.param_type_name == "option"]
    assert all(one.help for one in options if one.name != "help")


def test_no_word_of_the_help_is_taken_for_markup() -> None:
    texts = list(help_texts(typer.main.get_command(app.app)))
    shown = {one.replace("\\[", "[") for one in texts}
    assert {Text.from_markup(one).plain for one in texts} == shown
    assert "Processes that answer; [server] workers if absent." in shown


def help_texts(command: Any) -> Iterator[str]:
    """What the help says, of a command and of all commands within it."""
    for inner in getattr(command, "commands", {}).values():
        yield from help_texts(inner)
    for one in (command, *command.params):
        yield getattr(one, "help", None) or ""


def test_the_help_lists_every_command(desk: Any) -> None:
    shown = desk.run("--help").out
    assert all(name in shown for name in COMMANDS)
    assert desk.run("-h").out == shown
    assert desk.run().code == 2


def test_the_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom penchant.cli.app import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'polars', 'onnxruntime', 'onnx', 'scipy', 'sklearn', 'PIL', 'pandas'}\n"
        "sys.stderr.write(','.join(sorted(heavy & set(sys.modules))))"
    )
    for words in (("--help",), ("recommend", "--help"), ("--version",)):
        done = python(code, *words)
        assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_package_loads_no_tables_and_no_model() -> None:
    done = python("import penchant, sys; print('polars' in sys.modules, 'numpy' in sys.modules)")
    assert done.stdout.split() == ["False", "False"]


def test_the_version_is_that_of_the_package(desk: Any) -> None:
    import penchant

    assert desk.run("--version").out.strip() == penchant.__version__


@pytest.mark.parametrize("verb", sorted(ANSWERS))
def test_json_is_all_there_is_on_stdout(desk: Any, built_shop: Path, verb: str) -> None:
    shown = desk.run(verb, built_shop, *ANSWERS[verb], "--json")
    assert (shown.code, shown.err) == (0, "")
    assert isinstance(shown.json, dict)


@pytest.mark.parametrize("verb", sorted(ANSWERS))
def test_people_get_a_table_with_the_same_facts(desk: Any, built_shop: Path, verb: str) -> None:
    values = desk.run(verb, built_shop, *ANSWERS[verb], "--json").json
    text = desk.run(verb, built_shop, *ANSWERS[verb]).out
    rows = values.get("slots") or values.get("shares") or values.get("interactions") or []
    assert all(row["product_id"] in text for row in rows)
    names = [one["customer_id"] for one in values.get("neighbors", [])]
    assert all(name in text for name in names)
    assert "{" not in text


def test_writing_commands_speak_json_too(desk: Any, tmp_path: Path) -> None:
    shop, spec = tmp_path / "shop", f"precomputed:{desk.inputs / 'vectors.npz'}"
    made = desk.run("init", shop, "--encoder", spec, "--json")
    assert made.json == {"shop": str(shop), "settings": str(shop / "penchant.toml")}
    read = desk.run("ingest", shop, "--products", desk.inputs / "products.csv", "--json")
    assert [one["table"] for one in read.json["tables"]] == ["products"]
    assert desk.run("embed", shop, "--json").json["dim"] == 8
    built = desk.run("build", shop, "--json")
    assert built.json["counts"]["products"] == 24
    assert not (shop / "CURRENT").exists()
    assert built.json["published"] is False
    published = desk.run("publish", shop, "--json").json
    assert published["build_id"] == built.json["build_id"] == (shop / "CURRENT").read_text().strip()
    assert desk.run("rollback", shop, published["build_id"], "--json").json["changed"] is False
    assert desk.run("prune", shop, "--json").json == {"removed": [], "kept": built_ids(shop)}


def test_the_next_step_is_told_after_every_writing_command(desk: Any, tmp_path: Path) -> None:
    shop, spec = tmp_path / "shop", f"precomputed:{desk.inputs / 'vectors.npz'}"
    assert "Next: penchant ingest" in desk.run("init", shop, "--encoder", spec).err
    read = desk.run("ingest", shop, "--products", desk.inputs / "products.csv")
    assert "products: 24 of 24 rows kept" in read.err
    assert "Next: penchant build" in read.err
    assert "Next: penchant build" in desk.run("embed", shop).err
    built = desk.run("build", shop)
    assert "24 products, 23 with a style vector" in built.err
    assert f"Next: penchant publish {shop}" in built.err
    assert "the input had not changed" in desk.run("build", shop).err
    published = desk.run("publish", shop)
    assert f"Next: penchant recommend {shop} CUSTOMER" in published.err
    assert (read.out, built.out, published.out) == ("", "", "")


def test_an_error_of_the_system_is_one_sentence(
    desk: Any, built_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/secret")

    monkeypatch.setattr("penchant.open", broken, raising=False)
    result = desk.run("recommend", built_shop, "WARM")
    assert result.code == 1
    assert result.err == "error: The system said: Permission denied: /secret.\n"
    told = json.loads(desk.run("recommend", built_shop, "WARM", "--json").err)
    assert told["code"] == "system_error"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("recommend", "--json"), "Missing argument 'SHOP'"),
        (("recommend", "s", "c", "--jsn", "--json"), "No such option: --jsn"),
        (("recommend", "s", "c", "--json", "-k", "many"), "Invalid value for '-k'"),
        (("recomend", "--json"), "No such command 'recomend'"),
        (("--json",), "No such option: --json"),
    ],
)
def test_wrong_usage_is_json_too(desk: Any, words: tuple[str, ...], message: str) -> None:
    result = desk.run(*words)
    told = json.loads(result.err)
    assert (result.code, result.out, told["code"]) == (2, "", "usage")
    assert message in told["message"]


@pytest.mark.parametrize(
    "words",
    [
        ("recommend",),
        ("recommend", "s", "c", "d", "--surface", "--json"),
        ("similar", "s", "--", "p", "--json"),
    ],
)
def test_wrong_usage_is_told_to_people_as_usual(desk: Any, words: tuple[str, ...]) -> None:
    result = desk.run(*words)
    assert (result.code, result.out) == (2, "")
    assert "Usage: " in result.err
    assert "Error" in result.err
    assert '"code"' not in result.err


def test_an_id_that_looks_like_the_option_does_not_ask_for_json(
    desk: Any, built_shop: Path
) -> None:
    result = desk.run("similar", built_shop, "--", "--json")
    assert (result.code, result.err.split()[0]) == (2, "error:")


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_interrupted_command_ends_in_one_line(
    desk: Any, built_shop: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("penchant.open", interrupted, raising=False)
    result = desk.run("recommend", built_shop, "WARM", *more)
    assert (result.code, result.out, result.err.count("\n")) == (130, "", 1)
    assert "Interrupted" in result.err
    if more:
        assert json.loads(result.err)["code"] == "interrupted"


def test_a_reader_who_stops_reading_is_no_error(built_shop: Path) -> None:
    code = "from penchant.cli.app import main; main()"
    words = [sys.executable, "-c", code, "recommend", str(built_shop), "WARM", "-k", "20"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) in {0, 1}
    assert b"Traceback" not in err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_terminal_can_be_written_to(desk: Any, built_shop: Path, encoding: str) -> None:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sys, "argv", ["penchant", "recommend", str(built_shop), "Zoë\udcff", "-k", "1"]
        )
        with pytest.raises(SystemExit) as end:
            app.main()
    assert end.value.code == 0
    out.flush()
    assert b"Zo" in out.buffer.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T01:00:00+02:00", datetime(2026, 2, 28, 23, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_utc(text: str, moment: datetime) -> None:
    found = parse_time(text)
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC
    assert parse_time(None) is None
    with pytest.raises(InputError, match="must be a time such as"):
        parse_time(f"{text} or so")


def test_json_holds_no_nan_and_keeps_letters() -> None:
    assert json.loads(captured(lambda: print_json({"a": "é\udcff"}))) == {"a": "é\udcff"}
    assert "é" in captured(lambda: print_json({"a": "é"}))
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"a": float("nan")})


def test_a_table_shows_texts_as_they_are() -> None:
    text = captured(lambda: print_table("t", ("a", ">b"), [("[red]x[/red]", "1")]))
    assert "[red]x[/red]" in text
    assert (number(None), number(0.12345), number(2.0, 1)) == ("-", "0.123", "2.0")
