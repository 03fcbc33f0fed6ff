"""How good a model is on the holdout: `evaluation.json`, schema `switchyard/evaluation/v1`."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import timedelta
from pathlib import Path

from .circuit_file import Circuit
from .features import require_columns
from .model import Model
from .series import Series, SeriesError

EVALUATION_FILE = "evaluation.json"


def evaluate_model(model: Model, circuit: Circuit, series: Series) -> dict:
    """Forecasts each of the `holdout_days` from `cutoff_date` on, one day ahead, and compares with what came.

    Every day of the holdout is scored or the evaluation fails: two models are comparable only on equal rows.
    """
    require_columns(model.spec, series, "holdout data")
    end = circuit.cutoff_date + timedelta(days=circuit.holdout_days)
    positions = [at for at, day in enumerate(series.days) if circuit.cutoff_date <= day < end]
    if len(positions) != circuit.holdout_days or positions[0] == 0:
        raise SeriesError(
            f"holdout from {circuit.cutoff_date} has {len(positions)} of {circuit.holdout_days} days"
            f" with a day before; the data cover {series.days[0]} to {series.days[-1]}"
        )
    keys = [series.days[at].isoformat() for at in positions]
    actual = [series.values[at] for at in positions]
    forecast = [model.predict(before(series, at), series.days[at]) for at in positions]
    naive = [series.values[at - 1] for at in positions]
    errors = [abs(a - f) for a, f in zip(actual, forecast)]
    return {
        "schema": "switchyard/evaluation/v1",
        "circuit": circuit.name,
        "data": {"fingerprint": fingerprint(keys, actual), "rows": len(keys), "from": keys[0], "to": keys[-1]},
        "metrics": {
            "mae": _round(_mean(errors)),
            "rmse": _round(math.sqrt(_mean([error * error for error in errors]))),
            "r2": _r2(actual, errors),
            "naive_mae": _round(_mean([abs(a - n) for a, n in zip(actual, naive)])),
        },
        "losses": {key: _round(error) for key, error in zip(keys, errors)},
    }


def fingerprint(keys: list[str], labels: list[float]) -> str:
    """Digest of the holdout's rows, in any order: the keys and what was measured, not what was forecast."""
    rows = sorted(zip(keys, labels))
    text = "".join(f"{key}\t{label!r}\n" for key, label in rows)
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()


def before(series: Series, at: int) -> Series:
    """The series as it was known on the morning of day `at`."""
    columns = {name: column[:at] for name, column in series.columns.items()}
    return Series(series.days[:at], series.values[:at], columns)


def save_evaluation(evaluation: dict, folder: str | Path) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / EVALUATION_FILE).write_text(json.dumps(evaluation, indent=2) + "\n", encoding="utf-8")


def _r2(actual: list[float], errors: list[float]) -> float | None:
    centre = _mean(actual)
    spread = sum((value - centre) ** 2 for value in actual)
    # A holdout that never changes leaves nothing to explain: not computed, which is not the same as zero.
    return None if spread == 0 else _round(1 - sum(error * error for error in errors) / spread)


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def _round(number: float) -> float:
    return round(number, 6)
