"""start and stop: idempotent, reload on a change, nothing left behind."""

import os
import signal
import socket
import subprocess
import threading

from harness import CDN, StandInCase, until


class Scripts(StandInCase):
    """One life of the stand-in, in the order a developer lives it."""

    def pid(self) -> str:
        """Pid of the nginx master."""
        return (self.folder / "nginx.pid").read_text().strip()

    def open(self) -> bool:
        """Whether the port answers."""
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def test_again_does_nothing(self) -> None:
        before = self.pid()
        again = self.script("start")
        self.assertEqual((again.returncode, again.stdout), (0, f"cdn: already on http://127.0.0.1:{self.port}\n"))
        self.assertEqual(self.pid(), before)

    def test_change_is_loaded_without_a_new_process(self) -> None:
        before, first = self.pid(), self.ask("/").headers["x-stand-in"]
        self.addCleanup(self.script, "start")
        self.assertEqual(self.script("start", "other-bucket").returncode, 0)
        self.assertEqual(self.pid(), before)
        self.assertNotEqual(self.ask("/").headers["x-stand-in"], first)

    def test_change_is_loaded_by_every_worker(self) -> None:
        children = ["ps", "-o", "pid=,args=", "--ppid", self.pid()]
        listed = subprocess.run(children, capture_output=True, text=True, check=True)
        slow = next(int(line.split()[0]) for line in listed.stdout.splitlines() if line.endswith("worker process"))
        goes_on = threading.Event()

        def go_on() -> None:
            goes_on.set()
            os.kill(slow, signal.SIGCONT)

        os.kill(slow, signal.SIGSTOP)
        late = threading.Timer(1.5, go_on)
        late.start()
        self.addCleanup(self.script, "start")
        self.addCleanup(late.join)
        self.assertEqual(self.script("start", "other-bucket").returncode, 0)
        self.assertTrue(goes_on.is_set(), "start came back while a worker of the old configuration took connections")

    def test_other_bucket_has_other_cache_entries(self) -> None:
        path = self.origin.put("repos/scripts/same-name.rpm", b"x")
        self.assertEqual(self.ask(path).status, 200)
        self.addCleanup(self.script, "start")
        self.script("start", "other-bucket")
        self.assertEqual(self.ask(path).status, 404)

    def test_stop_and_start(self) -> None:
        path = self.origin.put("repos/scripts/forgotten.rpm", b"old")
        self.ask(path)
        self.assertEqual(self.script("stop").stdout, "cdn: stopped\n")
        self.assertFalse(self.open())
        self.assertEqual(self.script("stop").stdout, "cdn: not running\n")
        self.origin.put("repos/scripts/forgotten.rpm", b"new")
        self.assertEqual(self.script("start").returncode, 0)
        self.assertEqual(self.ask(path).body, b"new")

    def test_stale_pid_file(self) -> None:
        self.script("stop")
        self.addCleanup(self.script, "start")
        (self.folder / "nginx.pid").write_text("1\n")
        self.assertEqual(self.script("stop").stdout, "cdn: not running\n")

    def test_port_taken(self) -> None:
        self.script("stop")
        self.addCleanup(self.script, "start")
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.assertTrue(until(lambda: other.bind(("127.0.0.1", self.port)) is None))
            other.listen()
            failed = self.script("start")
        self.assertEqual(failed.returncode, 1)
        self.assertIn("taken by another program", failed.stderr)

    def test_no_bucket(self) -> None:
        for name in ("", "Not_A_Bucket", "x/../y"):
            failed = self.script("start", COLCA_STORE_BUCKET=name)
            self.assertEqual(failed.returncode, 1)
            self.assertIn("bucket", failed.stderr)

    def test_same_sources_same_files(self) -> None:
        before = {name: (self.folder / name).read_text() for name in ("nginx.conf", "url.js")}
        self.assertEqual(self.script("generate").returncode, 0)
        self.assertEqual({name: (self.folder / name).read_text() for name in before}, before)
        self.assertTrue(before["url.js"].startswith((CDN.parents[1] / "infra" / "url-function.js").read_text()))
