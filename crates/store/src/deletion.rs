//! Taking objects away: entry files on a condition, garbage as it was seen.

use aws_sdk_s3::error::ProvideErrorMetadata;

use crate::{Error, ErrorKind, ObjectKey, Objects, Result};

impl Objects {
    /// Removes an entry file if it still has this entity tag.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if somebody else wrote it meanwhile, or whatever else the service answers.
    pub async fn retract(&self, key: &ObjectKey, etag: &str) -> Result<()> {
        let what = || format!("retract {}", key.path());
        let request = self.s3.delete_object().bucket(self.bucket(key)).key(key.path()).if_match(etag);
        match request.send().await {
            Ok(_) => Ok(()),
            // An earlier try was interrupted.
            Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 404) => Ok(()),
            // LocalStack, and others who speak S3. What is left is the builder's lease, and this look.
            Err(error) if error.code() == Some("NotImplemented") => match self.read(key).await? {
                Some((_, there)) if there != etag => Err(Error::new(ErrorKind::Conflict, what())),
                _ => self.delete(key).await,
            },
            Err(error) => {
                let error = Error::sdk(what(), error);
                Err(if error.kind() == ErrorKind::AlreadyExists { error.into_conflict() } else { error })
            }
        }
    }

    /// The versions of an object that are there now, those below the current one as well. None if the bucket keeps none.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn versions(&self, key: &ObjectKey) -> Result<Vec<String>> {
        let path = key.path();
        let request = self.s3.list_object_versions().bucket(self.bucket(key)).prefix(&path);
        let answer = request.send().await.map_err(|error| Error::sdk(format!("list the versions of {path}"), error))?;
        let of_it = answer.versions.unwrap_or_default().into_iter().filter(|version| version.key() == Some(&path));
        Ok(of_it.filter_map(|version| version.version_id).filter(|version| version != "null").collect())
    }

    /// Removes an object as it was when its versions were looked at: what was written since stays.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn delete_as_seen(&self, key: &ObjectKey, versions: Vec<String>) -> Result<()> {
        if versions.is_empty() {
            return self.delete(key).await;
        }
        for version in versions {
            let request = self.s3.delete_object().bucket(self.bucket(key)).key(key.path()).version_id(version);
            request.send().await.map_err(|error| Error::sdk(format!("delete {}", key.path()), error))?;
        }
        Ok(())
    }

    /// Removes an object; one that is gone already is no error.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn delete(&self, key: &ObjectKey) -> Result<()> {
        let request = self.s3.delete_object().bucket(self.bucket(key)).key(key.path());
        request.send().await.map(drop).map_err(|error| Error::sdk(format!("delete {}", key.path()), error))
    }

    /// Removes what came in and is needed no more. If that fails, what whoever sent it is told stands: the bucket's lifecycle rule takes it.
    pub async fn discard(&self, key: &ObjectKey) {
        if let Err(error) = self.delete(key).await {
            let key = key.path();
            tracing::warn!(key, %error, "Could not delete {key}");
        }
    }
}
