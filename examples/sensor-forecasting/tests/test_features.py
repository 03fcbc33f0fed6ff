import unittest
from datetime import date, timedelta

import tests  # noqa: F401
from forecasting.features import FeatureError, FeatureSpec, feature_row, feature_rows, feature_spec, require_columns
from forecasting.series import Series

START = date(2015, 1, 1)


def series_of(values, wind=None):
    days = [START + timedelta(days=at) for at in range(len(values))]
    return Series(days, list(values), {} if wind is None else {"wind": list(wind)})


class FeaturesTest(unittest.TestCase):
    def test_a_row_holds_lags_newest_first_then_mean_season_and_columns_of_yesterday(self):
        spec = FeatureSpec(lags=2, rolling_window=4, harmonics=1, columns=("wind",))
        row = feature_row(spec, series_of([1, 2, 3, 6], wind=[7, 7, 7, 9]), date(2015, 1, 5))
        self.assertEqual(spec.names, ["lag_1", "lag_2", "rolling_mean_4", "season_sin_1", "season_cos_1", "wind_lag_1"])
        self.assertEqual(row[:3], [6, 3, 3.0])
        self.assertAlmostEqual(row[3] ** 2 + row[4] ** 2, 1)
        self.assertEqual(row[5], 9)

    def test_no_feature_changes_when_the_day_itself_or_a_later_one_changes(self):
        spec = FeatureSpec(lags=3, rolling_window=5, harmonics=2, columns=("wind",))
        values, wind = list(range(20)), list(range(50, 70))
        positions, rows = feature_rows(spec, series_of(values, wind), lambda day: True)
        for at, row in zip(positions, rows):
            changed = series_of(values[:at] + [999] * (20 - at), wind[:at] + [999] * (20 - at))
            again = feature_rows(spec, changed, lambda day: day == changed.days[at])[1]
            self.assertEqual(again, [row])

    def test_days_without_enough_history_are_left_out_and_one_alone_is_refused(self):
        spec = FeatureSpec(lags=3)
        self.assertEqual(feature_rows(spec, series_of([1, 2, 3, 4, 5]), lambda day: True)[0], [3, 4])
        with self.assertRaises(FeatureError):
            feature_row(spec, series_of([1, 2]), date(2015, 1, 3))

    def test_the_spec_takes_only_the_settings_of_the_features_listed(self):
        settings = {"lags": 3, "harmonics": 2, "rolling_window": 7, "ridge": 1.0}
        self.assertEqual(feature_spec(["lags"], settings), FeatureSpec(lags=3))
        self.assertEqual(feature_spec(["season", "wind"], settings), FeatureSpec(harmonics=2, columns=("wind",)))

    def test_refuses_features_without_setting_twice_or_none(self):
        for features, settings in [(["lags"], {}), (["lags"], {"lags": 0}), (["lags"], {"lags": "3"}), ([], {}),
                                   (["wind", "wind"], {}), (["value"], {})]:
            with self.subTest(features=features), self.assertRaises(FeatureError):
                feature_spec(features, settings)

    def test_a_column_that_is_not_there_is_named(self):
        with self.assertRaises(FeatureError) as caught:
            require_columns(FeatureSpec(columns=("wind",)), series_of([1]), "request")
        self.assertIn("request: column `wind` is missing", str(caught.exception))

    def test_the_spec_survives_json(self):
        spec = FeatureSpec(lags=2, harmonics=1, columns=("wind",))
        self.assertEqual(FeatureSpec.from_json(spec.to_json()), spec)


if __name__ == "__main__":
    unittest.main()
