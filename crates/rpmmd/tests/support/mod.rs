//! What the tests share. Each of them uses a part.
#![allow(dead_code)]

pub(crate) mod compare;
pub(crate) mod odd;
pub(crate) mod raw_rpm;
pub(crate) mod reference;
pub(crate) mod rpm_rs;
pub(crate) mod scratch;
pub(crate) mod xml_tree;
