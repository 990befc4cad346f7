"""A small server that speaks S3's object calls on loopback and believes only what is signed (AWS Signature, version 4).

Written from the description of the protocol, not from the client: what it computes is an oracle of its own.
"""

import hashlib
import hmac
import re
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit

__all__ = ["Bucket", "serving"]

KEY, SECRET, REGION = "wangge-test", "secret-of-the-bucket", "cn-test-1"


class Bucket:
    """What the server holds: objects by key, and what it was asked."""

    def __init__(self):
        self.objects, self.asked, self.refused, self.url = {}, [], 0, ""


def _sign(key, said):
    return hmac.new(key, said.encode(), hashlib.sha256).digest()


def is_signed(method, target, headers, body):
    """Compute the signature anew and compare."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?"
        r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
        headers.get("authorization", ""),
    )
    if not found or (found[1], found[3]) != (KEY, REGION):
        return False
    told = headers["x-amz-content-sha256"]
    if told not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
        return False
    parts, names = urlsplit(target), found[4].split(";")
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(said, safe='-_.~')}"
                     for name, said in sorted(parse_qsl(parts.query, keep_blank_values=True)))  # fmt: skip
    said = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names)
    canonical = "\n".join([method, parts.path, query, said, found[4], told])
    scope = f"{found[2]}/{REGION}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest])
    key = f"AWS4{SECRET}".encode()
    for one in (found[2], REGION, "s3", "aws4_request"):
        key = _sign(key, one)
    return hmac.compare_digest(_sign(key, text).hex(), found[5])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_said):
        """Say nothing."""

    def _answer(self, status, body=b"", **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _serve(self):
        bucket = self.server.bucket
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = unquote(urlsplit(self.path).path)
        bucket.asked.append((self.command, path))
        if not is_signed(self.command, self.path, headers, body):
            bucket.refused += 1
            return self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        _, name, *rest = path.split("/", 2)
        if name != "photos":
            return self._answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        return self._object(bucket, "/".join(rest), body)

    def _object(self, bucket, key, body):
        if not key:
            return self._delete(bucket, body) if self.command == "POST" else self._list(bucket)
        if self.command == "PUT":
            bucket.objects[key] = (body, datetime.now(UTC))
            return self._answer(200, ETag=f'"{hashlib.md5(body).hexdigest()}"')
        if key not in bucket.objects:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        data, at = bucket.objects[key]
        return self._answer(200, data, ETag=f'"{hashlib.md5(data).hexdigest()}"',
                            Last_Modified=format_datetime(at, usegmt=True))  # fmt: skip

    def _delete(self, bucket, body):
        """Remove the objects that a body names; one that is not there counts as removed."""
        found = ""
        for key in re.findall(r"<Key>([^<]*)</Key>", body.decode()):
            bucket.objects.pop(key, None)
            found += f"<Deleted><Key>{key}</Key></Deleted>"
        self._answer(200, f"<DeleteResult>{found}</DeleteResult>".encode())

    def _list(self, bucket):
        asked = dict(parse_qsl(urlsplit(self.path).query))
        found = "".join(
            f"<Contents><Key>{key}</Key><LastModified>{at:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<ETag>x</ETag><Size>{len(data)}</Size></Contents>"
            for key, (data, at) in sorted(bucket.objects.items())
            if key.startswith(asked.get("prefix", ""))
        )
        said = f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"
        self._answer(200, said.encode())

    do_GET = do_PUT = do_HEAD = do_POST = _serve  # noqa: N815 - names of the protocol


@contextmanager
def serving():
    """Serve an empty bucket called ``photos``; gives it, with the address of the server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads, server.block_on_close = True, False
    server.bucket = bucket = Bucket()
    bucket.url = f"http://127.0.0.1:{server.server_port}"
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    running.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        running.join()
