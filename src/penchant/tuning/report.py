"""The report of a tuning: rows and sentences for people, plain values for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from penchant.evaluation.intervals import MeanInterval
from penchant.settings_file import toml_value
from penchant.tuning.edit import setting_lines
from penchant.tuning.search import Attempt, best_attempts
from penchant.tuning.tune import Tuning

CANNOT_TELL = "the data cannot tell"


def knob_rows(tuning: Tuning) -> list[tuple[str, str, str, str, str]]:
    """Give one row per knob: its name, what it is, the best other value, its gain, the verdict.

    Args:
        tuning: What was found.
    """
    return [
        (
            one.knob.name,
            toml_value(one.knob.present),
            toml_value(one.value),
            told(one.gain),
            verdict(one, tuning),
        )
        for one in best_attempts(tuning.attempts)
    ]


def verdict(best: Attempt, tuning: Tuning) -> str:
    """Say what is thought of the best other value of a knob.

    Args:
        best: Of `best_attempts`.
        tuning: What it belongs to.
    """
    if best.knob.name in tuning.confirmed:
        return "change it"
    if best.knob.name in tuning.changes:
        return "better, but not confirmed"
    if best.is_clear:
        return "adds nothing to the others"
    return "keep it: others are worse" if best.gain.high < 0 else CANNOT_TELL


def part_rows(tuning: Tuning) -> list[tuple[str, str, str, str]]:
    """Give one row per part: kind, name, what is lost without it, the verdict.

    Args:
        tuning: What was found.
    """
    return [(one.kind, one.name, told(one.lost), _worth(one.lost)) for one in tuning.parts]


def weight_rows(tuning: Tuning) -> list[tuple[str, str, str]]:
    """Give one row per surface: its name, where its weights come from, the heaviest source first.

    Args:
        tuning: What was found.
    """
    return [
        (one.surface, one.origin, ", ".join(f"{name} {part:.2f}" for name, part in heaviest))
        for one in tuning.weights
        if (heaviest := sorted(one.weights.items(), key=lambda pair: -pair[1]))
    ]


def sentences(tuning: Tuning) -> list[str]:
    """Say what was proved, and what fitted weights add.

    Args:
        tuning: What was found.
    """
    return [_proof(tuning), *_fit(tuning)]


def to_dict(tuning: Tuning) -> dict[str, Any]:
    """Give all that was found as JSON-ready values.

    Args:
        tuning: What was found.
    """
    best = {one.knob.name: verdict(one, tuning) for one in best_attempts(tuning.attempts)}
    return {
        "known_until": tuning.known_until,
        "asked_until": tuning.asked_until,
        "k": tuning.k,
        "verdicts": best,
        "attempts": [_attempt(one) for one in tuning.attempts],
        "changes": dict(tuning.changes),
        "proof": None if tuning.proof is None else asdict(tuning.proof),
        "confirmed": dict(tuning.confirmed),
        "settings": setting_lines(tuning.confirmed),
        "parts": [asdict(one) for one in tuning.parts],
        "weights": [asdict(one) for one in tuning.weights],
    }


def told(gap: MeanInterval) -> str:
    """Write a difference with its interval.

    Args:
        gap: In NDCG.

    Example:
        >>> told(MeanInterval(0.01, -0.002, 0.022, 300))
        '+0.0100 [-0.0020, +0.0220]'
    """
    return f"{gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]"


def _attempt(one: Attempt) -> dict[str, Any]:
    knob = one.knob
    return {
        "knob": knob.name,
        "present": knob.present,
        "value": one.value,
        "gain": asdict(one.gain),
        "chance": one.chance,
    }


def _worth(lost: MeanInterval) -> str:
    if lost.low > 0:
        return "it helps"
    return "it is better without" if lost.high < 0 else CANNOT_TELL


def _proof(tuning: Tuning) -> str:
    if tuning.proof is None:
        return "No change is clearly better than the present settings: they stay."
    gain = f"{told(tuning.proof)} over {tuning.proof.n} other customers"
    if tuning.confirmed:
        return f"Confirmed: all changes together gain {gain}."
    return f"Not confirmed: all changes together gain {gain}. The present settings stay."


def _fit(tuning: Tuning) -> list[str]:
    """Say by how much weights that were fitted lead the default ones."""
    found = [one for one in tuning.attempts if one.knob.name == "blend.fit"]
    return [
        f"Default weights of the sources instead of fitted ones: {told(one.gain)}."
        if one.knob.present
        else f"Fitted weights of the sources instead of the default ones: {told(one.gain)}."
        for one in found
    ]
