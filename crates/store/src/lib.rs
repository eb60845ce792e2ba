//! What we keep, and where: objects in S3, the catalog and the jobs in DynamoDB, messages in SQS; and what CloudFront is to forget.
//!
//! The only crate besides `runtime` that knows AWS. Every object key is a variant of [`ObjectKey`]; every table
//! key is made in the module that owns the item.

mod builds;
mod callback_secrets;
mod callbacks;
mod catalog;
mod cdn;
mod cdn_paths;
mod copies;
mod deletion;
mod depths;
mod error;
mod jobs;
mod keys;
mod listing;
mod multipart;
mod object_key;
mod objects;
mod overwrite;
mod pieces;
mod presign;
mod purging;
mod queues;
mod receiver;
mod registration;
mod removal;
mod secrets;
mod table;

pub use builds::Builds;
pub use callback_secrets::{CallbackSecrets, SigningSecret};
pub use callbacks::{CallbackMessage, Status};
pub use catalog::{
    AdoptedRow, Built, Catalog, Cause, Change, ChangedFile, Checksum, Claim, EntryFile, Format, Held, Identity,
    KeptLists, Known, Lease, Listing, Name, PackageRow, Page, PageSize, PageToken, Place, Purpose, Repository,
    Revision, Search, Sought, StoredFragments, What,
};
pub use cdn::Cdn;
pub use copies::Copied;
pub use depths::Depth;
pub use error::{Error, ErrorKind, Result};
pub use jobs::{
    Day, DigestProgress, DueGarbage, DuePurge, DueRefresh, DueStale, Found, Garbage, Invalidation, Jobs, Owner, Purge,
    PurgeState, PurgedFile, RetentionRun, RunKind, Stale, Verification, Work,
};
pub use keys::{Custody, KeyEntry, Keys, KnownKeys};
pub use listing::ListedObject;
pub use multipart::UploadedPart;
pub use object_key::{Bucket, ObjectKey};
pub use objects::{ObjectHead, Objects};
pub use overwrite::Expected;
pub use presign::{SignedUrl, Validity};
pub use queues::{BuildMessage, ImportMessage, IngestMessage, Queue, QueueUrls, Queues, Received, Task, sent_at};
pub use receiver::Receiver;
pub use registration::{Registered, Registration};
pub use secrets::{Credentials, KnownAccounts, Secrets};
