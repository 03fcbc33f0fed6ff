import unittest

from tests import ROOT
from forecasting.series import SeriesError, build_series, read_series


class SeriesTest(unittest.TestCase):
    def test_keeps_other_columns_beside_the_value(self):
        series = build_series(["timestamp", "value", "wind"], [["2015-01-01", "1.5", 3], ["2015-01-02", 2, "4"]], "t")
        self.assertEqual(series.values, [1.5, 2.0])
        self.assertEqual(series.columns, {"wind": [3.0, 4.0]})

    def test_refuses_gaps_disorder_and_values_that_are_no_numbers(self):
        header = ["timestamp", "value"]
        cases = [
            (header, [["2015-01-01", 1], ["2015-01-03", 1]], "one row a day"),
            (header, [["2015-01-02", 1], ["2015-01-01", 1]], "one row a day"),
            (header, [["2015-01-01", 1], ["2015-01-01", 1]], "one row a day"),
            (header, [["2015-01-01", None]], "not a finite number"),
            (header, [["2015-01-01", "nan"]], "not a finite number"),
            (header, [["2015-01-01", True]], "not a finite number"),
            (header, [[20150101, 1]], "expected a day"),
            (header, [["2015-01-01"]], "has 1 cells"),
            (["timestamp", "wind"], [], "no column `value`"),
            (["timestamp", "value", "value"], [], "given twice"),
        ]
        for columns, rows, message in cases:
            with self.subTest(rows=rows), self.assertRaises(SeriesError) as caught:
                build_series(columns, rows, "t")
            self.assertIn(message, str(caught.exception))

    def test_every_series_of_this_repository_is_complete(self):
        files = sorted((ROOT / "data").glob("*.csv"))
        self.assertEqual(len(files), 5)
        for path in files:
            self.assertEqual(len(read_series(path)), 1461, path.name)


if __name__ == "__main__":
    unittest.main()
