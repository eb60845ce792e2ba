//! The files we write, read by gzip, zstd and Python.

mod support;

use colca_segments::{Changes, Codec, Layout};
use support::{
    packages::{id, layout, package},
    tool::output,
    world::{World, unpack},
};

/// Reads the gzip file as one member and fails if anything follows it, as programs do that know no second member.
const PYTHON: &str = "
import sys, zlib
reader = zlib.decompressobj(wbits=31)
text = reader.decompress(sys.stdin.buffer.read())
assert reader.eof and not reader.unused_data
sys.stdout.buffer.write(text)
";

fn check(world: &World) {
    world.check();
    let manifest = world.manifest().expect("was published");
    for (published, file) in manifest.outputs().iter().zip(world.published()) {
        let text = unpack(published.output.codec, &file);
        match published.output.codec {
            Codec::Gzip => {
                output("gzip", &["--test"], &file);
                assert!(output("gzip", &["--decompress", "--stdout"], &file) == text);
                assert!(output("python3", &["-c", PYTHON], &file) == text);
            }
            Codec::Zstd => {
                output("zstd", &["--test"], &file);
                assert!(output("zstd", &["--decompress", "--stdout"], &file) == text);
            }
        }
    }
}

#[test]
fn other_programs_read_what_we_write() {
    let mut world = World::new(layout(), 7);
    world.change(Changes::default());
    check(&world);
    for batch in 0..8 {
        let packages = (batch * 5..batch * 5 + 5).map(|number| package(number, 0, [number.into(), 3]));
        world.change(Changes { add: packages.collect(), ..Changes::default() });
        check(&world);
    }
    world.change(Changes { remove: [id(2), id(17)].into(), add: vec![package(9, 1, [40, 0])] });
    check(&world);
    assert!(world.merge());
    check(&world);
}

#[test]
fn segments_of_the_usual_size_are_read_as_well() {
    let streams = layout().streams;
    let mut world = World::new(Layout::new(streams), 1 << 16);
    let mut packages = (0..=u8::MAX).map(|number| package(number, 0, [300, usize::from(number)]));
    for count in [200, 50, 6] {
        world.change(Changes { add: packages.by_ref().take(count).collect(), ..Changes::default() });
        check(&world);
    }
}
