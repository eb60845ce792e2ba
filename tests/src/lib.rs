//! The harness of the tests in `tests/tests`: it drives the *deployed* functions as the world does, through the API,
//! the URLs of tickets and the CDN, and looks behind the scenes through the AWS endpoint.
//!
//! One stack serves all tests of a run, which run in parallel: every test takes a project name of its own
//! ([`unique::project`]) and waits for what it expects ([`wait::until`]), never for a stretch of time.
//!
//! All of it panics with a sentence that says what is wrong: in a test that is the report.

pub mod accounts;
pub mod apt;
pub mod aws;
pub mod bad_debs;
pub mod bad_rpms;
pub mod carried;
pub mod chacra;
pub mod chacractl;
pub mod client;
pub mod configuration;
pub mod createrepo;
pub mod deb822;
pub mod debian;
pub mod debs;
pub mod deliveries;
pub mod dists;
pub mod dnf;
pub mod files;
pub mod ftparchive;
pub mod functions;
pub mod garbage;
pub mod gpg;
pub mod imports;
pub mod keys;
pub mod mirrors;
pub mod multipart;
pub mod outcome;
pub mod past;
pub mod policies;
pub mod presign;
pub mod random;
pub mod raw;
pub mod received;
pub mod receiver;
pub mod repodata;
pub mod repository;
pub mod retention;
pub mod revisions;
pub mod rights;
pub mod rpm_header;
pub mod rpm_repository;
pub mod rpms;
pub mod section;
pub mod serve;
pub mod server;
pub mod stack;
pub mod synthetic;
pub mod tiny;
pub mod tools;
pub mod unique;
pub mod upload;
pub mod wait;
pub mod xml;
pub mod yaml;
pub mod zypper;

pub use client::{Client, Response};
pub use repository::Repository;
pub use server::Server;
pub use stack::stack;
