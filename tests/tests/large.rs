//! Files above what API Gateway carries, by the real chacractl, which knows of no tickets: `colca-serve` takes them.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::Path,
    time::Instant,
};

use colca_tests::{
    Client, Repository, Server, aws,
    chacractl::{Chacractl, word},
    createrepo::Scratch,
    serve, stack, unique,
};
use serde_json::json;

#[test]
fn what_api_gateway_cannot_carry_is_refused_with_a_way_out() {
    let repository = Repository::new("too-large");
    let chacractl = Chacractl::new(Server::Api.url());
    let scratch = Scratch::new();
    let path = scratch.path().join("large.tar.gz");
    fs::write(&path, unique::random::<1024>().repeat(5 << 10)).expect("the working copy is writable");
    let create = ["binary", "create", &target(&repository)];
    chacractl.with_lines(&create, &[word(&path)]).expect(1).says("413").says("presigned").says("colca");
    assert_eq!(Server::Api.binaries(&repository, ARCH), json!({}));
}

#[test]
fn a_gigabyte_goes_through_colca_serve_in_little_memory() {
    const SIZE: u64 = 1 << 30;
    const MOST_MEMORY: u64 = 256 << 20;
    let repository = Repository::new("gigabyte");
    let server = Server::Serve;
    let chacractl = Chacractl::new(server.url());
    let scratch = Scratch::new();
    let path = scratch.path().join("debug.tar");
    write_mostly_holes(&path, SIZE);
    let start = Instant::now();
    // chacractl itself compares the checksum in the listing with that of the file.
    let _ = chacractl.with_lines(&["binary", "create", &target(&repository)], &[word(&path)]).expect(0);
    let (seconds, peak) = (start.elapsed().as_secs_f32(), serve::shared().peak_memory());
    println!("1 GiB in {seconds:.1} s; colca-serve took {} MiB of memory at most", peak >> 20);
    assert!(peak < MOST_MEMORY, "colca-serve took {} MiB", peak >> 20);

    let listing = server.binaries(&repository, ARCH);
    assert_eq!(listing["debug.tar"]["size"], json!(SIZE), "{listing}");
    let file = format!("{}/debug.tar", target(&repository));
    let redirect = server.get(&format!("/binaries/{file}")).expect(302);
    let public = Client::anonymous().head(redirect.header("location").expect("302 says where to")).expect(200);
    assert_eq!(public.header("content-length"), Some(SIZE.to_string().as_str()), "{public:?}");

    let _ = chacractl.with_lines(&["binary", "delete", &file], &[]).expect(0);
    assert_eq!(server.binaries(&repository, ARCH), json!({}));
    aws::purge(stack().store(), &format!("{}/", repository.prefix()));
}

const ARCH: &str = "x86_64";

/// Where the files go.
fn target(repository: &Repository) -> String {
    format!("{}/{ARCH}/flavors/{}", repository.path(), repository.flavor)
}

/// A large file that takes little of the disk. No two parts of it are alike, so that parts in a wrong order would show.
fn write_mostly_holes(path: &Path, size: u64) {
    let mut file = File::create(path).expect("the working copy is writable");
    for offset in (0..size).step_by(4 << 20) {
        file.seek(SeekFrom::Start(offset)).and_then(|_| file.write_all(&unique::random::<4096>())).expect("space");
    }
    file.set_len(size).expect("space");
}
