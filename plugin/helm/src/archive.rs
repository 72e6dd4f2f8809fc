//! Chart archives: gzip-compressed tar files whose entries lie in one directory.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType};

use crate::chart::File;
use crate::path::clean;
use crate::profile::SizeRules;
use crate::text::quote;

/// The most bytes a chart may have when it is unpacked.
const MAX_CHART: u64 = 100 * 1024 * 1024;

/// The most bytes one file of a chart may have.
pub(crate) const MAX_FILE: u64 = 5 * 1024 * 1024;

/// Why an archive was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Not a gzip-compressed tar file, or a damaged one.
    #[error("{reason}")]
    Unreadable {
        /// What the reader says.
        reason: String,
    },
    /// An entry below `/`.
    #[error("chart illegally contains absolute paths")]
    AbsolutePath,
    /// An entry that lies in no directory.
    #[error("chart illegally contains content outside the base directory: {}", quote(.path))]
    OutsideBase {
        /// The entry's name.
        path: String,
    },
    /// An entry with `..`.
    #[error("chart illegally references parent directory")]
    ParentDirectory,
    /// An entry such as `c:/x`.
    #[error("chart contains illegally named files")]
    IllegalName,
    /// `Chart.yaml` in no directory.
    #[error("chart yaml not in base directory")]
    ChartYamlOutsideBase,
    /// More than 100 MiB.
    #[error("decompressed chart is larger than the maximum {unit} {MAX_CHART}")]
    ChartTooLarge {
        /// `size`, or `file size` in Helm 3.
        unit: &'static str,
    },
    /// A file of more than 5 MiB.
    #[error("decompressed chart file {} is larger than the maximum file size {MAX_FILE}", quote(.path))]
    FileTooLarge {
        /// The entry's name.
        path: String,
    },
    /// Nothing in it.
    #[error("no files in chart archive")]
    Empty,
}

/// The files of an archive, in its order, without the directory they lie in.
pub(crate) fn unpack(bytes: &[u8], rules: SizeRules) -> Result<Vec<File>, ArchiveError> {
    let mut archive = Archive::new(MultiGzDecoder::new(bytes));
    let mut files = Vec::new();
    let mut budget = Budget { remaining: MAX_CHART, rules };
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let kind = entry.header().entry_type();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if skips(kind, &name) {
            continue;
        }
        let path = inner_path(&name)?;
        // Of links there is no content: they read as empty files.
        let size = if kind == EntryType::Link || kind == EntryType::Symlink { 0 } else { entry.size() };
        budget.take(size, &name)?;
        let mut content = Vec::new();
        entry.by_ref().take(size).read_to_end(&mut content).map_err(unreadable)?;
        files.push(File::new(path, &content));
    }
    if files.is_empty() { Err(ArchiveError::Empty) } else { Ok(files) }
}

fn skips(kind: EntryType, name: &str) -> bool {
    kind == EntryType::Directory
        || kind == EntryType::XHeader
        || kind == EntryType::XGlobalHeader
        || (kind == EntryType::Regular && name.ends_with('/'))
}

fn unreadable(error: std::io::Error) -> ArchiveError {
    ArchiveError::Unreadable { reason: error.to_string() }
}

/// How much an archive may still contain.
struct Budget {
    remaining: u64,
    rules: SizeRules,
}

impl Budget {
    fn take(&mut self, size: u64, path: &str) -> Result<(), ArchiveError> {
        let unit = match self.rules {
            // Decompression is bounded in any case: what Helm 3.16 leaves out protects the host.
            SizeRules::Unlimited => "size",
            SizeRules::FileAndArchive { unit } => {
                if size > MAX_FILE && size <= self.remaining {
                    return Err(ArchiveError::FileTooLarge { path: path.to_owned() });
                }
                unit
            }
        };
        // Helm refuses what fills the budget exactly.
        self.remaining = self.remaining.checked_sub(size).ok_or(ArchiveError::ChartTooLarge { unit })?;
        if self.remaining == 0 { Err(ArchiveError::ChartTooLarge { unit }) } else { Ok(()) }
    }
}

/// The path of an entry within the chart.
fn inner_path(name: &str) -> Result<String, ArchiveError> {
    // Archives made on Windows have backslashes.
    let delimiter = if name.contains('\\') { '\\' } else { '/' };
    let (base, rest) = name.split_once(delimiter).unwrap_or((name, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err(ArchiveError::AbsolutePath);
    }
    let path = clean(&rest);
    if path == "." {
        return Err(ArchiveError::OutsideBase { path: name.to_owned() });
    }
    if path.starts_with("..") {
        return Err(ArchiveError::ParentDirectory);
    }
    let mut chars = path.chars();
    let drive = (chars.next(), chars.next(), chars.next());
    if matches!(drive, (Some(letter), Some(':'), Some('/')) if letter.is_ascii_alphabetic()) {
        return Err(ArchiveError::IllegalName);
    }
    if base == "Chart.yaml" { Err(ArchiveError::ChartYamlOutsideBase) } else { Ok(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_lie_in_one_directory() {
        assert_eq!(inner_path("c/templates/./a.yaml"), Ok("templates/a.yaml".to_owned()));
        assert_eq!(inner_path("c\\templates\\a.yaml"), Ok("templates/a.yaml".to_owned()));
        assert_eq!(inner_path("c//etc"), Err(ArchiveError::AbsolutePath));
        assert_eq!(inner_path("file"), Err(ArchiveError::OutsideBase { path: "file".to_owned() }));
        assert_eq!(inner_path("c/../../x"), Err(ArchiveError::ParentDirectory));
        assert_eq!(inner_path("c/d:/x"), Err(ArchiveError::IllegalName));
        assert_eq!(inner_path("Chart.yaml/x"), Err(ArchiveError::ChartYamlOutsideBase));
    }
}
