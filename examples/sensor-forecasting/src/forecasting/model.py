"""A trained model and its file, `model.json`. The file holds no times: equal training writes equal bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from .circuit_file import Circuit
from .features import FeatureSpec, feature_row, feature_rows, feature_spec, require_columns
from .ridge import RidgeFit, fit_ridge
from .series import Series, SeriesError

MODEL_FILE = "model.json"
_FORMAT = "sensor-forecasting/model/v1"


@dataclass(frozen=True)
class Model:
    circuit: str
    name: str
    spec: FeatureSpec
    fit: RidgeFit
    training: dict

    def predict(self, past: Series, day: date) -> float:
        """Forecast of `day` from the days before it."""
        return self.fit.predict(feature_row(self.spec, past, day))

    def to_text(self) -> str:
        document = {
            "format": _FORMAT,
            "circuit": self.circuit,
            "name": self.name,
            "features": {**self.spec.to_json(), "names": self.spec.names},
            "ridge": asdict(self.fit),
            "training": self.training,
        }
        return json.dumps(document, indent=2) + "\n"

    @property
    def digest(self) -> str:
        """Twelve characters that differ whenever the model file differs."""
        return hashlib.sha256(self.to_text().encode("utf-8")).hexdigest()[:12]


def train_model(circuit: Circuit, series: Series) -> Model:
    """Fits the circuit's model on the `training_days` that end the day before `cutoff_date`."""
    spec = feature_spec(circuit.features, circuit.hyperparameters)
    require_columns(spec, series, "training data")
    penalty = circuit.hyperparameters.get("ridge")
    if type(penalty) not in (int, float):
        raise ValueError(f"hyperparameter `ridge` is {penalty!r}, expected a number of 0 or more")
    first = circuit.cutoff_date - timedelta(days=circuit.training_days)
    positions, rows = feature_rows(spec, series, lambda day: first <= day < circuit.cutoff_date)
    if len(rows) <= len(spec.names):
        raise SeriesError(f"{len(rows)} training rows before {circuit.cutoff_date} for {len(spec.names)} features")
    fit = fit_ridge(rows, [series.values[at] for at in positions], penalty)
    training = {
        "from": series.days[positions[0]].isoformat(),
        "to": series.days[positions[-1]].isoformat(),
        "rows": len(rows),
        "ridge": penalty,
    }
    return Model(circuit.name, circuit.model_name, spec, _rounded(fit), training)


def save_model(model: Model, folder: str | Path) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / MODEL_FILE).write_text(model.to_text(), encoding="utf-8")


def load_model(folder: str | Path) -> Model:
    """Reads `model.json` from the folder or from exactly one folder below it (a mounted model keeps its own folder)."""
    folder = Path(folder)
    found = [folder / MODEL_FILE] if (folder / MODEL_FILE).is_file() else sorted(folder.glob(f"*/{MODEL_FILE}"))
    if len(found) != 1:
        raise FileNotFoundError(f"expected one {MODEL_FILE} in {folder} or one level below, found {len(found)}")
    document = json.loads(found[0].read_text(encoding="utf-8"))
    if document.get("format") != _FORMAT:
        raise ValueError(f"{found[0]}: format {document.get('format')!r}, expected {_FORMAT!r}")
    features = {key: value for key, value in document["features"].items() if key != "names"}
    return Model(
        document["circuit"],
        document["name"],
        FeatureSpec.from_json(features),
        RidgeFit(**document["ridge"]),
        document["training"],
    )


def _rounded(fit: RidgeFit) -> RidgeFit:
    """Ten digits are far below the noise of the sensors and hide what differs between two maths libraries."""
    def cut(numbers: list[float]) -> list[float]:
        return [float(f"{number:.10g}") for number in numbers]

    return RidgeFit(cut([fit.intercept])[0], cut(fit.coefficients), cut(fit.means), cut(fit.scales))
