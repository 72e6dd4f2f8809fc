//! The entries of a tar archive, each checked against the limits before anything is kept of it.

use std::io::{self, Read};

use generate::{SourceTreeBuilder, TreePath};
use tar::{Archive, Entry, EntryType, PaxExtensions};

use super::ArchiveError;
use crate::limits::{Limit, Limits};

/// Git's own directory, which Argo CD sends along unless it is told not to. No plugin can run Git,
/// and what is in it differs between checkouts of the same commit.
const GIT: &str = ".git";
/// Bytes of a header's extension; Go's reader allows as many.
const MAX_EXTENSION: u64 = 1 << 20;

/// Adds every entry of the archive in `input` to `tree`. Files, directories and symbolic links count;
/// other kinds are ignored, as Argo CD does, and so is
/// the repository's `.git`.
pub(super) fn add_all(
    input: impl Read,
    limits: &Limits,
    tree: &mut SourceTreeBuilder,
) -> Result<(), ArchiveError> {
    let mut input = Capped { input, left: limits.extracted, exceeded: false };
    let outcome = add_entries(&mut input, limits, tree);
    if input.exceeded { Err(ArchiveError::limit(limits, Limit::Extracted, None)) } else { outcome }
}

fn add_entries(input: impl Read, limits: &Limits, tree: &mut SourceTreeBuilder) -> Result<(), ArchiveError> {
    let mut archive = Archive::new(input);
    // Raw, because the extensions would otherwise be read into memory whatever their size.
    let entries = archive.entries().map_err(ArchiveError::malformed)?.raw(true);
    let mut names = Names::default();
    let mut count = 0;
    for entry in entries {
        let mut entry = entry.map_err(ArchiveError::malformed)?;
        if names.extend(&mut entry)? {
            continue;
        }
        count += 1;
        if count > limits.entries {
            return Err(ArchiveError::limit(limits, Limit::Entries, None));
        }
        add(entry, std::mem::take(&mut names), limits, tree)?;
    }
    Ok(())
}

fn add(
    entry: Entry<'_, impl Read>,
    names: Names,
    limits: &Limits,
    tree: &mut SourceTreeBuilder,
) -> Result<(), ArchiveError> {
    let name = names.path.unwrap_or_else(|| text(&entry.path_bytes()));
    if name.len() as u64 > limits.path {
        let start: String = name.chars().take(120).collect();
        return Err(ArchiveError::limit(limits, Limit::Path, Some(&format!("{start}…"))));
    }
    let path = TreePath::parse(&name)?;
    if path.components().next().is_none_or(|first| first == GIT) {
        return Ok(());
    }
    match entry.header().entry_type() {
        EntryType::Directory => Ok(tree.directory(&path)?),
        EntryType::Symlink => {
            let header = entry.header().link_name_bytes();
            let target = names.link.unwrap_or_else(|| header.map(|bytes| text(&bytes)).unwrap_or_default());
            if target.len() as u64 > limits.path {
                return Err(ArchiveError::limit(limits, Limit::Path, Some(&name)));
            }
            Ok(tree.link(&path, &target)?)
        }
        EntryType::Regular if names.sparse => Err(ArchiveError::Sparse(name)),
        EntryType::Regular => {
            let size = entry.header().entry_size().map_err(ArchiveError::malformed)?;
            if size > limits.file {
                return Err(ArchiveError::limit(limits, Limit::File, Some(&name)));
            }
            Ok(tree.file(&path, size, entry)?)
        }
        _ => Ok(()),
    }
}

/// What extensions say about the entry after them.
#[derive(Default)]
struct Names {
    path: Option<String>,
    link: Option<String>,
    sparse: bool,
}

// === impl Names ===

impl Names {
    /// Takes up `entry` if it is an extension.
    fn extend(&mut self, entry: &mut Entry<'_, impl Read>) -> Result<bool, ArchiveError> {
        match entry.header().entry_type() {
            EntryType::GNULongName => self.path = Some(long_name(&extension(entry)?)),
            EntryType::GNULongLink => self.link = Some(long_name(&extension(entry)?)),
            EntryType::XHeader => self.extend_by(&extension(entry)?)?,
            EntryType::XGlobalHeader => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn extend_by(&mut self, records: &[u8]) -> Result<(), ArchiveError> {
        for record in PaxExtensions::new(records) {
            let record = record.map_err(ArchiveError::malformed)?;
            match record.key_bytes() {
                b"path" => self.path = Some(text(record.value_bytes())),
                b"linkpath" => self.link = Some(text(record.value_bytes())),
                // Either makes the size in the header a lie.
                b"size" => self.sparse = true,
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
        Ok(())
    }
}

fn extension(entry: &mut Entry<'_, impl Read>) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    let read = entry.take(MAX_EXTENSION + 1).read_to_end(&mut bytes).map_err(ArchiveError::malformed)?;
    if read as u64 > MAX_EXTENSION {
        let reason = format!("a header's extension has more than {MAX_EXTENSION} bytes");
        return Err(ArchiveError::malformed(io::Error::other(reason)));
    }
    Ok(bytes)
}

/// GNU's long names end with a NUL.
fn long_name(bytes: &[u8]) -> String {
    text(bytes.strip_suffix(b"\0").unwrap_or(bytes))
}

/// Names need not be UTF-8 on Linux; plugins only know text.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A reader that fails once more than a number of bytes come out of it.
struct Capped<R> {
    input: R,
    left: u64,
    exceeded: bool,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buf)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                self.exceeded = true;
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        Ok(read)
    }
}
