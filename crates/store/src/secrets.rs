//! Secrets Manager.

use serde::Deserialize;

use crate::{Error, ErrorKind, Result};

/// The user and key that may write.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Credentials {
    /// The name of the user.
    pub user: String,
    /// The key that proves it.
    pub key: String,
}

/// Where secrets are kept.
#[derive(Debug, Clone)]
pub struct Secrets {
    client: aws_sdk_secretsmanager::Client,
    credentials: String,
}

impl Secrets {
    /// `credentials` is the name or ARN of the secret with the user and key.
    #[must_use]
    pub fn new(client: aws_sdk_secretsmanager::Client, credentials: String) -> Self {
        Self { client, credentials }
    }

    /// The user and key, as they are now.
    ///
    /// # Errors
    /// Whatever the service answers; [`ErrorKind::Corrupt`] if the secret is not of the form `{"user": …, "key": …}`.
    pub async fn credentials(&self) -> Result<Credentials> {
        let request = self.client.get_secret_value().secret_id(&self.credentials);
        let answer = request.send().await.map_err(|error| Error::sdk("read the credentials", error))?;
        let text = answer.secret_string().unwrap_or_default();
        // The parser's own message would quote the secret.
        serde_json::from_str(text).map_err(|_| Error::new(ErrorKind::Corrupt, "read the credentials as {user, key}"))
    }
}
