//! The application's files, read-only. Paths are relative to the application's own directory; `..`
//! reaches other directories of the same repository.

use crate::backend;
use crate::{Failure, File};

/// The paths of the files that match `glob`, sorted. `*` and `?` stay within a component, `**` crosses
/// components, `{a,b}` is a choice.
///
/// # Errors
///
/// Fails if the glob is malformed or leaves the repository.
pub fn list(glob: &str) -> Result<Vec<String>, Failure> {
    backend::source::list(glob)
}

/// The content of the file at `path`, or none if there is no such file.
///
/// # Errors
///
/// Fails if the path leaves the repository or the file cannot be read.
pub fn read(path: &str) -> Result<Option<Vec<u8>>, Failure> {
    backend::source::read(path)
}

/// The text of the file at `path`, or none if there is no such file.
///
/// # Errors
///
/// As [`read`], and if the file is not UTF-8.
pub fn read_text(path: &str) -> Result<Option<String>, Failure> {
    let Some(content) = read(path)? else { return Ok(None) };
    String::from_utf8(content)
        .map(Some)
        .map_err(|error| Failure::application(format!("file `{path}` is not text: {error}")))
}

/// The files that match any of `globs`, each once, sorted by path. One call for many files costs less
/// than one for each.
///
/// # Errors
///
/// Fails if a glob is malformed or leaves the repository, or a file cannot be read.
pub fn read_all(globs: &[&str]) -> Result<Vec<File>, Failure> {
    let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
    backend::source::read_all(&globs)
}
