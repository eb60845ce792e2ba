//! How every function starts: environment, logs, services, and the loop that waits for work.
//!
//! The only crate that reads the environment, the clock and randomness.

mod clock;
mod config;
mod logging;
pub mod serve;
mod services;

pub use config::{Config, ConfigError};
pub use lambda_runtime::Error;
pub use serve::{Delivery, Disposition};
pub use services::Services;
