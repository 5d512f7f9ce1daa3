"""A plain web server on this machine, for as long as a test needs it."""

import http.server
import threading
from contextlib import contextmanager


@contextmanager
def serving(handler):
    """Serve with ``handler``; gives the address, without a slash at its end."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}"
        finally:
            running.shutdown()
            thread.join()
