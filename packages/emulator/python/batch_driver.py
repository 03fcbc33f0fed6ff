"""Score files in mini batches with a batch scoring script.

Worker processes import the script, call init() once and then run(paths) for every mini batch they get. A mini batch
that fails, or that takes longer than the time limit, is tried again; files that stay failed count against the error
threshold (-1: no limit). The rows are written in the order of the mini batches.
"""
import argparse
import collections
import importlib.util
import multiprocessing
import multiprocessing.connection
import os
import sys
import time
import traceback


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--script", required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True, help="folder, or file when --file-name is empty")
    parser.add_argument("--file-name", default="")
    parser.add_argument("--mini-batch-size", type=int, default=10)
    parser.add_argument("--max-retries", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=30, help="seconds of one mini batch")
    parser.add_argument("--error-threshold", type=int, default=-1, help="failed files that are accepted")
    parser.add_argument("--batch-error-threshold", type=int, default=-1, help="failed mini batches that are accepted")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--summary-only", action="store_true")
    parser.add_argument("--missing-rows-are-errors", action="store_true")
    parser.add_argument("arguments", nargs="*", help="arguments of the script, after --")
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


def flush():
    sys.stdout.flush()
    sys.stderr.flush()


def work(channel, arguments):
    """One worker: says "ready" or None (init failed), then answers each mini batch with its rows, or None."""
    sys.argv = [arguments.script] + arguments.arguments
    try:
        module = load(arguments.script)
        module.init()
    except BaseException:
        traceback.print_exc()
        flush()
        channel.send(None)
        return
    channel.send("ready")
    while True:
        try:
            paths = channel.recv()
        except EOFError:
            return
        try:
            rows = to_rows(module.run(list(paths)))
        except Exception:
            traceback.print_exc()
            rows = None
        flush()
        channel.send(rows)


class Worker:
    """A worker process and the mini batch it works on."""

    def __init__(self, arguments):
        self.channel, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=work, args=(other, arguments), daemon=True)
        self.process.start()
        other.close()
        self.batch = None
        self.deadline = None
        self.ready = False

    def give(self, batch, timeout):
        self.batch = batch
        self.deadline = time.monotonic() + timeout
        self.channel.send(batch[2])

    def end(self):
        self.process.kill()
        self.process.join()
        self.channel.close()


class Scoring:
    """All mini batches of one job. A batch is (index, attempt, paths)."""

    def __init__(self, arguments, files):
        size = max(1, arguments.mini_batch_size)
        batches = [files[start:start + size] for start in range(0, len(files), size)]
        self.arguments = arguments
        self.waiting = collections.deque((index, 1, paths) for index, paths in enumerate(batches))
        self.rows = {}
        self.failed_files = 0
        self.failed_batches = 0
        self.workers = []

    def exceeded(self):
        limits = (
            (self.failed_files, self.arguments.error_threshold, "files"),
            (self.failed_batches, self.arguments.batch_error_threshold, "mini batches"),
        )
        for failed, limit, word in limits:
            if 0 <= limit < failed:
                sys.exit("%d %s failed; the error threshold is %d." % (failed, word, limit))

    def missed(self, batch, reason):
        index, attempt, paths = batch
        print("mini batch %s, attempt %d: %d files" % (reason, attempt, len(paths)), flush=True)
        if attempt <= self.arguments.max_retries:
            self.waiting.append((index, attempt + 1, paths))
            return
        self.failed_files += len(paths)
        self.failed_batches += 1
        self.exceeded()

    def scored(self, batch, rows):
        index, _, paths = batch
        self.rows[index] = rows
        missing = len(paths) - len(rows)
        if self.arguments.missing_rows_are_errors and missing > 0:
            self.failed_files += missing
            self.exceeded()

    def receive(self, worker):
        try:
            answer = worker.channel.recv()
        except EOFError:
            self.replace(worker, "ended its process")
            return
        if not worker.ready:
            if answer is None:
                sys.exit("init() of the scoring script failed.")
            worker.ready = True
            return
        batch, worker.batch = worker.batch, None
        if answer is None:
            self.missed(batch, "failed")
        else:
            self.scored(batch, answer)

    def replace(self, worker, reason):
        self.workers.remove(worker)
        worker.end()
        if worker.batch is None:
            sys.exit("A worker of the scoring script %s while it started." % reason)
        self.missed(worker.batch, reason)
        self.workers.append(Worker(self.arguments))

    def step(self):
        for worker in self.workers:
            if worker.ready and worker.batch is None and self.waiting:
                worker.give(self.waiting.popleft(), self.arguments.timeout)
        deadlines = [worker.deadline for worker in self.workers if worker.batch is not None]
        wait = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
        channels = {worker.channel: worker for worker in self.workers if not worker.ready or worker.batch is not None}
        for channel in multiprocessing.connection.wait(list(channels), wait):
            self.receive(channels[channel])
        now = time.monotonic()
        for worker in [one for one in self.workers if one.batch is not None and one.deadline <= now]:
            self.replace(worker, "took longer than %g s" % self.arguments.timeout)

    def run(self):
        count = max(1, min(self.arguments.workers, len(self.waiting)))
        self.workers = [Worker(self.arguments) for _ in range(count)]
        while self.waiting or any(worker.batch is not None or not worker.ready for worker in self.workers):
            self.step()
        for worker in self.workers:
            worker.end()


def main():
    arguments = read_arguments()
    multiprocessing.set_start_method("fork")
    files = list_files(arguments.input)
    target = os.path.join(arguments.output, arguments.file_name) if arguments.file_name else arguments.output
    scoring = Scoring(arguments, files)
    scoring.run()
    rows = [row for index in sorted(scoring.rows) for row in scoring.rows[index]]
    with open(target, "w", encoding="utf-8") as output:
        output.writelines(row + "\n" for row in ([] if arguments.summary_only else rows))
    print("%d files, %d failed, %d rows" % (len(files), scoring.failed_files, len(rows)), flush=True)


if __name__ == "__main__":
    main()
