"""A relay between browser and application that can serve another release, or one of which a file is missing."""

import http.client
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

DROPPED = {"transfer-encoding", "content-length", "connection", "keep-alive"}
PORTAL = b"<!doctype html><title>Sign in to the guests' network</title>"
NEXT, GONE = "f" * 16, "/static/gone.js"


class Relay:
    """Passes everything on; ``release`` says what becomes of the tablet's shell.

    ``""`` nothing, ``"next"`` is another version of it, ``"broken"`` another one that names a file which is not there,
    ``"portal"`` another one of which folium's script is a page of the network in between.
    """

    def __init__(self, address):
        self.target, self.release, self.version = urlsplit(address).netloc, "", ""

    def changed(self, path, body):
        """The body of an answer, with the version of the release that is served."""
        if self.release == "portal" and path.startswith("/t/map-"):
            return PORTAL
        if path.startswith("/t/sw.js") and not self.version:
            self.version = body.decode().split('"version": "')[1][:16]
        if not self.release or not path.startswith(("/t/sw.js", "/t/shell", "/t/version")):
            return body
        text = body.decode().replace(self.version, NEXT)
        if self.release == "broken":
            text = text.replace('"assets": {', f'"assets": {{"{GONE}": "", ')
        return text.encode()


@contextmanager
def relaying(address):
    """Serve through a relay; gives its address and the relay."""
    relay = Relay(address)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.endswith(
                "/events"
            ):  # a stream has no end to wait for; the page asks now and then instead
                self.send_response(204)
                return self.end_headers()
            connection = http.client.HTTPConnection(relay.target, timeout=30)
            size = int(self.headers.get("Content-Length") or 0)
            headers = {**self.headers, "Accept-Encoding": "identity"}
            with closing(connection):
                connection.request(self.command, self.path, self.rfile.read(size), headers)
                with connection.getresponse() as answer:
                    body = relay.changed(self.path, answer.read())
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in DROPPED:
                    told = NEXT if relay.release and name == "wangge-version" else value
                    self.send_header(name, told)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            return self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the base class looks for it

        def log_message(self, *_said):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", relay
    finally:
        server.shutdown()
        server.server_close()
