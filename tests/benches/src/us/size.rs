//! What metadata of many segments take beyond what they would take as one stream.

use std::io::{Read, Write};

use colca_tests::{Repository, aws, stack, xml::Element};
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};

use crate::{
    failure::{At, Result, wrong},
    synthetic::Format,
};

/// The two levels at which segments are packed: when they are new, and when they were merged (`crates/segments/src/grade.rs`).
const GZIP: [u32; 2] = [6, 9];
const ZSTD: [i32; 2] = [3, 10];

/// The size of all lists of packages that are published over that of the same text in a stream each, as much of it at each
/// level.
pub(super) fn over_single_stream(repository: &Repository, format: Format) -> Result<f64> {
    let mut files = Vec::new();
    for path in lists(repository, format) {
        let key = format!("{}/{path}", repository.prefix());
        match aws::object(stack().store(), &key) {
            Some(bytes) => files.push(bytes),
            None => return wrong(format_args!("{key} is not there")),
        }
    }
    let merged = merged(&files).at(&repository.project)?;
    let (mut ours, mut single) = (0.0, 0.0);
    for bytes in &files {
        let [new, hard] = again(bytes).at(&repository.project)?;
        ours += bytes.len() as f64;
        single += (1.0 - merged) * new as f64 + merged * hard as f64;
    }
    if single == 0.0 { wrong("there are no lists of packages") } else { Ok(ours / single) }
}

/// How much of the text is packed harder than what is new: frames of zstd are told apart, and what is in gzip has the same
/// segments.
fn merged(files: &[Vec<u8>]) -> std::io::Result<f64> {
    let (mut merged, mut all) = (0, 0);
    for file in files.iter().filter(|file| !is_gzip(file)) {
        let mut rest = file.as_slice();
        while !rest.is_empty() {
            let length =
                zstd::zstd_safe::find_frame_compressed_size(rest).map_err(|_| std::io::ErrorKind::InvalidData)?;
            let (frame, others) = rest.split_at(length.min(rest.len()));
            let text = zstd::decode_all(frame)?;
            all += text.len();
            if zstd::bulk::compress(&text, ZSTD[0])?.len() != frame.len() {
                merged += text.len();
            }
            rest = others;
        }
    }
    Ok(if all == 0 { 0.0 } else { merged as f64 / all as f64 })
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
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

/// The size of the same text in one stream, at each level.
fn again(bytes: &[u8]) -> std::io::Result<[usize; 2]> {
    if !is_gzip(bytes) {
        let text = zstd::decode_all(bytes)?;
        let of = |level: i32| zstd::encode_all(text.as_slice(), level).map(|packed| packed.len());
        return Ok([of(ZSTD[0])?, of(ZSTD[1])?]);
    }
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut text)?;
    let of = |level: u32| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(&text)?;
        encoder.finish().map(|packed| packed.len())
    };
    Ok([of(GZIP[0])?, of(GZIP[1])?])
}
