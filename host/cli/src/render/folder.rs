//! Folders: of one application's files, or of Application files.

use std::path::{Path, PathBuf};

use super::yaml::{self, is_application};
use crate::exit::{Code, Failure};

/// What makes a folder one application's own.
const OWN: [&str; 2] = ["Chart.yaml", "chart-source.yaml"];

/// The Application files below `folder`, sorted by path; none where it has an application's own files.
pub(super) fn applications(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    if !OWN.iter().any(|name| folder.join(name).is_file()) {
        collect(folder, &mut found)?;
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = |error: std::io::Error| Failure::new(Code::Failed, error);
    let entries = fs_err::read_dir(folder).map_err(unreadable)?;
    let mut entries = entries.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    entries.sort_by_key(fs_err::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type().map_err(unreadable)?);
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !hidden && !OWN.iter().any(|name| path.join(name).is_file()) {
            collect(&path, found)?;
        } else if kind.is_file() && has_application(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// Files that are no YAML, such as templates, are somebody else's.
fn has_application(path: &Path) -> bool {
    let is_yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    is_yaml && yaml::documents(path).is_ok_and(|documents| documents.iter().any(is_application))
}
