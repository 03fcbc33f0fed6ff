"""Answers forecast requests at an online endpoint.

Request: the latest days of the series, oldest first, without gaps, and optionally how many days to forecast.

    {
      "input_data": {"columns": ["timestamp", "value"], "data": [["2015-12-30", 5.6], ["2015-12-31", 5.6]]},
      "horizon": 1
    }

A model that learned from another measurement, such as the wind, needs that column in the request as well.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

# The folder `forecasting` is one level up in the repository, and beside this file where only `score` was deployed.
for _folder in (Path(__file__).resolve().parents[1], Path(__file__).resolve().parent):
    if (_folder / "forecasting").is_dir() and str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from forecasting.features import require_columns  # noqa: E402
from forecasting.model import load_model  # noqa: E402
from forecasting.series import Series, build_series  # noqa: E402

_model = None
_max_horizon = 14


class RequestError(ValueError):
    """The request does not say what the model needs."""


def init():
    """Loads the model once, when the container starts."""
    global _model, _max_horizon
    _max_horizon = int(os.environ.get("FORECAST_MAX_HORIZON", "14"))
    _model = load_model(os.environ["AZUREML_MODEL_DIR"])
    print(f"model {_model.name} {_model.digest} of circuit {_model.circuit}: {', '.join(_model.spec.names)}")


def run(raw_data):
    """One forecast a day from the day after the history on. Equal requests give equal answers."""
    request = json.loads(raw_data) if isinstance(raw_data, (str, bytes, bytearray)) else raw_data
    history, horizon = _read(request)
    require_columns(_model.spec, history, "request")
    if horizon > 1 and _model.spec.columns:
        raise RequestError(f"horizon is {horizon}, but tomorrow's {', '.join(_model.spec.columns)} is not known yet")
    forecast, days = [], []
    for _ in range(horizon):
        day = history.days[-1] + timedelta(days=1)
        value = _model.predict(history, day)
        forecast.append(round(value, 4))
        days.append(day.isoformat())
        history = Series(history.days + [day], history.values + [value], history.columns)
    identity = {"name": _model.name, "circuit": _model.circuit, "digest": _model.digest}
    return {"forecast": forecast, "timestamps": days, "model": identity}


def _read(request):
    table = request.get("input_data") if isinstance(request, dict) else None
    columns, rows = (table.get("columns"), table.get("data")) if isinstance(table, dict) else (None, None)
    named = isinstance(columns, list) and all(isinstance(name, str) for name in columns)
    if not named or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise RequestError('expected {"input_data": {"columns": ["timestamp", "value"], "data": [[...], ...]}}')
    if not rows:
        raise RequestError("input_data.data is empty, expected the latest days of the series")
    horizon = request.get("horizon", 1)
    if type(horizon) is not int or not 1 <= horizon <= _max_horizon:
        raise RequestError(f"horizon is {horizon!r}, expected 1 to {_max_horizon}")
    return build_series(columns, rows, "request"), horizon
