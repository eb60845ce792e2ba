//! What the tests of this crate share.

#![allow(dead_code, reason = "each test uses some of it")]

pub(crate) mod packages;
pub(crate) mod store;
pub(crate) mod tool;
pub(crate) mod world;
