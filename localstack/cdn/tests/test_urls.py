"""Every case of infra/url-cases.json: the stand-in asks the origin for what the URL function says."""

import json
import socket

from harness import BUCKET, INFRA, StandInCase


class Urls(StandInCase):
    """Paths as sent, paths as they reach the origin."""

    def test_cases(self) -> None:
        self.origin.anything = True
        cases = json.loads((INFRA / "url-cases.json").read_text())["cases"]
        self.assertGreater(len(cases), 50)
        for case in cases:
            with self.subTest(why=case["why"], uri=case["uri"]):
                self.origin.asked.clear()
                answer = self.ask(case["uri"])
                asked = [one.path for one in self.origin.asked]
                if "path" in case:
                    self.assertEqual((answer.status, asked), (200, [f"/{BUCKET}{case['path']}"]))
                else:
                    # No X-Cache: not even the cache was asked, which might hold another refusal's answer.
                    self.assertEqual((answer.status, asked, answer.cache), (case["status"], [], ""))

    def test_raw_bytes_are_refused(self) -> None:
        for raw in ("\xe9", "\xc3\xa9", "\xff\xfe"):
            with self.subTest(raw=raw):
                self.origin.asked.clear()
                self.assertEqual(self.raw_status(f"/repos/p/a{raw}b"), 400)
                self.assertEqual(self.origin.asked, [])

    def raw_status(self, path: str) -> int:
        """Status of a request whose path holds bytes that http.client would not send."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode("latin-1"))
            return int(connection.makefile("rb").readline().split()[1])

    def test_query_and_viewer_headers_stay_outside(self) -> None:
        self.origin.anything = True
        self.origin.asked.clear()
        self.ask("/r/p/foo.rpm?list-type=2&prefix=state", Cookie="a=b", Authorization="Basic eDp5", X_Amz_Date="now")
        (asked,) = self.origin.asked
        self.assertEqual(asked.path, f"/{BUCKET}/repos/p/foo.rpm")
        self.assertFalse({"cookie", "authorization", "x-amz-date"} & asked.headers.keys(), asked.headers)
