"""Serve a scoring script over http on 127.0.0.1, the way an inference server does.

Usage: score_server.py CODE_FOLDER SCORING_SCRIPT

Imports the script, calls init(), then answers POST /score with json.dumps(run(body)).
File descriptor 3 gets one line of JSON: {"port": n} when ready, {"error": text} when the script failed.
The process ends when standard input closes.
"""
import importlib.util
import json
import os
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def report(message):
    """Tell the emulator, once, how the start went."""
    with os.fdopen(3, "w", encoding="utf-8") as channel:
        channel.write(json.dumps(message) + "\n")


def watch_parent():
    while os.read(0, 1024):
        pass
    os._exit(0)


def load(folder, script):
    """Import the scoring script with its own folder first on the module path."""
    path = os.path.join(folder, script)
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(script))[0], path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    for name in ("init", "run"):
        if not callable(getattr(module, name, None)):
            raise AttributeError("The scoring script %s has no function %s()." % (script, name))
    return module


class Handler(BaseHTTPRequestHandler):
    """Answers one connection; `module` is set on the server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self, status, body, content_type="application/json"):
        data = body.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def do_GET(self):
        self.answer(200, "Healthy", "text/plain")

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8")
        try:
            body = json.dumps(self.server.module.run(raw))
        except Exception as error:
            traceback.print_exc()
            self.answer(500, str(error), "text/plain")
            return
        self.answer(200, body)

    def log_message(self, format, *arguments):
        """Requests are counted by the emulator; the log is for the script."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def main():
    folder, script = os.path.abspath(sys.argv[1]), sys.argv[2]
    os.set_inheritable(3, False)
    threading.Thread(target=watch_parent, daemon=True).start()
    try:
        module = load(folder, script)
        started = time.monotonic()
        module.init()
        print("init() has completed successfully in %.2f s" % (time.monotonic() - started), flush=True)
    except BaseException as error:
        traceback.print_exc()
        sys.stderr.flush()
        report({"error": "%s: %s" % (type(error).__name__, error)})
        os._exit(3)
    server = Server(("127.0.0.1", 0), Handler)
    server.module = module
    report({"port": server.server_address[1]})
    server.serve_forever()


if __name__ == "__main__":
    main()
