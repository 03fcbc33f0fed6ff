import tempfile
import unittest
from dataclasses import replace
from datetime import date
from pathlib import Path

from tests import ROOT
from forecasting.circuit_file import read_circuit
from forecasting.evaluation import evaluate_model, fingerprint
from forecasting.features import FeatureError
from forecasting.model import load_model, save_model, train_model
from forecasting.series import Series, SeriesError, read_series

CIRCUIT = read_circuit(ROOT / "config" / "circuits" / "PLANT003" / "CIRCUIT01.yml")
SERIES = read_series(ROOT / "data" / "PLANT003_CIRCUIT01.csv")


class EvaluationTest(unittest.TestCase):
    def test_metrics_follow_from_the_losses(self):
        evaluation = evaluate_model(train_model(CIRCUIT, SERIES), CIRCUIT, SERIES)
        losses = list(evaluation["losses"].values())
        self.assertEqual(evaluation["schema"], "switchyard/evaluation/v1")
        self.assertEqual(evaluation["data"]["rows"], CIRCUIT.holdout_days)
        self.assertEqual(list(evaluation["losses"])[0], "2014-10-01")
        self.assertAlmostEqual(evaluation["metrics"]["mae"], sum(losses) / len(losses), places=5)
        self.assertLess(evaluation["metrics"]["mae"], evaluation["metrics"]["naive_mae"])

    def test_training_never_sees_the_holdout(self):
        cut = SERIES.days.index(CIRCUIT.cutoff_date)
        columns = {name: column[:cut] for name, column in SERIES.columns.items()}
        known = Series(SERIES.days[:cut], SERIES.values[:cut], columns)
        self.assertEqual(train_model(CIRCUIT, known).to_text(), train_model(CIRCUIT, SERIES).to_text())

    def test_a_forecast_does_not_change_when_later_days_do(self):
        model = train_model(CIRCUIT, SERIES)
        last = SERIES.days.index(date(2015, 9, 30))
        changed = Series(SERIES.days, SERIES.values[:last] + [99.0] * (len(SERIES) - last), SERIES.columns)
        before, after = (evaluate_model(model, CIRCUIT, series)["losses"] for series in (SERIES, changed))
        differing = [day for day in before if before[day] != after[day]]
        self.assertEqual(differing, ["2015-09-30"])

    def test_the_fingerprint_depends_on_keys_and_labels_and_not_on_order(self):
        base = fingerprint(["a", "b"], [1.0, 2.0])
        self.assertEqual(base, fingerprint(["b", "a"], [2.0, 1.0]))
        self.assertNotEqual(base, fingerprint(["a", "b"], [1.0, 2.5]))
        self.assertNotEqual(base, fingerprint(["a", "c"], [1.0, 2.0]))
        self.assertRegex(base, "^sha256:[0-9a-f]{64}$")

    def test_two_models_on_the_same_holdout_share_the_fingerprint(self):
        other = replace(CIRCUIT, training_days=400, features=["lags", "season", "temp_max"])
        first, second = (evaluate_model(train_model(c, SERIES), CIRCUIT, SERIES) for c in (CIRCUIT, other))
        self.assertEqual(first["data"], second["data"])
        self.assertNotEqual(first["metrics"], second["metrics"])

    def test_a_holdout_beyond_the_data_is_refused(self):
        model = train_model(CIRCUIT, SERIES)
        with self.assertRaises(SeriesError):
            evaluate_model(model, replace(CIRCUIT, holdout_days=500), SERIES)

    def test_r2_is_not_computed_when_the_holdout_never_changes(self):
        flat = Series(SERIES.days, [1.0] * len(SERIES), SERIES.columns)
        self.assertIsNone(evaluate_model(train_model(CIRCUIT, flat), CIRCUIT, flat)["metrics"]["r2"])

    def test_a_column_that_the_data_lack_is_refused_in_training(self):
        with self.assertRaises(FeatureError):
            train_model(replace(CIRCUIT, features=["lags", "humidity"]), SERIES)

    def test_too_few_training_rows_are_refused(self):
        with self.assertRaises(SeriesError):
            train_model(replace(CIRCUIT, training_days=5), SERIES)


class ModelFileTest(unittest.TestCase):
    def test_a_saved_model_reads_back_with_the_same_digest_also_one_folder_down(self):
        model = train_model(CIRCUIT, SERIES)
        with tempfile.TemporaryDirectory() as folder:
            save_model(model, Path(folder) / "model")
            self.assertEqual(load_model(Path(folder) / "model").digest, model.digest)
            self.assertEqual(load_model(folder).digest, model.digest)

    def test_no_model_and_two_models_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(FileNotFoundError):
                load_model(folder)
            for name in ("a", "b"):
                save_model(train_model(CIRCUIT, SERIES), Path(folder) / name)
            with self.assertRaises(FileNotFoundError):
                load_model(folder)


if __name__ == "__main__":
    unittest.main()
