import unittest

import tests  # noqa: F401
from forecasting.ridge import fit_ridge, solve_symmetric


class RidgeTest(unittest.TestCase):
    def test_solves_a_system_with_a_known_answer(self):
        solution = solve_symmetric([[4.0, 2.0, 0.0], [2.0, 5.0, 1.0], [0.0, 1.0, 3.0]], [8.0, 15.0, 11.0])
        for found, expected in zip(solution, [1.0, 2.0, 3.0]):
            self.assertAlmostEqual(found, expected)

    def test_without_penalty_it_finds_the_line_the_points_are_on(self):
        rows = [[x, y] for x in range(5) for y in range(5)]
        fit = fit_ridge(rows, [3 + 2 * x - 7 * y for x, y in rows], 0)
        self.assertAlmostEqual(fit.predict([10, 20]), 3 + 20 - 140)

    def test_a_larger_penalty_shrinks_the_coefficients_but_not_the_intercept(self):
        rows, targets = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]
        small, large = fit_ridge(rows, targets, 0.1), fit_ridge(rows, targets, 100)
        self.assertLess(abs(large.coefficients[0]), abs(small.coefficients[0]))
        self.assertEqual(large.intercept, small.intercept)

    def test_a_constant_feature_carries_no_weight(self):
        self.assertEqual(fit_ridge([[5.0, 1.0], [5.0, 2.0]], [1.0, 2.0], 1.0).coefficients[0], 0.0)

    def test_two_equal_features_need_a_penalty(self):
        rows, targets = [[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]], [1.0, 2.0, 4.0]
        with self.assertRaises(ValueError):
            fit_ridge(rows, targets, 0)
        first, second = fit_ridge(rows, targets, 0.5).coefficients
        self.assertAlmostEqual(first, second)

    def test_refuses_no_rows_unequal_lengths_and_a_negative_penalty(self):
        for rows, targets, penalty in [([], [], 1), ([[1.0]], [], 1), ([[1.0]], [1.0], -1)]:
            with self.subTest(rows=rows), self.assertRaises(ValueError):
                fit_ridge(rows, targets, penalty)


if __name__ == "__main__":
    unittest.main()
