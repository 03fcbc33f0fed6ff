"""Forecasts one sensor a day ahead. Standard library only, so that a training job needs nothing but Python 3.9."""
