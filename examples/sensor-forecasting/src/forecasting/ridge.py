"""Ridge regression in plain Python: normal equations, solved by a Cholesky factorisation."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class RidgeFit:
    """A linear model on standardised features: `intercept + sum(coefficient * (x - mean) / scale)`."""

    intercept: float
    coefficients: list[float]
    means: list[float]
    scales: list[float]

    def predict(self, row: list[float]) -> float:
        terms = zip(self.coefficients, row, self.means, self.scales)
        return self.intercept + sum(weight * (x - mean) / scale for weight, x, mean, scale in terms)


def fit_ridge(rows: list[list[float]], targets: list[float], penalty: float) -> RidgeFit:
    """Least squares plus `penalty` times the sum of squared coefficients; the intercept is not penalised."""
    if not rows or len(rows) != len(targets):
        raise ValueError(f"expected as many targets as rows and at least one, saw {len(rows)} and {len(targets)}")
    if penalty < 0:
        raise ValueError(f"the ridge penalty is {penalty}, expected 0 or more")
    columns = [list(column) for column in zip(*rows)]
    means = [sum(column) / len(column) for column in columns]
    centred = [[x - mean for x in column] for column, mean in zip(columns, means)]
    # A column that never changes carries nothing; scale 1 keeps it at zero instead of dividing by zero.
    scales = [math.sqrt(_dot(column, column) / len(column)) or 1.0 for column in centred]
    scaled = [[x / scale for x in column] for column, scale in zip(centred, scales)]
    intercept = sum(targets) / len(targets)
    residuals = [target - intercept for target in targets]
    gram = [[_dot(left, right) for right in scaled] for left in scaled]
    for diagonal in range(len(gram)):
        gram[diagonal][diagonal] += penalty
    moments = [_dot(column, residuals) for column in scaled]
    return RidgeFit(intercept, solve_symmetric(gram, moments), means, scales)


def solve_symmetric(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solves `matrix x = right` for a symmetric positive definite matrix."""
    size = len(matrix)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i][j] - _dot(lower[i][:j], lower[j][:j])
            if i != j:
                lower[i][j] = rest / lower[j][j]
            elif rest <= 1e-10 * matrix[i][i] or rest <= 0:
                raise ValueError(f"feature {i + 1} repeats the ones before it; use a ridge penalty above 0")
            else:
                lower[i][i] = math.sqrt(rest)
    forward: list[float] = []
    for i in range(size):
        forward.append((right[i] - _dot(lower[i][:i], forward)) / lower[i][i])
    solution = [0.0] * size
    for i in reversed(range(size)):
        known = sum(lower[k][i] * solution[k] for k in range(i + 1, size))
        solution[i] = (forward[i] - known) / lower[i][i]
    return solution


def _dot(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right))
