//! A whole store as a tar archive, for machines that never see a network.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _};
use std::path::{Component, Path};

use fs_err as fs;

use crate::{Digest, Error};

/// The largest file that is imported, in bytes.
const MAX_FILE: u64 = 1 << 30;

/// Where one file of an archive belongs.
enum Kind {
    Blob(Digest),
    /// The path of a record, below the root.
    Record(String),
}

/// Writes blobs and records below `root` to `file`, and counts the blobs.
pub(crate) fn export(root: &Path, file: &Path) -> Result<usize, Error> {
    let partial = file.with_added_extension("partial");
    let mut tar = tar::Builder::new(BufWriter::new(File::create(&partial)?));
    let mut blobs = 0;
    for folder in ["blobs/sha256", "blobs/sha512", "records"] {
        for shard in sorted(&root.join(folder))? {
            for path in sorted(&shard)? {
                let Ok(name) = path.strip_prefix(root) else { continue };
                // Another process may have removed it in between.
                let Ok(bytes) = fs::read(&path) else { continue };
                let mut header = tar::Header::new_gnu();
                header.set_size(bytes.len() as u64);
                header.set_mode(0o644);
                tar.append_data(&mut header, name, &*bytes)?;
                blobs += usize::from(folder != "records");
            }
        }
    }
    tar.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(&partial, file)?;
    Ok(blobs)
}

fn sorted(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Reads such a `file`: each blob goes to `blob` with the digest of its name, each record to `record` with its path.
/// Anything else in it is refused.
pub(crate) fn import(
    file: &Path,
    mut blob: impl FnMut(&Digest, Vec<u8>) -> Result<(), Error>,
    mut record: impl FnMut(&str, &[u8]) -> Result<(), Error>,
) -> Result<usize, Error> {
    let mut archive = tar::Archive::new(BufReader::new(File::open(file)?));
    let mut blobs = 0;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let strange = || Error::Strange { path: path.display().to_string().escape_debug().to_string() };
        let size = entry.size();
        if entry.header().entry_type() != tar::EntryType::Regular || size > MAX_FILE {
            return Err(strange());
        }
        let kind = kind_of(&path).ok_or_else(strange)?;
        let mut bytes = Vec::new();
        entry.by_ref().take(MAX_FILE).read_to_end(&mut bytes)?;
        match kind {
            Kind::Blob(digest) => {
                blob(&digest, bytes)?;
                blobs += 1;
            }
            Kind::Record(path) => record(&path, &bytes)?,
        }
    }
    Ok(blobs)
}

/// What `path` is for: `blobs/ALGORITHM/SHARD/HEX` or `records/KIND/HEX`.
fn kind_of(path: &Path) -> Option<Kind> {
    let parts = path.components().map(|part| match part {
        Component::Normal(part) => part.to_str(),
        _ => None,
    });
    let parts = parts.collect::<Option<Vec<&str>>>()?;
    let is_hex = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match parts.as_slice() {
        ["blobs", algorithm, _, hex] => format!("{algorithm}:{hex}").parse().ok().map(Kind::Blob),
        ["records", kind, name] if is_hex(name) && kind.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            Some(Kind::Record(format!("records/{kind}/{name}")))
        }
        _ => None,
    }
}
