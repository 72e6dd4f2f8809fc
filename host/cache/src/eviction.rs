//! What is in the store, and what has to go.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fs_err as fs;

use crate::{Algorithm, Digest};

/// What was used so recently is in use.
const IN_USE: Duration = Duration::from_secs(60);

/// A blob in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last used, to half a minute.
    pub used: SystemTime,
}

/// What a collection removed and left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// How many blobs were removed.
    pub removed: usize,
    /// How many bytes they had.
    pub freed: u64,
    /// How many bytes of blobs are left.
    pub left: u64,
}

pub(crate) fn blob_path(root: &Path, digest: &Digest) -> PathBuf {
    let folder = match digest.algorithm() {
        Algorithm::Sha256 => "blobs/sha256",
        Algorithm::Sha512 => "blobs/sha512",
    };
    let shard = digest.hex().get(..2).unwrap_or_default();
    root.join(folder).join(shard).join(digest.hex())
}

/// All blobs, least recently used first.
pub(crate) fn entries(root: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for algorithm in ["sha256", "sha512"] {
        for shard in fs::read_dir(root.join("blobs").join(algorithm))? {
            for file in fs::read_dir(shard?.path())? {
                let file = file?;
                let digest = format!("{algorithm}:{}", file.file_name().to_string_lossy()).parse();
                // Another process may have removed it in between.
                let (Ok(digest), Ok(metadata)) = (digest, file.metadata()) else { continue };
                entries.push(Entry { digest, size: metadata.len(), used: metadata.modified()? });
            }
        }
    }
    entries.sort_by_key(|entry| entry.used);
    Ok(entries)
}

pub(crate) fn collect(root: &Path, size: u64) -> io::Result<Collected> {
    let entries = entries(root)?;
    let mut collected =
        Collected { left: entries.iter().map(|entry| entry.size).sum(), ..Collected::default() };
    let now = SystemTime::now();
    for entry in entries {
        let idle = now.duration_since(entry.used).is_ok_and(|idle| idle > IN_USE);
        if collected.left <= size {
            break;
        }
        // Readers hold the bytes, not the file: removing it takes nothing from them.
        if idle && fs::remove_file(blob_path(root, &entry.digest)).is_ok() {
            collected.removed += 1;
            collected.freed += entry.size;
            collected.left -= entry.size;
        }
    }
    Ok(collected)
}
