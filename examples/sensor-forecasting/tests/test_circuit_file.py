import tempfile
import unittest
from datetime import date
from pathlib import Path

from tests import ROOT
from forecasting.circuit_file import CircuitFileError, parse_circuit_text, read_circuit


class CircuitFileTest(unittest.TestCase):
    def test_reads_scalars_lists_and_one_nested_level(self):
        text = (
            "# a comment\nplant_id: PLANT001\ndate: '2014-10-01' # why\ndays: 730\n"
            "features: [lags, season]\nnone: []\nhyperparameters:\n  ridge: 1.5\n  deep: true\nlast: ~\n"
        )
        self.assertEqual(
            parse_circuit_text(text),
            {
                "plant_id": "PLANT001",
                "date": "2014-10-01",
                "days": 730,
                "features": ["lags", "season"],
                "none": [],
                "hyperparameters": {"ridge": 1.5, "deep": True},
                "last": None,
            },
        )

    def test_an_empty_file_has_no_keys(self):
        self.assertEqual(parse_circuit_text(""), {})

    def test_refuses_what_it_does_not_understand_and_names_the_line(self):
        cases = {
            "a: 1\na: 2": "`a` is given twice",
            "a: 1\n  b: 2": "no key above it is open",
            "a: 1\n- b": "expected `key: value`",
            "a: 1\nb: [x": "does not end on its line",
            "a: 1\nb: {x: 1}": "expected a plain value",
            "a: 1\nb: 'x": "is not closed",
            "a:\n  b:": "expected a plain value",
        }
        for text, message in cases.items():
            with self.subTest(text=text), self.assertRaises(CircuitFileError) as caught:
                parse_circuit_text(text, "c.yml")
            self.assertIn(message, str(caught.exception))
            self.assertIn("c.yml:2:", str(caught.exception))

    def test_every_circuit_of_this_repository_is_readable_and_has_its_own_name(self):
        files = sorted((ROOT / "config" / "circuits").glob("*/*.yml"))
        names = [read_circuit(path).name for path in files]
        self.assertEqual(names, [f"{path.parent.name}_{path.stem}" for path in files])
        self.assertEqual(len(set(names)), 5)

    def test_says_which_key_is_missing_or_of_the_wrong_kind(self):
        good = (ROOT / "config" / "circuits" / "PLANT001" / "CIRCUIT01.yml").read_text(encoding="utf-8")
        cases = [
            ("training_days: 730", "", "`training_days` is missing"),
            ("training_days: 730", "training_days: many", "expected int"),
            ("training_days: 730", "training_days: true", "expected int"),
            ("training_days: 730", "training_days: 0", "at least 1"),
            ("cutoff_date: 2014-10-01", "cutoff_date: October", "expected a date"),
        ]
        for old, new, message in cases:
            with self.subTest(new=new), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "circuit.yml"
                path.write_text(good.replace(old, new), encoding="utf-8")
                with self.assertRaises(CircuitFileError) as caught:
                    read_circuit(path)
                self.assertIn(message, str(caught.exception))

    def test_the_cutoff_date_is_a_date(self):
        circuit = read_circuit(ROOT / "config" / "circuits" / "PLANT001" / "CIRCUIT01.yml")
        self.assertEqual(circuit.cutoff_date, date(2014, 10, 1))


if __name__ == "__main__":
    unittest.main()
