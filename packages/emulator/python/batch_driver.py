"""Score files in mini batches with a batch scoring script.

Imports the script, calls init(), then run(paths) for every mini batch, and appends the rows it returns to a file.
A mini batch that fails is tried again; files that stay failed count against the error threshold (-1: no limit).
"""
import argparse
import importlib.util
import os
import sys
import traceback


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--script", required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True, help="folder, or file when --file-name is empty")
    parser.add_argument("--file-name", default="")
    parser.add_argument("--mini-batch-size", type=int, default=10)
    parser.add_argument("--max-retries", type=int, default=3)
    parser.add_argument("--error-threshold", type=int, default=-1)
    parser.add_argument("--summary-only", action="store_true")
    return parser.parse_args()


def load(script):
    path = os.path.abspath(script)
    sys.path.insert(0, os.getcwd())
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location("batch_scoring_script", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def list_files(path):
    if os.path.isfile(path):
        return [path]
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)


def to_rows(result):
    """Rows of what run() returned: a list, or a data frame (written without header)."""
    if hasattr(result, "to_csv"):
        return result.to_csv(header=False, index=False, sep=" ").splitlines()
    return [str(row) for row in result]


def score(module, paths, max_retries):
    for attempt in range(max_retries + 1):
        try:
            return to_rows(module.run(list(paths)))
        except Exception:
            print("mini batch failed, attempt %d:" % (attempt + 1), flush=True)
            traceback.print_exc()
    return None


def main():
    arguments = read_arguments()
    files = list_files(arguments.input)
    target = os.path.join(arguments.output, arguments.file_name) if arguments.file_name else arguments.output
    module = load(arguments.script)
    module.init()
    failed = 0
    rows_written = 0
    with open(target, "w", encoding="utf-8") as output:
        for start in range(0, len(files), max(1, arguments.mini_batch_size)):
            batch = files[start:start + max(1, arguments.mini_batch_size)]
            rows = score(module, batch, arguments.max_retries)
            if rows is None:
                failed += len(batch)
                if 0 <= arguments.error_threshold < failed:
                    sys.exit("%d files failed; the error threshold is %d." % (failed, arguments.error_threshold))
                continue
            for row in [] if arguments.summary_only else rows:
                output.write(row + "\n")
            rows_written += len(rows)
    print("%d files, %d failed, %d rows" % (len(files), failed, rows_written), flush=True)


if __name__ == "__main__":
    main()
