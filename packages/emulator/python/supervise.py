"""Run a command in its own process group and end the group when standard input closes.

The emulator holds the other end of standard input open for as long as it wants the command to run.
When the emulator stops or dies, the pipe closes and nothing is left behind.
"""
import os
import signal
import subprocess
import sys
import threading
import time

GRACE_SECONDS = 5.0


def end_group(group):
    """Ask the group to stop; after a grace period, make it stop."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, sent)
        except (ProcessLookupError, PermissionError):
            return
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline:
            try:
                os.killpg(group, 0)
            except (ProcessLookupError, PermissionError):
                return
            time.sleep(0.02)


def main():
    # The supervisor itself must outlive the signals that end the emulator's own group, or nobody would clean up.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)

    def reset():
        for restored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(restored, signal.SIG_DFL)

    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=reset)

    def watch():
        while os.read(0, 1024):
            pass
        end_group(child.pid)

    threading.Thread(target=watch, daemon=True).start()
    code = child.wait()
    # What the command left in the background must not outlive it.
    end_group(child.pid)
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
