//! What is worth telling an uploader, but no reason to refuse.

use colca_model::Upload;
use colca_rpmmd::Package;

/// How a package differs from what its ticket says of it.
pub(crate) fn notes(upload: &Upload, package: Option<&Package>) -> Vec<String> {
    let Some(package) = package else { return vec![] };
    let request = &upload.request;
    let mut notes = vec![];
    let usual = package.nevra().file_name();
    let name = request.filename.as_str();
    // A source package without its sources is told from others by its file name alone.
    if usual != name && !(package.is_source() && name.replace(".nosrc.rpm", ".src.rpm") == usual) {
        notes.push(format!("the file is named {name}, its header says {usual}"));
    }
    let directory = package.arch_dir();
    if directory != request.arch.as_str() && !package.is_source() {
        notes.push(format!("it was uploaded as {}, its header says {directory}: published there", request.arch));
    }
    notes
}
