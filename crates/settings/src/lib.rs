//! The configuration of repositories, colca.toml: read, checked, asked. No I/O; who needs it brings the text.
//!
//! `infra/colca.toml` explains every key to those who write it. Here each table of the file has a module that reads
//! it and answers for it, on top of `node.rs`: a value that knows its name and its line.

mod callbacks;
mod codenames;
mod combined;
mod distribution;
mod distribution_rules;
mod distros;
mod external;
mod extras;
mod found;
mod keys;
mod limits;
mod node;
mod problem;
mod project;
mod public_address;
mod receivers;
mod retention;
mod settings;
mod signing;
mod versions;
mod web_directory;

pub use callbacks::{Callbacks, Pings};
pub use distribution::Distribution;
pub use external::External;
pub use extras::Refs;
pub use problem::{Problem, Problems};
pub use receivers::Receivers;
pub use retention::{Retention, RetentionRule};
pub use settings::Settings;
pub use signing::Signing;
pub use web_directory::WebDirectory;

use found::Found;
use keys::Keys;
use node::Node;
