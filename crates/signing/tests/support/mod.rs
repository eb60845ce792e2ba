//! What the tests share. Each of them uses a part.
#![allow(dead_code)]

pub(crate) mod gnupg;
pub(crate) mod keys;
pub(crate) mod rpms;
#[path = "../../../rpmmd/tests/support/scratch.rs"]
pub(crate) mod scratch;
pub(crate) mod service;
