"""Judges a model that exists already on a circuit's current holdout, so that old and new are compared on equal rows."""

import argparse

from forecasting.circuit_file import read_circuit
from forecasting.evaluation import evaluate_model, save_evaluation
from forecasting.model import load_model
from forecasting.series import read_series


def main() -> None:
    parser = argparse.ArgumentParser(description="Evaluate a trained model on the circuit's current holdout.")
    parser.add_argument("--circuit", required=True, help="circuit file (YAML)")
    parser.add_argument("--data", required=True, help="series of the circuit (CSV)")
    parser.add_argument("--model", required=True, help="folder with model.json")
    parser.add_argument("--output", required=True, help="folder for evaluation.json")
    args = parser.parse_args()

    circuit = read_circuit(args.circuit)
    model = load_model(args.model)
    if model.circuit != circuit.name:
        raise SystemExit(f"the model is of circuit {model.circuit}, expected {circuit.name}")
    evaluation = evaluate_model(model, circuit, read_series(args.data))
    save_evaluation(evaluation, args.output)

    data = evaluation["data"]
    print(f"model {model.digest} of {circuit.name} on {data['rows']} days, {data['from']} to {data['to']}")
    for name, value in evaluation["metrics"].items():
        print(f"metric {name} = {value}")


if __name__ == "__main__":
    main()
