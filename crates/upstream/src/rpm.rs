//! What a repository of rpms elsewhere lists.

use colca_rpmmd::{ForeignPrimary, Repomd, foreign_packages};
use colca_runtime::Web;
use colca_settings::External;

use crate::error::Unfetched;
use crate::file::{Expected, ExternalFile};
use crate::listed::{LONGEST_ENTRY, Listed, encode_escaped, unusable};

/// Fetches the entry file, which must be the one that is pinned, and the list that it names.
pub(crate) async fn list(web: &Web, external: &External) -> Result<Vec<Listed>, Unfetched> {
    let entry = external.entry_file();
    let pinned = Expected { size: None, sha256: external.sha256, by: "what is pinned has" };
    let repomd = ExternalFile::get(web, &entry, LONGEST_ENTRY, pinned).await?.read().await?;
    let repomd = Repomd::parse(&repomd).map_err(|error| unusable(&entry, error))?;
    let primary = repomd.primary().map_err(|invalid| unusable(&entry, invalid))?;

    let url = external.url.file(&encode_escaped(&primary.href));
    let expected = Expected { size: primary.size, sha256: primary.sha256, by: "repomd.xml says" };
    let bytes = ExternalFile::get(web, &url, ForeignPrimary::LONGEST, expected).await?.read().await?;
    // Unpacking keeps a thread busy; the lease is renewed meanwhile on another.
    let packages = tokio::task::spawn_blocking(move || foreign_packages(&bytes)).await.map_err(Unfetched::panicked)?;
    let packages = packages.map_err(|invalid| unusable(&url, invalid))?;
    let listed = packages.into_iter().map(|package| {
        let path = encode_escaped(&package.href);
        Listed::new(path, &external.url, &package.arch, package.size, package.sha256)
    });
    listed.collect::<Result<_, _>>().map_err(|invalid| unusable(&url, invalid))
}

#[cfg(test)]
mod tests {
    use colca_model::Sha256;

    use super::*;
    use crate::file::tests::{Server, external, sha256};

    const PRIMARY: &str = "repodata/a%2Bb-primary.xml";

    fn package(name: &str, href: &str) -> String {
        format!(
            "<package type=\"rpm\"><name>{name}</name><arch>noarch</arch><checksum type=\"sha256\">{}</checksum>\
             <size package=\"7\"/><location href=\"{href}\"/></package>",
            "ab".repeat(32)
        )
    }

    fn repomd(primary: &[u8], size: usize) -> Vec<u8> {
        let checksum = sha256(primary);
        format!(
            "<repomd><data type=\"primary\"><checksum type=\"sha256\">{checksum}</checksum><size>{size}</size>\
             <location href=\"{PRIMARY}\"/></data></repomd>"
        )
        .into_bytes()
    }

    async fn list_of(repomd: &[u8], primary: &[u8], pinned: Sha256) -> (Server, Result<Vec<Listed>, Unfetched>) {
        let files = [("repodata/repomd.xml", repomd), (PRIMARY, primary)];
        let server = Server::of(files.map(|(path, bytes)| (path.to_owned(), bytes.to_vec())));
        let listed = list(&Web::default(), &external(&server.url, pinned, "")).await;
        (server, listed)
    }

    #[tokio::test]
    async fn lists_what_the_pinned_file_leads_to() {
        let primary = format!("<metadata>{}{}</metadata>", package("a", "x/a+1.rpm"), package("b", "b.rpm"));
        let entry = repomd(primary.as_bytes(), primary.len());
        let (server, listed) = list_of(&entry, primary.as_bytes(), sha256(&entry)).await;
        let external = external(&server.url, sha256(&entry), "");
        let listed = listed.expect("good").into_iter();
        let listed: Vec<_> = listed
            .map(|it| (it.address(&external.url), it.filename.to_string(), it.arch.to_string(), it.size, it.sha256))
            .collect();
        let expected = [("x/a%2B1.rpm", "a+1.rpm"), ("b.rpm", "b.rpm")].map(|(path, name)| {
            let address = format!("{}{path}", server.url);
            (address, name.to_owned(), "noarch".to_owned(), 7, Sha256::new([0xab; 32]))
        });
        assert_eq!(listed, expected);
        assert_eq!(server.asked(), ["repodata/repomd.xml", PRIMARY]);
    }

    #[tokio::test]
    async fn nothing_but_what_was_pinned_is_looked_at() {
        let primary = b"<metadata/>";
        let entry = repomd(primary, primary.len());
        let (pinned, found) = (sha256(b"as it was"), sha256(&entry));
        let (server, listed) = list_of(&entry, primary, pinned).await;
        let failure = listed.expect_err("something else");
        let url = format!("{}repodata/repomd.xml", server.url);
        let length = entry.len();
        let said = format!("{url}: what is pinned has SHA-256 {pinned}, but it is {found} ({length} bytes)");
        assert_eq!((failure.to_string(), failure.is_final()), (said, true));
        assert_eq!(server.asked(), ["repodata/repomd.xml"]);
    }

    #[tokio::test]
    async fn says_which_file_is_not_what_it_should_be() {
        let primary = format!("<metadata>{}</metadata>", package("a", "../a.rpm"));
        for (entry, primary, file, said) in [
            (repomd(b"<metadata/>", 11), "<metadata></metadata>", PRIMARY, "repomd.xml says SHA-256"),
            (repomd(b"<metadata/>", 12), "<metadata/>", PRIMARY, "repomd.xml says 12 bytes, but there are 11"),
            (repomd(b"metadata", 8), "metadata", PRIMARY, "must"),
            (repomd(primary.as_bytes(), primary.len()), &*primary, PRIMARY, "must not contain empty segments"),
            (b"<metadata/>".to_vec(), "", "repodata/repomd.xml", "not a repomd.xml"),
            (b"<repomd></repomd>".to_vec(), "", "repodata/repomd.xml", "must name one file of type primary"),
            (vec![b' '; (4 << 20) + 1], "", "repodata/repomd.xml", "has more than 4194304 bytes"),
        ] {
            let (server, listed) = list_of(&entry, primary.as_bytes(), sha256(&entry)).await;
            let failure = listed.expect_err(said);
            let text = failure.to_string();
            assert!(failure.is_final() && text.contains(said), "{text}");
            assert!(text.starts_with(&format!("{}{file}", server.url)), "{text}");
        }
    }
}
