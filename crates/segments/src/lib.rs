//! Metadata files that cost what is changed in them, not what they hold.
//!
//! A *list* of packages is published as one or more files. Each file consists of an opening, of *segments* of some hundred
//! packages that are compressed each by itself, and of a closing. To change a list, the segments that change are written and
//! all others copied, as ranges of bytes of the file that was published before; the object store does that on its own. What
//! the packages of a segment are is kept in its *record*, all else in the *manifest*. With every segment it keeps a state of
//! each checksum, from which hashing goes on.
//!
//! Bytes in, bytes out: a change is drafted, the records it asks for are read, and the plan says what to write.
//!
//! ```text
//! Manifest, Changes ─▶ Draft ─▶ names of records ─▶ Plan ─▶ pieces ─▶ parts ─▶ new objects
//!                                                    └─▶ Hashing ─▶ Finished ─▶ new Manifest
//! packages ─▶ Builder ─▶ bytes of new objects, Finished
//! ```
//!
//! A list that begins with one package:
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use colca_segments::{Changes, Codec, Draft, Id, Layout, Manifest, Package, Piece, Stream};
//!
//! let packages = Stream { opening: |_| String::new(), closing: String::new(), codecs: vec![Codec::Gzip] };
//! let layout = Layout::new(vec![packages]);
//! let package = Package { id: Id::new([1; 16]), texts: vec!["Package: one\n\n".into()], mark: false };
//!
//! let draft = Draft::new(&layout, None, Changes { add: vec![package], ..Changes::default() });
//! assert!(draft.records().is_empty(), "a new list needs none");
//! let plan = draft.plan(&BTreeMap::new(), |number| format!("record {number}"))?.expect("there is something to do");
//! assert!(plan.outputs[0].iter().all(|piece| matches!(piece, Piece::Write(_))));
//! assert!(plan.hashing.unread()[0].is_empty(), "nothing was copied");
//! let manifest = plan.hashing.finish()?.manifest(|_, facts| format!("{}.gz", facts.sha256));
//! assert_eq!(Manifest::parse(&manifest.to_bytes(), &layout)?, manifest);
//! # Ok::<(), colca_segments::Damaged>(())
//! ```

mod assembly;
mod builder;
mod codec;
mod damaged;
mod draft;
mod edits;
mod envelope;
mod file;
mod filling;
mod grade;
mod gzip;
mod hashing;
mod id;
mod layout;
mod manifest;
mod merge;
mod package;
mod parts;
mod pass;
mod piece;
mod plan;
mod record;
mod rewrite;
mod runs;
mod segment;
mod state;
mod text_sum;
mod track;
mod unpacker;

pub use builder::{Builder, Built};
pub use codec::Codec;
pub use damaged::Damaged;
pub use draft::Draft;
pub use edits::Changes;
pub use grade::Grade;
pub use hashing::{Finished, Hashing};
pub use id::Id;
pub use layout::{Layout, Output, Stream};
pub use manifest::{Facts, Manifest, Published};
pub use package::Package;
pub use parts::{Limits, Part, Source, Upload, parts};
pub use piece::Piece;
pub use plan::{Plan, Record};
pub use runs::{Run, RunWriter, split};
pub use segment::Segment;
