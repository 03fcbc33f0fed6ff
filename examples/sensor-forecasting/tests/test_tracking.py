import contextlib
import io
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

import tests  # noqa: F401
from forecasting.tracking import TrackingError, log_batch_body, log_batch_url, log_run


class TrackingServer(HTTPServer):
    """Answers every request with `status` and remembers what came."""

    def __init__(self, status):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = status
        self.seen = []

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()

    @property
    def environ(self):
        uri = f"http://127.0.0.1:{self.server_port}/mlflow/v1.0/workspaces/w"
        return {"MLFLOW_TRACKING_URI": uri, "MLFLOW_RUN_ID": "run1", "MLFLOW_TRACKING_TOKEN": "t"}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, self.headers["Authorization"], body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


class TrackingTest(unittest.TestCase):
    def test_the_azureml_scheme_is_https_and_other_schemes_stay(self):
        self.assertEqual(log_batch_url("azureml://host/a?x=1"), "https://host/a/api/2.0/mlflow/runs/log-batch")
        self.assertEqual(log_batch_url("http://host/a/"), "http://host/a/api/2.0/mlflow/runs/log-batch")

    def test_a_metric_that_was_not_computed_is_left_out(self):
        body = log_batch_body("r", {"mae": 1.5, "r2": None}, {"ridge": 1.0}, 7)
        self.assertEqual(body["metrics"], [{"key": "mae", "value": 1.5, "timestamp": 7, "step": 0}])
        self.assertEqual(body["params"], [{"key": "ridge", "value": "1.0"}])

    def test_without_a_run_the_metrics_are_printed(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            log_run({"mae": 1.5}, {}, {})
        self.assertIn("metric mae = 1.5", out.getvalue())

    def test_with_a_run_the_metrics_are_posted_with_the_token(self):
        with TrackingServer(200) as server, contextlib.redirect_stdout(io.StringIO()):
            log_run({"mae": 1.5}, {"ridge": 1}, server.environ)
        [(path, authorization, body)] = server.seen
        self.assertEqual(path, "/mlflow/v1.0/workspaces/w/api/2.0/mlflow/runs/log-batch")
        self.assertEqual(authorization, "Bearer t")
        self.assertEqual((body["run_id"], body["metrics"][0]["key"]), ("run1", "mae"))

    def test_a_refusal_fails_the_run_and_is_not_tried_again(self):
        with TrackingServer(403) as server, contextlib.redirect_stdout(io.StringIO()):
            with self.assertRaises(TrackingError) as caught:
                log_run({"mae": 1.5}, {}, server.environ)
        self.assertIn("answered 403", str(caught.exception))
        self.assertEqual(len(server.seen), 1)


if __name__ == "__main__":
    unittest.main()
