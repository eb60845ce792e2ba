//! `colca-serve`, Colca in one process, running against the same buckets, tables and queues as the functions.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use crate::{Client, stack, stack::root, tools, wait};

/// How long it may take to answer its first request, or to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(30);

/// One that is running; it ends when this is dropped, or the process of the test ends, however that comes about.
#[derive(Debug)]
pub struct Serve {
    child: Child,
    address: String,
    log: PathBuf,
}

/// The one that all tests of this process share.
pub fn shared() -> &'static Serve {
    static SERVE: OnceLock<Serve> = OnceLock::new();
    SERVE.get_or_init(Serve::start)
}

impl Serve {
    /// Starts one on a free port, and waits until it is healthy.
    ///
    /// # Panics
    /// If it was not built, or does not become healthy: with the end of what it logged.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same, with other settings than those of the stack.
    ///
    /// # Panics
    /// As [`Serve::start`].
    #[must_use]
    pub fn start_with(settings: &[(&'static str, &'static str)]) -> Self {
        let port = free_port();
        let log = log();
        let child = spawn(port, &log, settings.to_vec());
        let mut serve = Self { child, address: format!("http://127.0.0.1:{port}"), log: log.clone() };
        wait::until_within(PATIENCE, &format!("colca-serve, see {}", log.display()), || {
            let ended = serve.child.try_wait().expect("a child of this process");
            assert_eq!(ended, None, "colca-serve ended:\n{}", fs::read_to_string(&log).unwrap_or_default());
            // Asked only once somebody listens there, since no answer at all is a panic.
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
            (Client::anonymous().get(&format!("{}/health/", serve.address)).status == 204).then_some(())
        });
        serve
    }

    /// Where it listens, without a slash at the end.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// All that it has logged so far.
    ///
    /// # Panics
    /// If that cannot be read.
    #[must_use]
    pub fn logged(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_else(|error| panic!("{}: {error}", self.log.display()))
    }

    /// The id of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, as whoever runs services does.
    pub fn ask_to_end(&self) {
        let _ = tools::run("kill", ["-TERM", &self.pid().to_string()]);
    }

    /// How it ended, once it was asked to.
    ///
    /// # Panics
    /// If it does not end.
    #[must_use]
    pub fn wait_for_end(mut self) -> ExitStatus {
        wait::until_within(PATIENCE, "colca-serve to end", || self.child.try_wait().expect("a child of this process"))
    }

    /// The most memory it has ever held, in bytes.
    ///
    /// # Panics
    /// If it has ended.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.pid());
        let status = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}: has colca-serve died?"));
        peak_of(&status).unwrap_or_else(|| panic!("{path} has no VmHWM:\n{status}"))
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // Asked first, so that it can end what it is at: a message dropped half-way comes back only after minutes.
        if matches!(self.child.try_wait(), Ok(None)) {
            self.ask_to_end();
        }
        let mut ended = || matches!(self.child.try_wait(), Ok(Some(_)) | Err(_));
        for _ in 0..PATIENCE.as_millis() / 100 {
            if ended() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the process. The kernel ends it with the thread that started it, so that thread lives as long as the tests
/// do: a shared value is never dropped, and a test may be killed.
fn spawn(port: u16, log: &PathBuf, settings: Vec<(&'static str, &'static str)>) -> Child {
    let program = program();
    let out = File::create(log).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
    let err = out.try_clone().expect("a file that was just opened");
    let (started, starting) = mpsc::channel();
    thread::spawn(move || {
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "--"])
            .arg(program)
            .envs(stack().variables())
            .envs(settings)
            .env("COLCA_LISTEN", format!("127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn();
        let _ = started.send(child);
        loop {
            thread::park();
        }
    });
    let child = starting.recv().expect("the thread sends before it rests");
    child.unwrap_or_else(|error| panic!("setpriv (of util-linux): {error}"))
}

/// Where cargo put the program: beside the folder of the tests' own.
///
/// # Panics
/// If it did not.
#[must_use]
pub fn program() -> PathBuf {
    let this = std::env::current_exe().expect("Linux knows the program of a process");
    let profile = this.ancestors().nth(2).expect("tests are built in target/…/deps");
    let path = profile.join("colca-serve");
    assert!(path.exists(), "{} is missing: cargo build -p colca-serve", path.display());
    path
}

/// Logs for each file of tests: they run after one another, and the reader wants those of the failed one.
fn log() -> PathBuf {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let this = std::env::current_exe().expect("Linux knows the program of a process");
    let name = this.file_name().and_then(|name| name.to_str()).expect("tests have names");
    let test = name.rsplit_once('-').map_or(name, |(test, _hash)| test);
    let folder = root().join(".localstack/logs");
    fs::create_dir_all(&folder).expect("the working copy is writable");
    match STARTED.fetch_add(1, Ordering::Relaxed) {
        0 => folder.join(format!("serve-of-{test}.log")),
        others => folder.join(format!("serve-of-{test}-{others}.log")),
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

/// The peak of resident memory that `/proc/<pid>/status` tells.
fn peak_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::peak_of;

    #[test]
    fn reads_the_peak_and_not_the_present() {
        let status = "Name:\tcolca-serve\nVmPeak:\t  900000 kB\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\n";
        assert_eq!(peak_of(status), Some(20 << 20));
        assert_eq!(peak_of("Name:\ta kernel thread\n"), None);
    }
}
