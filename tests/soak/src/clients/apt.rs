//! apt, as somebody runs it all day.

use colca_tests::apt::Root;

use super::{edges::Door, visitor::Machine};

/// A machine with apt.
pub(crate) struct Apt {
    root: Root,
    options: [String; 2],
}

impl Apt {
    /// A new one that knows a repository by its file, and goes by way of the edges. It waits for them however long it takes.
    ///
    /// # Panics
    /// If the file does not say whose signature it must be.
    pub(crate) fn new(file: &str, door: &Door) -> Self {
        assert!(file.contains("Signed-By:") && !file.contains("Trusted"), "not signed:\n{file}");
        let proxy = format!("-oAcquire::http::Proxy::127.0.0.1={}/", door.address());
        Self { root: Root::with(file), options: [proxy, "-oAcquire::http::Timeout=300".to_owned()] }
    }

    fn run(&self, arguments: &[&str]) -> Result<(), String> {
        let options = self.options.each_ref().map(String::as_str);
        let output = self.root.run("apt-get", &[&options, arguments].concat());
        if output.status.success() {
            return Ok(());
        }
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Err(format!("apt-get {arguments:?} failed:\n{out}{err}"))
    }
}

impl Machine for Apt {
    fn refresh(&self) -> Result<(), String> {
        self.run(&["update"])
    }

    fn names(&self) -> Vec<String> {
        self.root.names()
    }

    fn install(&self, name: &str) -> Result<(), String> {
        self.run(&["install", "--yes", "--no-install-recommends", name])
    }
}
