//! Argo CD's Secrets as volumes mount them.
//!
//! Below the root there is a directory per Secret; a root that holds `url` itself is one Secret. Kubernetes swaps
//! a whole volume at once, by the link `..data`; so a reading is only taken if nothing was swapped meanwhile.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::Contents;
use super::argocd::{self, Data, KEYS, Parsed, SecretType};
use crate::secret::Secret;

/// The largest value that Kubernetes would store.
const MAX_VALUE: u64 = 1 << 20;

/// How often a reading is begun anew because the volume was swapped under it.
const MAX_READINGS: usize = 5;

/// The state of a directory tree: what changes when any file in it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp(Vec<(PathBuf, Option<(u64, SystemTime)>)>);

// === impl Stamp ===

impl Stamp {
    /// The state of `files`, of which some may not be there.
    pub(crate) fn of_files<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        let state = |file: &PathBuf| {
            let meta = fs_err::metadata(file).ok()?;
            Some((meta.len(), meta.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
        };
        Self(files.into_iter().map(|file| (file.clone(), state(file))).collect())
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// Reads all Secrets below `root`, as they were together at one moment.
pub(crate) fn read(root: &Path) -> Contents {
    let mut before = stamp(root);
    for _ in 1..MAX_READINGS {
        let contents = read_once(root);
        let after = stamp(root);
        if after == before {
            return contents;
        }
        before = after;
    }
    // It changes faster than it can be read; the next look at it will find another stamp.
    read_once(root)
}

/// The state of everything that [`read`] looks at.
pub(crate) fn stamp(root: &Path) -> Stamp {
    let mut stamp = Stamp::default();
    for directory in std::iter::once(root.to_owned()).chain(secret_directories(root).unwrap_or_default()) {
        let files: Vec<PathBuf> = KEYS.iter().map(|key| directory.join(key)).collect();
        stamp.extend(Stamp::of_files(&files));
        // A swap of the volume moves this link even where sizes and times stay.
        stamp.0.push((fs_err::read_link(directory.join("..data")).unwrap_or_default(), None));
    }
    stamp
}

fn read_once(root: &Path) -> Contents {
    let mut contents = Contents::default();
    if root.join("url").exists() {
        read_secret(root, &mut contents);
        return contents;
    }
    match secret_directories(root) {
        Ok(directories) => {
            for directory in directories {
                read_secret(&directory, &mut contents);
            }
        }
        Err(error) => contents.problem(&root.display().to_string(), error),
    }
    contents
}

/// The directories below `root` in the order of their names. What begins with a dot is Kubernetes' own.
fn secret_directories(root: &Path) -> io::Result<Vec<PathBuf>> {
    let hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
    let mut directories = Vec::new();
    for item in fs_err::read_dir(root)? {
        let path = item?.path();
        if path.file_name().is_some_and(|name| !hidden(name)) && path.is_dir() {
            directories.push(path);
        }
    }
    directories.sort();
    Ok(directories)
}

fn read_secret(directory: &Path, contents: &mut Contents) {
    let name = directory.file_name().unwrap_or(directory.as_os_str()).to_string_lossy();
    let label = format!("argocd/{name}");
    let parsed = match read_data(directory) {
        Ok(data) => argocd::parse(&label, SecretType::Unlabelled, &data),
        Err(error) => Parsed::Problem(error.to_string()),
    };
    match parsed {
        Parsed::Entry(entry) => contents.entries.push(*entry),
        Parsed::Git => tracing::debug!(secret = %label, "for Git, not for registries"),
        Parsed::Problem(reason) => contents.problem(&label, reason),
    }
}

fn read_data(directory: &Path) -> io::Result<Data> {
    let mut data = Data::new();
    for key in KEYS {
        if let Some(value) = read_value(&directory.join(key))? {
            data.insert(key.to_owned(), value);
        }
    }
    Ok(data)
}

fn read_value(file: &Path) -> io::Result<Option<Secret>> {
    match fs_err::metadata(file) {
        Ok(meta) if meta.len() > MAX_VALUE => {
            Err(io::Error::other(format!("`{}` is larger than 1 MiB", file.display())))
        }
        Ok(_) => {
            let bytes = Zeroizing::new(fs_err::read(file)?);
            let text = std::str::from_utf8(&bytes)
                .map_err(|_| io::Error::other(format!("`{}` is not text", file.display())))?;
            Ok(Some(Secret::new(text.to_owned())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
