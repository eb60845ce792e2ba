//! How every function starts: environment, logs, services, and the loop that waits for work.
//!
//! The only crate that reads the environment, the clock and randomness.

mod busy;
mod calls;
mod clock;
mod config;
mod health;
mod logging;
pub mod metrics;
pub mod phases;
pub mod serve;
mod services;
mod settings;
mod signing_keys;
pub mod tls;
mod web;

pub use busy::busy;
pub use calls::{Calls, counted};
pub use config::{Config, ConfigError};
pub use lambda_runtime::Error;
pub use metrics::{Build, BuildEnd, Measured, Metrics};
pub use phases::Phase;
pub use serve::{Delivery, Disposition};
pub use services::Services;
pub use settings::SettingsSource;
pub use signing_keys::{CannotSign, SigningKey, SigningKeys};
pub use web::{Download, Web, WebError, causes};
