"""Ranges, methods, errors and headers, as a viewer sees them."""

import json

from harness import BUCKET, INFRA, StandInCase

RULES = json.loads((INFRA / "cdn-rules.json").read_text())
BODY = bytes(range(256)) * 4096  # 1 MiB: more than nginx's buffers


class Ranges(StandInCase):
    """Parts of an object, from the origin and from the cache."""

    def test_parts(self) -> None:
        wanted = {
            "bytes=0-9": (0, 10),
            "bytes=100-199": (100, 200),
            "bytes=700000-": (700_000, len(BODY)),
            "bytes=-10": (len(BODY) - 10, len(BODY)),
            f"bytes={len(BODY) - 1}-99999999": (len(BODY) - 1, len(BODY)),
        }
        for number, (header, (start, end)) in enumerate(wanted.items()):
            path = self.origin.put(f"repos/ranges/{number}.rpm", BODY)
            for state in ("MISS", "HIT"):
                with self.subTest(header=header, state=state):
                    got = self.ask(path, Range=header)
                    self.assertEqual((got.status, got.cache), (206, state))
                    self.assertEqual(got.headers["content-range"], f"bytes {start}-{end - 1}/{len(BODY)}")
                    self.assertEqual(got.body, BODY[start:end])
            self.assertEqual(self.ask(path).body, BODY)
            (asked,) = self.origin.hits(path)
            self.assertNotIn("range", asked.headers)

    def test_beyond_the_end(self) -> None:
        path = self.origin.put("repos/ranges/short.rpm", b"12345")
        for _ in range(2):
            self.assertEqual(self.ask(path, Range="bytes=5-").status, 416)

    def test_several_parts(self) -> None:
        path = self.origin.put("repos/ranges/several.rpm", b"0123456789")
        # While the object is still coming in, nginx cuts one part only: all of it instead, as S3 itself answers.
        cold = self.ask(path, Range="bytes=0-1,8-9")
        self.assertEqual((cold.status, cold.body), (200, b"0123456789"))
        warm = self.ask(path, Range="bytes=0-1,8-9")
        self.assertEqual((warm.status, warm.cache), (206, "HIT"))
        self.assertIn("multipart/byteranges", warm.headers["content-type"])
        self.assertIn(b"bytes 8-9/10\r\n\r\n89", warm.body)

    def test_if_range(self) -> None:
        path = self.origin.put("repos/ranges/if.rpm", b"0123456789")
        etag = self.ask(path).headers["etag"]
        self.assertEqual(self.ask(path, Range="bytes=0-1", If_Range=etag).body, b"01")
        self.assertEqual(self.ask(path, Range="bytes=0-1", If_Range='"other"').body, b"0123456789")


class Responses(StandInCase):
    """All the rest."""

    def secure(self, answer) -> None:
        """Security headers exactly as in the rules; nothing of S3's."""
        for name, value in RULES["security_headers"].items():
            self.assertEqual(answer.headers.get(name.lower()), value, answer)
        self.assertFalse([name for name in answer.headers if name.startswith("x-amz-")], answer.headers)
        self.assertNotIn(BUCKET.encode(), answer.body)

    def test_good_answer(self) -> None:
        path = self.origin.put("repos/x/good.rpm", b"rpm")
        for _ in range(2):
            answer = self.ask(path)
            self.assertEqual((answer.status, answer.body), (200, b"rpm"))
            self.assertEqual(answer.headers["content-type"], "application/x-rpm")
            self.assertTrue(answer.headers["etag"])
            self.secure(answer)

    def test_head(self) -> None:
        answer = self.ask(self.origin.put("repos/x/head.rpm", b"rpm"), "HEAD")
        self.assertEqual((answer.status, answer.headers["content-length"], answer.body), (200, "3", b""))
        self.secure(answer)

    def test_not_modified(self) -> None:
        path = self.origin.put("repos/x/same.rpm", b"rpm")
        etag = self.ask(path).headers["etag"]
        self.assertEqual(self.ask(path, If_None_Match=etag).status, 304)
        self.assertEqual(self.ask(path, If_None_Match='"other"').status, 200)

    def test_missing_is_404_and_names_nothing(self) -> None:
        for method in ("GET", "HEAD"):
            answer = self.ask("/repos/x/none.rpm", method)
            self.assertEqual(answer.status, 404)
            self.secure(answer)

    def test_private_prefixes(self) -> None:
        for key in ("state/x", "incoming/1/foo.rpm", "manifests/1"):
            self.origin.put(key, b"secret")
        self.origin.asked.clear()
        for path in (
            "/state/x",
            "/incoming/1/foo.rpm",
            "/manifests/1",
            "/repos/../state/x",
            "/repos/%2e%2e/state/x",
            "/repos/..%2fstate/x",
            "/repos/p/%2e%2e/%2e%2e/state/x",
            "/repos/..;/state/x",
            "/",
            "/?list-type=2",
            "/repos/?list-type=2&prefix=state/",
        ):
            with self.subTest(path=path):
                answer = self.ask(path)
                self.assertIn(answer.status, (400, 404))
                self.assertNotIn(b"secret", answer.body)
                self.secure(answer)
        # `..;` is a plain name here; it is looked up below repos/ and not found.
        self.assertEqual([one.path for one in self.origin.asked], [f"/{BUCKET}/repos/..%3B/state/x"])

    def test_only_get_and_head(self) -> None:
        path = self.origin.put("repos/x/method.rpm", b"rpm")
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"):
            with self.subTest(method=method):
                answer = self.ask(path, method, b"")
                self.assertEqual(answer.status, 403)  # CloudFront's answer to a method it was not given
                self.secure(answer)
        self.assertEqual(self.origin.hits(path), [])

    def test_origin_down(self) -> None:
        path = self.origin.put("repos/x/kept.rpm", b"rpm")
        self.ask(path)
        self.script("start", COLCA_S3_ORIGIN="http://127.0.0.1:1")
        self.addCleanup(self.script, "start")
        self.assertEqual(self.ask(path).body, b"rpm")
        answer = self.ask("/repos/x/unknown.rpm")
        self.assertEqual(answer.status, 502)
        self.secure(answer)
