//! The ids of the uploads that an import makes.

use colca_model::{Import, UploadId};
use sha2::Digest;

/// The id of the upload of a file of `name` that has these bytes, by what tells them from others: the same whenever they are looked
/// at again, so that what was begun is gone on with, and that of no other file and no other import.
///
/// It begins with the moment of the import, as ids do. Then come three letters of the name, since lists are in the order of these ids:
/// what is alike stands together, and is compressed better.
pub(crate) fn upload_id(import: &Import, name: &str, bytes: &str) -> UploadId {
    let mut id = import.id.to_bytes();
    let filename = name.rsplit('/').next().unwrap_or_default();
    let letters = filename.bytes().chain([0; 3]);
    for (place, letter) in id[6..9].iter_mut().zip(letters) {
        *place = letter;
    }
    let all = format!("{}\n{name}\n{bytes}", import.id);
    id[9..].copy_from_slice(&sha2::Sha256::digest(all)[..7]);
    UploadId::from_bytes(id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::tests::import;

    #[test]
    fn ids_are_those_of_before_and_of_nothing_else() {
        let (one, mut other) = (import(None), import(None));
        // Begun in the same millisecond.
        let mut bytes = one.id.to_bytes();
        bytes[15] ^= 1;
        other.id = UploadId::from_bytes(bytes);
        let all = [
            upload_id(&one, "a/b-1.rpm", "\"x\""),
            upload_id(&other, "a/b-1.rpm", "\"x\""),
            upload_id(&one, "a/b-2.rpm", "\"x\""),
            upload_id(&one, "b/b-1.rpm", "\"x\""),
            upload_id(&one, "a/b-1.rpm", "\"y\""),
        ];
        assert_eq!(BTreeSet::from(all.clone()).len(), all.len());
        assert_eq!(upload_id(&one, "a/b-1.rpm", "\"x\""), all[0]);
        assert!(all.iter().all(|id| id.as_str()[..10] == one.id.as_str()[..10]));
    }

    #[test]
    fn what_is_alike_stands_together() {
        let id = |name: &str| upload_id(&import(None), name, "");
        assert!(id("z/abc-1.rpm") < id("a/abd-1.rpm") && id("b") < id("ba"));
    }
}
