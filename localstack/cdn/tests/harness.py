"""A tiny S3 that counts what it is asked, and the CDN stand-in before it, on ports and folders of their own."""

import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable, Iterator
from urllib.parse import unquote_plus

CDN = Path(__file__).resolve().parents[1]
INFRA = CDN.parents[1] / "infra"
BUCKET = "test-store"
IMMUTABLE = "public, max-age=31536000, immutable"
ENTRY = "public, max-age=60, stale-while-revalidate=60"


@dataclass
class Asked:
    """One request as it reached the origin."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Origin:
    """What the fake S3 holds, by key, and what it was asked."""

    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    anything: bool = False  # answer any key, uncached: for tests of paths alone

    def put(self, key: str, body: bytes, cache_control: str = IMMUTABLE) -> str:
        """Stores an object; returns its path on the CDN, `+` encoded as the URL function does."""
        self.objects[key] = (body, cache_control)
        return "/" + key.replace("+", "%2B")

    def hits(self, path: str) -> list[Asked]:
        """Requests for one CDN path."""
        return [one for one in self.asked if one.path == f"/{BUCKET}{path}"]


def handler_of(origin: Origin) -> type[BaseHTTPRequestHandler]:
    """A request handler that answers as S3 does where it matters here."""

    class FakeS3(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            origin.asked.append(Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
            # S3 reads a plain plus as a space: the reason for half of the URL function.
            key = unquote_plus(self.path.split("?")[0]).removeprefix(f"/{BUCKET}/")
            found = (b"any", "no-store") if origin.anything else origin.objects.get(key)
            if found is None:
                return self.answer(403, f"<Error><BucketName>{BUCKET}</BucketName></Error>".encode(), {})
            body, cache_control = found
            etag = f'"{hashlib.md5(body).hexdigest()}"'
            headers = {"ETag": etag, "Accept-Ranges": "bytes", "Content-Type": "application/x-rpm"}
            if cache_control:
                headers["Cache-Control"] = cache_control
            if self.headers.get("If-None-Match") == etag:
                return self.answer(304, b"", headers)
            return self.answer(200, body, headers)

        do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            """Sends one answer, with the headers of S3 that the CDN hides."""
            self.send_response(status)
            for name, value in {**headers, "x-amz-id-2": "i", "x-amz-request-id": "r", "x-amz-version-id": "v"}.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD" and status != 304:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return FakeS3


@dataclass
class Answer:
    """One answer of the CDN; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def cache(self) -> str:
        """What X-Cache says."""
        return self.headers.get("x-cache", "")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(probe: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether `probe` comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if probe():
            return True
        time.sleep(0.05)
    return False


class StandInCase(unittest.TestCase):
    """Each class gets an origin, a folder and a running stand-in; the scripts under test start and stop it."""

    origin: Origin
    env: dict[str, str]
    port: int

    @classmethod
    def setUpClass(cls) -> None:
        cls.origin = Origin()
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(cls.origin))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.folder = Path(tempfile.mkdtemp(prefix="colca-cdn-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.port = free_port()
        cls.env = {
            **os.environ,
            "COLCA_CDN_DIR": str(cls.folder),
            "COLCA_CDN_PORT": str(cls.port),
            "COLCA_S3_ORIGIN": f"http://127.0.0.1:{server.server_port}",
            "COLCA_STORE_BUCKET": BUCKET,
        }
        cls.addClassCleanup(cls.script, "stop")
        started = cls.script("start")
        if started.returncode != 0:
            raise RuntimeError(started.stderr)

    @classmethod
    def script(cls, name: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Runs a script of localstack/cdn; `env` overrides."""
        # Output goes through files: the daemon would keep a pipe open and the call waiting.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(
                [str(CDN / name), *arguments], env={**cls.env, **env}, stdout=out, stderr=err, timeout=60
            )
            out.seek(0), err.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """One request with the path exactly as given; `_` in a header's name stands for `-`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
            got = connection.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            connection.close()

    def answers(self, path: str, seconds: float = 15) -> Iterator[Answer]:
        """The same request again and again, until time is up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield self.ask(path)
            time.sleep(0.05)
