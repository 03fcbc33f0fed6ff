import contextlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest import mock

from tests import ROOT
from forecasting.circuit_file import read_circuit
from forecasting.evaluation import before
from forecasting.features import FeatureError
from forecasting.model import save_model, train_model
from forecasting.series import SeriesError, read_series

NAMES = sorted(path.stem for path in (ROOT / "data").glob("*.csv"))


def train(name, **changes):
    plant, circuit = name.split("_")
    config = replace(read_circuit(ROOT / "config" / "circuits" / plant / f"{circuit}.yml"), **changes)
    series = read_series(ROOT / "data" / f"{name}.csv")
    return train_model(config, series), series


def sample(name):
    return json.loads((ROOT / "azureml" / "sample-requests" / f"{name}.json").read_text(encoding="utf-8"))


@contextlib.contextmanager
def serving(model):
    """The scoring script as a fresh module, started with the model one folder below AZUREML_MODEL_DIR."""
    spec = importlib.util.spec_from_file_location("score_under_test", ROOT / "src" / "score" / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    with tempfile.TemporaryDirectory() as folder:
        save_model(model, Path(folder) / "model")
        with mock.patch.dict(os.environ, {"AZUREML_MODEL_DIR": folder}), contextlib.redirect_stdout(io.StringIO()):
            score.init()
        yield score


class ScoreTest(unittest.TestCase):
    def test_every_sample_request_is_answered_with_the_forecast_of_the_next_day(self):
        self.assertEqual(len(NAMES), 5)
        for name in NAMES:
            model, series = train(name)
            with self.subTest(name=name), serving(model) as score:
                answer = score.run(json.dumps(sample(name)))
                expected = model.predict(series, series.days[-1] + timedelta(days=1))
                self.assertEqual(answer["forecast"], [round(expected, 4)])
                self.assertEqual(answer["timestamps"], ["2016-01-01"])
                self.assertEqual(answer["model"]["circuit"], name)
                self.assertEqual(answer["model"]["digest"], model.digest)

    def test_sample_requests_are_the_last_measured_days(self):
        for name in NAMES:
            series = read_series(ROOT / "data" / f"{name}.csv")
            data = sample(name)["input_data"]["data"]
            self.assertEqual(data, [[day.isoformat(), value] for day, value in zip(series.days, series.values)][-30:])

    def test_equal_requests_give_equal_answers_and_two_models_tell_who_answered(self):
        request = json.dumps(sample(NAMES[0]))
        answers = []
        for days in (730, 730, 400):
            with serving(train(NAMES[0], training_days=days)[0]) as score:
                answers.append(score.run(request))
        self.assertEqual(answers[0], answers[1])
        self.assertNotEqual(answers[0]["model"]["digest"], answers[2]["model"]["digest"])

    def test_a_column_the_model_learned_from_is_required_in_the_request(self):
        model, series = train("PLANT003_CIRCUIT01", features=["lags", "season", "temp_max"])
        request = sample("PLANT003_CIRCUIT01")
        with serving(model) as score:
            with self.assertRaises(FeatureError) as caught:
                score.run(json.dumps(request))
            self.assertIn("request: column `temp_max` is missing", str(caught.exception))
            table = request["input_data"]
            table["columns"].append("temp_max")
            for row, warmest in zip(table["data"], series.columns["temp_max"][-30:]):
                row.append(warmest)
            self.assertEqual(len(score.run(json.dumps(request))["forecast"]), 1)
            with self.assertRaises(score.RequestError):
                score.run(json.dumps({**request, "horizon": 2}))

    def test_a_longer_horizon_feeds_each_forecast_to_the_next(self):
        with serving(train(NAMES[0])[0]) as score:
            answer = score.run({**sample(NAMES[0]), "horizon": 3})
            extended = sample(NAMES[0])
            extended["input_data"]["data"].append([answer["timestamps"][0], answer["forecast"][0]])
            self.assertEqual(answer["timestamps"], ["2016-01-01", "2016-01-02", "2016-01-03"])
            self.assertAlmostEqual(score.run(extended)["forecast"][0], answer["forecast"][1], places=3)

    def test_serving_agrees_with_evaluation(self):
        model, series = train("PLANT002_CIRCUIT02")
        at = len(series) - 100
        known = before(series, at)
        rows = [[day.isoformat(), value] for day, value in zip(known.days, known.values)][-30:]
        with serving(model) as score:
            answer = score.run({"input_data": {"columns": ["timestamp", "value"], "data": rows}})
        self.assertEqual(answer["forecast"], [round(model.predict(known, series.days[at]), 4)])

    def test_refuses_requests_that_do_not_say_what_is_needed(self):
        header, row = ["timestamp", "value"], ["2015-12-31", 1.0]
        with serving(train("PLANT002_CIRCUIT02")[0]) as score:
            cases = [
                ([], score.RequestError),
                ({}, score.RequestError),
                ({"input_data": {"columns": header, "data": []}}, score.RequestError),
                ({"input_data": {"columns": [1, 2], "data": [row]}}, score.RequestError),
                ({"input_data": {"columns": header, "data": [1]}}, score.RequestError),
                ({"input_data": {"columns": header, "data": [row]}, "horizon": 15}, score.RequestError),
                ({"input_data": {"columns": header, "data": [row]}, "horizon": "1"}, score.RequestError),
                ({"input_data": {"columns": header, "data": [row]}}, FeatureError),
                ({"input_data": {"columns": header, "data": [row, row]}}, SeriesError),
                ({"input_data": {"columns": header, "data": [["2015-12-31", None]]}}, SeriesError),
            ]
            for request, error in cases:
                with self.subTest(request=request), self.assertRaises(error):
                    score.run(json.dumps(request))

    def test_the_script_finds_its_package_from_anywhere_and_beside_itself(self):
        model, _ = train(NAMES[0])
        with tempfile.TemporaryDirectory() as folder:
            save_model(model, Path(folder) / "model")
            beside = Path(folder) / "flat"
            shutil.copytree(ROOT / "src" / "forecasting", beside / "forecasting")
            shutil.copy(ROOT / "src" / "score" / "score.py", beside)
            request = json.dumps(sample(NAMES[0]))
            for script in (ROOT / "src" / "score" / "score.py", beside / "score.py"):
                code = (
                    "import importlib.util, json, sys\n"
                    "spec = importlib.util.spec_from_file_location('entry', sys.argv[1])\n"
                    "entry = importlib.util.module_from_spec(spec); spec.loader.exec_module(entry)\n"
                    "entry.init(); print(json.dumps(entry.run(sys.argv[2])))\n"
                )
                done = subprocess.run(
                    [sys.executable, "-c", code, str(script), request],
                    cwd=folder, env={**os.environ, "AZUREML_MODEL_DIR": folder}, capture_output=True, text=True,
                )
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.loads(done.stdout.splitlines()[-1])["model"]["digest"], model.digest)


if __name__ == "__main__":
    unittest.main()
