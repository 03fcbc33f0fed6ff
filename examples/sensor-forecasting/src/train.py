"""Trains one circuit and judges it on the days after its cutoff date.

python3 src/train.py \\
  --circuit config/circuits/PLANT001/CIRCUIT01.yml --data data/PLANT001_CIRCUIT01.csv --model-output out
"""

import argparse
import os

from forecasting.circuit_file import read_circuit
from forecasting.evaluation import evaluate_model, save_evaluation
from forecasting.model import save_model, train_model
from forecasting.series import read_series
from forecasting.tracking import log_run


def main() -> None:
    parser = argparse.ArgumentParser(description="Train one circuit.")
    parser.add_argument("--circuit", required=True, help="circuit file (YAML)")
    parser.add_argument("--data", required=True, help="series of the circuit (CSV)")
    parser.add_argument("--model-output", required=True, help="folder for model.json and evaluation.json")
    args = parser.parse_args()

    circuit = read_circuit(args.circuit)
    series = read_series(args.data)
    print(f"circuit {circuit.name}, model {circuit.model_name}")
    print(f"data: {len(series)} days, {series.days[0]} to {series.days[-1]}")

    model = train_model(circuit, series)
    training = model.training
    print(f"trained on {training['rows']} days, {training['from']} to {training['to']}")
    print(f"features: {', '.join(model.spec.names)}; ridge {training['ridge']}")

    evaluation = evaluate_model(model, circuit, series)
    data, metrics = evaluation["data"], evaluation["metrics"]
    print(f"holdout: {data['rows']} days, {data['from']} to {data['to']}, {data['fingerprint']}")
    print(f"mean absolute error {metrics['mae']}; repeating yesterday's value gives {metrics['naive_mae']}")

    save_model(model, args.model_output)
    save_evaluation(evaluation, args.model_output)
    print(f"wrote model {model.digest} to {args.model_output}")

    logged = {name: metrics[name] for name in ("mae", "rmse", "r2")}
    params = {
        "circuit": circuit.name,
        "cutoff_date": circuit.cutoff_date,
        "training_days": circuit.training_days,
        "holdout_days": circuit.holdout_days,
        "features": ",".join(circuit.features),
        **circuit.hyperparameters,
    }
    log_run({**logged, "rows": data["rows"]}, params, os.environ)


if __name__ == "__main__":
    main()
