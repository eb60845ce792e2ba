//! Which of several uploads of a file is listed.

use std::collections::BTreeMap;

use colca_store::PackageRow;

/// The packages to list, in the order of their uploads, and the others.
///
/// CI builds noarch packages once for each architecture. All are kept, but one directory can list a name only once: the
/// one that was registered first.
#[must_use]
pub fn first_of_each(rows: Vec<PackageRow>) -> (Vec<PackageRow>, Vec<PackageRow>) {
    let mut first: BTreeMap<String, PackageRow> = BTreeMap::new();
    let mut others = Vec::new();
    for row in rows {
        let place = plain_path(&row);
        let later = match first.remove(&place) {
            Some(known) if (row.created, &row.arch) < (known.created, &known.arch) => {
                first.insert(place, row);
                Some(known)
            }
            Some(known) => {
                first.insert(place, known);
                Some(row)
            }
            None => {
                first.insert(place, row);
                None
            }
        };
        others.extend(later);
    }
    let mut first: Vec<_> = first.into_values().collect();
    first.sort_by(|left, right| left.upload.cmp(&right.upload));
    (first, others)
}

/// Where a package would lie if it replaced none: its path without the id of its upload.
fn plain_path(row: &PackageRow) -> String {
    row.path.replace(&format!("/{}/", row.upload), "/")
}
