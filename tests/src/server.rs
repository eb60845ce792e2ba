//! The two ways Colca is run. They share what they know, and a client must not be able to tell them apart.

use serde_json::{Value, json};

use crate::{Client, Repository, Response, serve, stack};

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// The functions behind API Gateway.
    Api,
    /// `colca-serve`, one process.
    Serve,
}

impl Server {
    /// Its address, without a slash at the end.
    #[must_use]
    pub fn url(self) -> &'static str {
        match self {
            Self::Api => stack().api(),
            Self::Serve => serve::shared().address(),
        }
    }

    /// GET of one of its paths, without credentials.
    #[must_use]
    pub fn get(self, path: &str) -> Response {
        Client::anonymous().get(&format!("{}{path}", self.url()))
    }

    /// HEAD of one of its paths, without credentials.
    #[must_use]
    pub fn head(self, path: &str) -> Response {
        Client::anonymous().head(&format!("{}{path}", self.url()))
    }

    /// The files it lists for one architecture of a repository.
    #[must_use]
    pub fn binaries(self, repository: &Repository, arch: &str) -> Value {
        let response = self.get(&format!("/binaries/{}/{arch}/flavors/{}/", repository.path(), repository.flavor));
        if response.status == 404 { json!({}) } else { response.expect(200).json() }
    }

    /// Its repository object, `None` if there is none.
    #[must_use]
    pub fn repository(self, repository: &Repository) -> Option<Value> {
        let response = self.get(&format!("/repos/{}/flavors/{}/", repository.path(), repository.flavor));
        (response.status != 404).then(|| response.expect(200).json())
    }
}
