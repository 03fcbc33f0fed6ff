"""Reads a circuit file: the small part of YAML that circuit files use, and nothing else.

Understood: `key: value`, a flow list `[a, b]`, one level of nested keys under `key:`, comments, quotes.
Everything else is refused with file and line, so that no setting is read as something it does not say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

_ENTRY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z_][\w-]*):(?:\s+(?P<value>.*))?$")
_COMMENT = re.compile(r"(^|\s)#.*$")
_INTEGER = re.compile(r"^[+-]?\d+$")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")


class CircuitFileError(ValueError):
    """The circuit file cannot be used; the message names the file and, where there is one, the line."""


@dataclass(frozen=True)
class Circuit:
    """One circuit: which model, which days it learns from, which days it is judged on, and how."""

    name: str
    model_name: str
    cutoff_date: date
    training_days: int
    holdout_days: int
    features: list[str]
    hyperparameters: dict[str, Any]


def parse_circuit_text(text: str, source: str = "circuit file") -> dict[str, Any]:
    """Turns the text of a circuit file into a dictionary. Raises CircuitFileError with `source:line`."""
    result: dict[str, Any] = {}
    nested: dict[str, Any] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = _COMMENT.sub("", raw).rstrip()
        if not line or line == "---":
            continue
        entry = _ENTRY.match(line)
        if entry is None:
            raise CircuitFileError(f"{source}:{number}: expected `key: value`, saw `{line.strip()}`")
        indented = entry["indent"] != ""
        if indented and nested is None:
            raise CircuitFileError(f"{source}:{number}: `{entry['key']}` is indented, but no key above it is open")
        target = nested if indented else result
        if entry["key"] in target:
            raise CircuitFileError(f"{source}:{number}: `{entry['key']}` is given twice")
        if not indented:
            nested = {} if entry["value"] is None else None
        opens_block = not indented and entry["value"] is None
        target[entry["key"]] = nested if opens_block else _value(entry["value"], f"{source}:{number}")
    return result


def read_circuit(path: str | Path) -> Circuit:
    """Reads and checks a circuit file. The circuit's name is `<plant_id>_<circuit_id>`."""
    fields = parse_circuit_text(Path(path).read_text(encoding="utf-8"), str(path))

    def need(key: str, kind: type) -> Any:
        if key not in fields:
            raise CircuitFileError(f"{path}: `{key}` is missing")
        if type(fields[key]) is not kind:
            raise CircuitFileError(f"{path}: `{key}` is {fields[key]!r}, expected {kind.__name__}")
        return fields[key]

    cutoff = need("cutoff_date", str)
    try:
        cutoff_date = date.fromisoformat(cutoff)
    except ValueError as error:
        raise CircuitFileError(f"{path}: `cutoff_date` is {cutoff!r}, expected a date like 2014-10-01") from error
    circuit = Circuit(
        name=f"{need('plant_id', str)}_{need('circuit_id', str)}",
        model_name=need("model_name", str),
        cutoff_date=cutoff_date,
        training_days=need("training_days", int),
        holdout_days=need("holdout_days", int),
        features=need("features", list),
        hyperparameters=need("hyperparameters", dict),
    )
    for key in ("training_days", "holdout_days"):
        if fields[key] < 1:
            raise CircuitFileError(f"{path}: `{key}` is {fields[key]}, expected at least 1")
    return circuit


def _value(text: str | None, place: str) -> Any:
    text = (text or "").strip()
    if text.startswith("["):
        if not text.endswith("]"):
            raise CircuitFileError(f"{place}: the list `{text}` does not end on its line")
        inside = text[1:-1].strip()
        return [_scalar(item.strip(), place) for item in inside.split(",")] if inside else []
    return _scalar(text, place)


def _scalar(text: str, place: str) -> Any:
    if not text or text[0] in "{&*!|>%@`":
        raise CircuitFileError(f"{place}: expected a plain value, saw `{text}`")
    if text[0] in "'\"":
        if len(text) < 2 or text[-1] != text[0]:
            raise CircuitFileError(f"{place}: the quote of `{text}` is not closed")
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if text in ("null", "~"):
        return None
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _NUMBER.match(text) else text
