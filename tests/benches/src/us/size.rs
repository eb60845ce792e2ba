//! What metadata of many segments take beyond what they would take as one stream.

use std::io::{Read, Write};

use colca_tests::{Repository, aws, stack, xml::Element};
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};

use crate::{
    failure::{At, Result, wrong},
    synthetic::Format,
};

/// So many packages are merged, and packed at the second of two levels (`crates/segments/src/grade.rs`).
const MERGED: usize = 1024;
const GZIP: [u32; 2] = [6, 9];
const ZSTD: [i32; 2] = [3, 10];

/// The size of all lists of packages that are published over that of the same text in a stream each.
pub(super) fn over_single_stream(repository: &Repository, format: Format, packages: usize) -> Result<f64> {
    let (mut ours, mut single) = (0, 0);
    let level = usize::from(packages >= MERGED);
    for path in lists(repository, format) {
        let key = format!("{}/{path}", repository.prefix());
        let Some(bytes) = aws::object(stack().store(), &key) else {
            return wrong(format_args!("{key} is not there"));
        };
        ours += bytes.len();
        single += again(&bytes, level).at(&key)?;
    }
    if single == 0 { wrong("there are no lists of packages") } else { Ok(ours as f64 / single as f64) }
}

/// Where the lists are that stand for all: each once, compressed as most clients read it.
fn lists(repository: &Repository, format: Format) -> Vec<String> {
    let object = |path: &str| aws::object(stack().store(), &format!("{}/{path}", repository.prefix()));
    match format {
        Format::Rpm => {
            let repomd = object("repodata/repomd.xml").map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let data = Element::parse(&repomd.unwrap_or_default()).children.into_iter();
            let hrefs = data.filter_map(|data| Some(data.child("location")?.attribute("href").to_owned()));
            hrefs.collect()
        }
        Format::Deb => {
            let release = object(&format!("dists/{}/Release", super::CODENAME)).unwrap_or_default();
            let release = String::from_utf8_lossy(&release).into_owned();
            let folder = format!("dists/{}/", super::CODENAME);
            let listed = release.lines().filter_map(|line| line.strip_prefix(' ')?.split_whitespace().nth(2));
            let packages = |path: &&str| path.ends_with("/Packages.gz") || path.ends_with("/Packages.zst");
            let mut paths: Vec<_> = listed.filter(packages).map(|path| format!("{folder}{path}")).collect();
            paths.sort();
            paths.dedup();
            paths
        }
    }
}

/// The size of the same text in one stream.
fn again(bytes: &[u8], level: usize) -> std::io::Result<usize> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut text = Vec::new();
        MultiGzDecoder::new(bytes).read_to_end(&mut text)?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(GZIP[level]));
        encoder.write_all(&text)?;
        return Ok(encoder.finish()?.len());
    }
    Ok(zstd::encode_all(zstd::decode_all(bytes)?.as_slice(), ZSTD[level])?.len())
}
