"""Logs a run's numbers to MLflow over its REST interface, or prints them when no run is given."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Mapping

_TRIES = 3


class TrackingError(RuntimeError):
    """The tracking server did not take the numbers."""


def log_run(metrics: Mapping[str, float | None], params: Mapping[str, object], environ: Mapping[str, str]) -> None:
    """Azure ML sets MLFLOW_TRACKING_URI, MLFLOW_RUN_ID and MLFLOW_TRACKING_TOKEN for a job; a shell has none."""
    for name, value in metrics.items():
        print(f"metric {name} = {value}")
    uri, run = environ.get("MLFLOW_TRACKING_URI"), environ.get("MLFLOW_RUN_ID")
    if not uri or not run:
        print("MLFLOW_TRACKING_URI and MLFLOW_RUN_ID are not set: metrics are printed only")
        return
    body = log_batch_body(run, metrics, params, int(time.time() * 1000))
    headers = {"Content-Type": "application/json"}
    if environ.get("MLFLOW_TRACKING_TOKEN"):
        headers["Authorization"] = f"Bearer {environ['MLFLOW_TRACKING_TOKEN']}"
    data = json.dumps(body).encode("utf-8")
    _post(urllib.request.Request(log_batch_url(uri), data=data, headers=headers, method="POST"))
    print(f"logged {len(body['metrics'])} metrics and {len(body['params'])} params to run {run}")


def log_batch_url(tracking_uri: str) -> str:
    """`azureml://` is Azure ML's name for the same address over https."""
    base = tracking_uri.split("?", 1)[0].rstrip("/")
    if base.startswith("azureml://"):
        base = "https://" + base[len("azureml://") :]
    return f"{base}/api/2.0/mlflow/runs/log-batch"


def log_batch_body(run: str, metrics: Mapping[str, float | None], params: Mapping[str, object], now_ms: int) -> dict:
    """The body of MLflow's runs/log-batch. A metric that was not computed is left out."""
    return {
        "run_id": run,
        "metrics": [
            {"key": key, "value": value, "timestamp": now_ms, "step": 0}
            for key, value in metrics.items()
            if value is not None
        ],
        "params": [{"key": key, "value": str(value)} for key, value in params.items()],
        "tags": [],
    }


def _post(request: urllib.request.Request) -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=30):
                return
        except urllib.error.HTTPError as error:
            answer = error.read().decode("utf-8", "replace")[:500]
            if error.code < 500 and error.code != 429 or attempt == _TRIES:
                raise TrackingError(f"{request.full_url} answered {error.code}: {answer}") from error
        except urllib.error.URLError as error:
            if attempt == _TRIES:
                raise TrackingError(f"{request.full_url} cannot be reached: {error.reason}") from error
        time.sleep(attempt)
