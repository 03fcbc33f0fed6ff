"""What a model looks at when it forecasts a day: only the days before it, and the calendar."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Callable

from .series import Series

#: Words of a circuit's `features` list, and the hyperparameter each one needs. Any other word names a column.
FEATURE_SETTINGS = {"lags": "lags", "rolling_mean": "rolling_window", "season": "harmonics"}
_DAYS_PER_YEAR = 365.25


class FeatureError(ValueError):
    """A feature is unknown, not configured, or missing from the data at hand."""


@dataclass(frozen=True)
class FeatureSpec:
    """Everything needed to compute the features of a day again, wherever the model runs."""

    lags: int = 0
    rolling_window: int = 0
    harmonics: int = 0
    columns: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """How many days before the forecast day must be known."""
        return max(self.lags, self.rolling_window, 1 if self.columns else 0)

    @property
    def names(self) -> list[str]:
        names = [f"lag_{lag}" for lag in range(1, self.lags + 1)]
        if self.rolling_window:
            names.append(f"rolling_mean_{self.rolling_window}")
        for order in range(1, self.harmonics + 1):
            names += [f"season_sin_{order}", f"season_cos_{order}"]
        return names + [f"{column}_lag_1" for column in self.columns]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "columns": list(self.columns)}

    @staticmethod
    def from_json(document: dict[str, Any]) -> FeatureSpec:
        return FeatureSpec(**{**document, "columns": tuple(document["columns"])})


def feature_spec(features: list[str], hyperparameters: dict[str, Any]) -> FeatureSpec:
    """Reads a circuit's `features` and the hyperparameters that belong to them."""
    settings: dict[str, int] = {}
    columns: list[str] = []
    for feature in features:
        setting = FEATURE_SETTINGS.get(feature)
        if setting is None:
            if feature == "value":
                raise FeatureError("feature `value` is the forecast itself; use `lags`")
            columns.append(feature)
            continue
        number = hyperparameters.get(setting)
        if type(number) is not int or number < 1:
            raise FeatureError(f"feature `{feature}` needs hyperparameter `{setting}` of at least 1, saw {number!r}")
        settings[setting] = number
    if not features or len(set(features)) != len(features):
        raise FeatureError(f"features must be named once each and not be empty, saw {features!r}")
    return FeatureSpec(columns=tuple(columns), **settings)


def require_columns(spec: FeatureSpec, series: Series, place: str) -> None:
    """Raises FeatureError when the model uses a column that the data at hand do not carry."""
    missing = [column for column in spec.columns if column not in series.columns]
    if missing:
        has = ", ".join(["value", *series.columns])
        raise FeatureError(f"{place}: column `{'`, `'.join(missing)}` is missing and the model needs it; it has {has}")


def feature_row(spec: FeatureSpec, past: Series, day: date) -> list[float]:
    """The features of `day`, in the order of `spec.names`. `past` must end on the day before and is all it sees."""
    if len(past) < spec.depth:
        raise FeatureError(f"forecasting {day} needs {spec.depth} days before it, saw {len(past)}")
    row = [past.values[-lag] for lag in range(1, spec.lags + 1)]
    if spec.rolling_window:
        row.append(sum(past.values[-spec.rolling_window :]) / spec.rolling_window)
    angle = 2 * math.pi * day.timetuple().tm_yday / _DAYS_PER_YEAR
    for order in range(1, spec.harmonics + 1):
        row += [math.sin(order * angle), math.cos(order * angle)]
    return row + [past.columns[column][-1] for column in spec.columns]


def feature_rows(
    spec: FeatureSpec, series: Series, wanted: Callable[[date], bool]
) -> tuple[list[int], list[list[float]]]:
    """Positions and features of the days that are wanted and have enough days before them."""
    positions = [at for at in range(spec.depth, len(series)) if wanted(series.days[at])]
    return positions, [feature_row(spec, _window(series, at, spec.depth), series.days[at]) for at in positions]


def _window(series: Series, end: int, depth: int) -> Series:
    part = slice(end - depth, end)
    columns = {name: column[part] for name, column in series.columns.items()}
    return Series(series.days[part], series.values[part], columns)
