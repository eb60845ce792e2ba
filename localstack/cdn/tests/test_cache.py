"""What is kept, how long, and what the origin is asked: by its own count."""

from concurrent.futures import ThreadPoolExecutor

from harness import ENTRY, IMMUTABLE, StandInCase, until

REPOMD = "repos/p/r/s/rocky/9/flavors/default/x86_64/repodata/repomd.xml"


class Cache(StandInCase):
    """Each test has names of its own."""

    def test_immutable_is_asked_for_once(self) -> None:
        path = self.origin.put("repos/cache/one.rpm", b"old", IMMUTABLE)
        first, second = self.ask(path), self.ask(path)
        self.assertEqual((first.cache, second.cache), ("MISS", "HIT"))
        self.assertEqual(first.headers["cache-control"], IMMUTABLE)
        self.assertEqual(second.headers["cache-control"], IMMUTABLE)
        self.origin.put("repos/cache/one.rpm", b"new")
        self.assertEqual(self.ask(path).body, b"old")
        self.assertEqual(len(self.origin.hits(path)), 1)

    def test_all_spellings_share_one_entry(self) -> None:
        path = self.origin.put("repos/cache/g++~1.rpm", b"x")
        spellings = [path, "/r/cache/g++~1.rpm", "/repos/cache/g%2b+%7e1.rpm", "//repos/./cache/g++~1.rpm?query"]
        self.assertEqual([self.ask(one).body for one in spellings], [b"x"] * 4)
        self.assertEqual(len(self.origin.hits(path)), 1)

    def test_entry_file_is_kept_within_its_age(self) -> None:
        path = self.origin.put(REPOMD, b"<repomd/>", ENTRY)
        self.assertEqual([self.ask(path).cache for _ in range(3)], ["MISS", "HIT", "HIT"])
        self.assertEqual(len(self.origin.hits(path)), 1)

    def test_entry_file_is_revalidated_after_its_age(self) -> None:
        path = self.origin.put("repos/cache/a/repodata/repomd.xml", b"one", "public, max-age=1")
        self.ask(path)
        self.assertTrue(any(one.cache == "REVALIDATED" for one in self.answers(path)), "never revalidated")
        self.assertIn("if-none-match", self.origin.hits(path)[-1].headers)
        self.origin.put("repos/cache/a/repodata/repomd.xml", b"two", "public, max-age=1")
        self.assertTrue(any(one.body == b"two" for one in self.answers(path)), "the new one never came")

    def test_stale_while_revalidate_serves_the_old_one_and_fetches_the_new(self) -> None:
        key, control = "repos/cache/b/repodata/repomd.xml", "public, max-age=1, stale-while-revalidate=600"
        path = self.origin.put(key, b"one", control)
        self.ask(path)
        self.origin.put(key, b"two", control)
        stale = next((one for one in self.answers(path) if one.cache in ("STALE", "UPDATING")), None)
        self.assertIsNotNone(stale, "never served stale")
        self.assertEqual(stale.body, b"one")
        self.assertTrue(any(one.body == b"two" for one in self.answers(path)), "the new one never came")

    def test_without_cache_control_the_default_holds(self) -> None:
        path = self.origin.put("repos/cache/plain.rpm", b"x", "")
        self.assertEqual([self.ask(path).cache for _ in range(2)], ["MISS", "HIT"])

    def test_no_store_is_not_stored(self) -> None:
        path = self.origin.put("repos/cache/never.rpm", b"x", "no-store")
        self.assertEqual([self.ask(path).cache for _ in range(2)], ["MISS", "MISS"])

    def test_missing_is_kept_shortly(self) -> None:
        path = "/repos/cache/late.rpm"
        self.assertEqual(self.ask(path).status, 404)
        self.origin.put("repos/cache/late.rpm", b"here")
        self.assertTrue(until(lambda: self.ask(path).status == 200), "a published file stays missing")

    def test_many_at_once_ask_once(self) -> None:
        path = self.origin.put("repos/cache/rush.rpm", b"x" * 200_000)
        with ThreadPoolExecutor(8) as pool:
            bodies = {one.body for one in pool.map(self.ask, [path] * 16)}
        self.assertEqual(bodies, {b"x" * 200_000})
        self.assertEqual(len(self.origin.hits(path)), 1)

    def test_head_fills_the_cache_as_well(self) -> None:
        path = self.origin.put("repos/cache/head.rpm", b"12345")
        self.assertEqual(self.ask(path, "HEAD").headers["content-length"], "5")
        again = self.ask(path)
        self.assertEqual((again.cache, again.body), ("HIT", b"12345"))

    def test_invalidate(self) -> None:
        path = self.origin.put("repos/cache/c/repodata/repomd.xml", b"one", ENTRY)
        self.ask(path)
        self.origin.put("repos/cache/c/repodata/repomd.xml", b"two", ENTRY)
        self.assertEqual(self.ask(path).body, b"one")
        self.assertEqual(self.script("invalidate", path, "/repos/cache/never-seen").returncode, 0)
        self.assertEqual(self.ask(path).body, b"two")
