//! How a file enters the catalog: the file, what it says in the metadata, the change, and the end of its upload, all
//! or nothing. An upload is thus registered once at most, however often its message is delivered.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use colca_model::{Binary, Upload, UploadId, UploadState};
use jiff::{SignedDuration, Timestamp};

use crate::catalog::{Change, ChangedFile, Claim, Identity, PackageRow, StoredFragments, What};
use crate::table::{number, text};
use crate::{Catalog, Error, ErrorKind, Jobs, Result};

/// A file about to enter the catalog.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The file. Its version is one more than that of the file before it, whether it replaces that one or that one was
    /// deleted; 1 if there never was one.
    pub binary: Binary,
    /// The file that it replaces, which must still be of that version.
    pub replaces: Option<Binary>,
    /// What it contributes to the metadata, if it is a package.
    pub package: Option<PackageRow>,
    /// What it is, if its archive can have but one of it, and whose claim to that it takes over.
    pub claim: Option<(Identity, Option<UploadId>)>,
    /// What the uploader is told.
    pub notes: Vec<String>,
}

impl Registration {
    /// How many items a transaction has at most.
    pub const MOST: usize = 100;

    /// How many items this is when it is entered with others, and replaces none: the file, the end of its upload, the change, the look
    /// whether it was deleted, what it is, its metadata, and what was noted of its objects.
    #[must_use]
    pub fn items(&self) -> usize {
        4 + usize::from(self.claim.is_some()) + usize::from(self.package.is_some()) + self.objects().count()
    }

    /// Its objects in the store: the bytes, and its metadata where that is not in the item.
    fn objects(&self) -> impl Iterator<Item = &str> {
        let bytes = self.binary.key.as_str();
        let kept = match self.package.as_ref().map(|package| &package.fragments) {
            Some(StoredFragments::Object(key)) if key != bytes => Some(key.as_str()),
            _ => None,
        };
        [bytes].into_iter().chain(kept)
    }
}

/// How a registration went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// The file is in the catalog and its upload ended.
    Done,
    /// What is registered or deleted under that name is not what it was: somebody else was faster. Look again and
    /// decide anew.
    NameTaken,
    /// The upload has ended already, by another delivery of its message.
    UploadEnded,
}

impl Catalog {
    /// Enters a file and ends its upload. The items of the catalog are the uploader's own, so that uploads side by
    /// side never meet.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn register(
        &self,
        jobs: &Jobs,
        registration: Registration,
        now: Timestamp,
        keep: SignedDuration,
    ) -> Result<Registered> {
        let end = jobs.ending(&registration.binary.upload, &state(&registration), now, keep)?;
        let what = format!("register {} in {}", registration.binary.filename, registration.binary.repository);
        let end = TransactWriteItem::builder().update(end).build();
        let change = registration.binary.upload.clone();
        self.enter(self.writes(registration, change, end)?, what).await
    }

    /// Enters files, all or none, and writes down their uploads, which nobody did before; what was noted as garbage before it was copied
    /// is none any more. They may have [`Registration::MOST`] items together. No two may be of one name or identity.
    ///
    /// [`Registered::NameTaken`], if there are several, says nothing but that something of that kind is so of one of them.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn register_all(
        &self,
        jobs: &Jobs,
        registrations: Vec<(Registration, Upload)>,
        now: Timestamp,
        keep: SignedDuration,
    ) -> Result<Registered> {
        let is_one = registrations.len() == 1;
        let mut writes = Vec::new();
        let mut what = String::new();
        for (registration, upload) in registrations {
            what = format!("register {} in {}", registration.binary.filename, registration.binary.repository);
            let upload = Upload { state: state(&registration), ..upload };
            let named = registration.objects().map(|object| jobs.entered(object)).collect::<Result<Vec<_>>>()?;
            let end = TransactWriteItem::builder().put(jobs.recording(&upload, now + keep)?).build();
            let change = registration.binary.upload.clone();
            writes.extend(self.writes(registration, change, end)?);
            writes.extend(named.into_iter().map(|delete| TransactWriteItem::builder().delete(delete).build()));
        }
        match self.enter(writes, what).await {
            Ok(Registered::UploadEnded) if !is_one => Ok(Registered::NameTaken),
            entered => entered,
        }
    }

    /// The items of a file, and of the `change` that has it published. The first two are what [`refused`] tells from the others.
    pub(crate) fn writes(
        &self,
        registration: Registration,
        change: UploadId,
        end: TransactWriteItem,
    ) -> Result<Vec<TransactWriteItem>> {
        let Registration { binary, replaces, package, claim, .. } = registration;
        let before = replaces.as_ref().map(|replaced| replaced.upload.clone());
        let what = What::Added(changed(&binary, binary.version, before));
        // A file that comes back is as old as it was.
        let noted = change.moment().max(Some(binary.modified));
        let change = Change { id: change, noted, what };
        let file = self.put(&binary)?;
        let file = match &replaces {
            None => file.condition_expression("attribute_not_exists(pk)"),
            Some(replaced) => as_it_was(file, replaced),
        };
        let mut writes = vec![write(file)?, end, write(self.put_change(&binary.repository, &change)?)?];
        match &replaces {
            // Somebody may have registered and deleted it since it was looked at.
            None => writes.push(TransactWriteItem::builder().condition_check(self.unburied(&binary)?).build()),
            Some(replaced) => {
                writes.extend(self.use_up(replaced)?.map(|put| TransactWriteItem::builder().put(put).build()));
            }
        }
        if let Some((identity, before)) = claim {
            let (arch, filename) = (binary.arch.clone(), binary.filename.clone());
            let claim = Claim { arch, filename, sha256: binary.sha256, upload: binary.upload.clone() };
            let put = self.put_claim(&binary.repository, &identity, &claim, before.as_ref())?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        if let Some(package) = package {
            writes.push(write(self.put_package(&binary.repository, &package)?)?);
        }
        Ok(writes)
    }

    pub(crate) async fn enter(&self, writes: Vec<TransactWriteItem>, what: String) -> Result<Registered> {
        let request = self.table.db.transact_write_items().set_transact_items(Some(writes));
        match request.send().await {
            Ok(_) => Ok(Registered::Done),
            Err(error) => refused(&error).ok_or_else(|| {
                // Of what is left, nothing is ours to decide: two transactions met, or there was too much to do.
                let error = Error::sdk(what, error);
                if error.kind() == ErrorKind::Conflict { error.into_unavailable() } else { error }
            }),
        }
    }
}

/// On the condition that a file is what it was, and that nobody has asked for it again.
fn as_it_was(put: PutBuilder, before: &Binary) -> PutBuilder {
    let put = put.expression_attribute_values(":before", number(before.version));
    match &before.asked_again {
        None => put.condition_expression("version = :before AND attribute_not_exists(asked_again)"),
        Some(again) => put
            .condition_expression("version = :before AND asked_again = :again")
            .expression_attribute_values(":again", text(again.as_str())),
    }
}

/// What the upload of a file ends as.
fn state(registration: &Registration) -> UploadState {
    UploadState::Registered { notes: registration.notes.clone() }
}

/// A file as a change names it.
pub(crate) fn changed(binary: &Binary, version: u64, before: Option<UploadId>) -> ChangedFile {
    let Binary { arch, filename, is_package, .. } = binary.clone();
    ChangedFile { arch, filename, version, is_package, before }
}

pub(crate) fn write(put: PutBuilder) -> Result<TransactWriteItem> {
    let put = put.build().map_err(|error| Error::corrupt("build a registration", error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Which conditions did not hold, in the order of the writes, if a transaction was cancelled; none of them if it was for
/// another reason.
pub(crate) fn failed_conditions(error: &SdkError<TransactWriteItemsError>) -> Vec<bool> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return vec![];
    };
    let failed = |reason: &aws_sdk_dynamodb::types::CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    cancelled.cancellation_reasons().iter().map(failed).collect()
}

/// Which condition did not hold, if that is why the transaction was cancelled.
fn refused(error: &SdkError<TransactWriteItemsError>) -> Option<Registered> {
    let failed = failed_conditions(error);
    match failed[..] {
        // The end of the upload counts first: a file that is there already may be its own.
        [_, true, ..] => Some(Registered::UploadEnded),
        _ => failed.contains(&true).then_some(Registered::NameTaken),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::types::CancellationReason;
    use aws_sdk_dynamodb::types::error::{ThrottlingException, TransactionCanceledException};
    use aws_smithy_types::body::SdkBody;
    use colca_model::Sha256;

    use super::*;
    use crate::catalog::Format;

    const HELD: &str = "None";
    const FAILED: &str = "ConditionalCheckFailed";

    fn answered(error: TransactWriteItemsError) -> SdkError<TransactWriteItemsError> {
        SdkError::service_error(error, HttpResponse::new(400.try_into().expect("a status"), SdkBody::empty()))
    }

    /// What a transaction says that was cancelled for a reason each: of the file, the end, the change, what was deleted.
    fn cancelled(reasons: [&str; 4]) -> Option<Registered> {
        let reasons = reasons.map(|code| CancellationReason::builder().code(code).build());
        let error = TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons.to_vec())).build();
        refused(&answered(TransactWriteItemsError::TransactionCanceledException(error)))
    }

    #[test]
    fn an_upload_that_ended_counts_before_a_name_that_is_taken() {
        assert_eq!(cancelled([HELD, FAILED, HELD, HELD]), Some(Registered::UploadEnded));
        assert_eq!(cancelled([FAILED, FAILED, HELD, HELD]), Some(Registered::UploadEnded));
        assert_eq!(cancelled([FAILED, HELD, HELD, HELD]), Some(Registered::NameTaken));
        assert_eq!(cancelled([HELD, HELD, HELD, FAILED]), Some(Registered::NameTaken));
    }

    #[test]
    fn what_no_condition_of_ours_refused_is_a_failure() {
        for reason in ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"] {
            assert_eq!(cancelled([reason, HELD, HELD, HELD]), None, "{reason}");
            assert_eq!(cancelled([HELD, reason, HELD, HELD]), None, "{reason}");
        }
        let throttled = ThrottlingException::builder().build();
        assert_eq!(refused(&answered(TransactWriteItemsError::ThrottlingException(throttled))), None);
        assert_eq!(refused(&SdkError::timeout_error("no answer")), None);
    }

    #[test]
    fn says_how_many_items_a_transaction_has_of_it() {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .build();
        let db = aws_sdk_dynamodb::Client::from_conf(config);
        let (catalog, jobs) = (Catalog::new(db.clone(), "catalog".to_owned()), Jobs::new(db, "jobs".to_owned()));
        let binary = Binary {
            repository: "p/r/s/d/1/flavors/f".parse().expect("a path"),
            arch: "noarch".parse().expect("a good name"),
            filename: "a.rpm".parse().expect("a good name"),
            size: 1,
            sha256: Sha256::new([1; 32]),
            sha512: None,
            signed: None,
            nevra: None,
            is_package: true,
            key: "repos/p/a.rpm".to_owned(),
            upload: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID"),
            asked_again: None,
            built_by: "ci".to_owned(),
            created: Timestamp::UNIX_EPOCH,
            modified: Timestamp::UNIX_EPOCH,
            version: 1,
        };
        let package = |fragments| PackageRow {
            arch: binary.arch.clone(),
            filename: binary.filename.clone(),
            upload: binary.upload.clone(),
            version: 1,
            created: Timestamp::UNIX_EPOCH,
            path: "a.rpm".to_owned(),
            format: Format::Deb,
            fragments,
            signed: false,
            gathered: None,
        };
        let [name, version, architecture] = ["a", "1", "all"].map(str::to_owned);
        let claim = Some((Identity { name, version, architecture }, None));
        for (package, claim, count) in [
            (None, None, 5),
            (Some(package(StoredFragments::Inline(vec![]))), None, 6),
            (Some(package(StoredFragments::Inline(vec![]))), claim.clone(), 7),
            (Some(package(StoredFragments::Object("state/fragments/a".to_owned()))), claim, 8),
        ] {
            let registration = Registration { binary: binary.clone(), replaces: None, package, claim, notes: vec![] };
            let end = jobs.entered("the end, which is one, too").expect("good");
            let end = TransactWriteItem::builder().delete(end).build();
            let noted = registration.objects().count();
            let writes = catalog.writes(registration.clone(), binary.upload.clone(), end).expect("good").len() + noted;
            assert_eq!((registration.items(), writes), (count, count));
        }
    }
}
