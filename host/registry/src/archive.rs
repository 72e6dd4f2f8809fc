//! Unpacks charts in memory, and refuses what a chart does not need (rule R23).

use std::collections::BTreeSet;
use std::io::{self, Read};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType};

/// The most bytes of all files together, as Helm has it.
pub(crate) const MAX_TOTAL: u64 = 100 << 20;

/// The most bytes of one file, as Helm has it.
pub(crate) const MAX_FILE: u64 = 5 << 20;

/// The most entries.
const MAX_ENTRIES: usize = 10_000;

/// The deepest path.
const MAX_DEPTH: usize = 32;

/// The longest component of a path, in bytes.
const MAX_COMPONENT: usize = 255;

/// How many times its compressed size an archive may have, past the first mebibyte.
const MAX_RATIO: u64 = 100;

/// A file of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path without the top directory, with `/`.
    pub path: String,
    /// Its content, without a byte order mark.
    pub content: Bytes,
}

/// An archive that is not accepted. The texts are Helm's where Helm refuses it too.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Damaged, or no gzip or tar at all.
    #[error("it can't be read: {0}")]
    Unreadable(String),
    /// Too large when unpacked.
    #[error("decompressed chart is larger than the maximum size {MAX_TOTAL}")]
    TooLarge,
    /// A file that is too large.
    #[error("decompressed chart file `{0}` is larger than the maximum file size {MAX_FILE}")]
    FileTooLarge(String),
    /// A decompression bomb.
    #[error("it unpacks to more than {MAX_RATIO} times its size")]
    Bomb,
    /// Too many entries.
    #[error("it has more than {MAX_ENTRIES} entries")]
    TooManyEntries,
    /// A link, a device or another entry that is no file.
    #[error("`{path}` is {kind}, and charts hold files only")]
    NotAFile {
        /// Its path.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// A path that leads out of the chart or can be read in two ways.
    #[error("chart illegally contains the path `{path}`: {problem}")]
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Several top directories.
    #[error("it has two top directories, `{first}` and `{second}`")]
    TwoRoots {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// Something after the archive's end.
    #[error("something follows its end")]
    Trailing,
    /// Nothing inside.
    #[error("no files in chart archive")]
    Empty,
    /// Not a chart.
    #[error("Chart.yaml file is missing")]
    NoChartYaml,
    /// A `Chart.yaml` that can't be read.
    #[error("Chart.yaml can't be read: {0}")]
    ChartYaml(String),
    /// A name that is none for a chart.
    #[error("`{0}` is not a chart's name")]
    Name(String),
    /// A version that is not one.
    #[error("`{0}` is not a chart's version")]
    Version(String),
}

/// Unpacks a chart: its top directory and its files, in the order of the archive.
pub(crate) fn unpack(archive: &[u8]) -> Result<(String, Vec<File>), ArchiveError> {
    let mut tar = Archive::new(Counted::new(archive));
    let mut unpacked = Unpacked::default();
    for entry in tar.entries().map_err(unreadable)? {
        unpacked.add(entry.map_err(unreadable)?)?;
    }
    let mut rest = tar.into_inner();
    rest.expect_end()?;
    unpacked.finish()
}

#[derive(Default)]
struct Unpacked {
    entries: usize,
    total: u64,
    root: Option<String>,
    files: Vec<File>,
    paths: BTreeSet<String>,
}

impl Unpacked {
    fn add(&mut self, mut entry: tar::Entry<'_, impl Read>) -> Result<(), ArchiveError> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return Err(ArchiveError::TooManyEntries);
        }
        let path = entry.path_bytes().into_owned();
        let path = String::from_utf8(path)
            .map_err(|_| ArchiveError::Path { path: "?".to_owned(), problem: "it is not UTF-8" })?;
        let kind = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => "a file",
            EntryType::Directory | EntryType::XGlobalHeader => return Ok(()),
            EntryType::Symlink => "a symbolic link",
            EntryType::Link => "a hard link",
            EntryType::GNUSparse => "a sparse file",
            _ => "a special file",
        };
        if kind != "a file" {
            return Err(ArchiveError::NotAFile { path, kind });
        }
        let (root, path) = split_root(&path)?;
        match &self.root {
            None => self.root = Some(root.to_owned()),
            Some(first) if first != root => {
                return Err(ArchiveError::TwoRoots { first: first.clone(), second: root.to_owned() });
            }
            Some(_) => {}
        }
        if !self.paths.insert(path.to_owned()) {
            return Err(ArchiveError::Path { path: path.to_owned(), problem: "it occurs twice" });
        }
        let content = read_file(&mut entry, path)?;
        self.total += content.len() as u64;
        if self.total > MAX_TOTAL {
            return Err(ArchiveError::TooLarge);
        }
        self.files.push(File { path: path.to_owned(), content });
        Ok(())
    }

    fn finish(self) -> Result<(String, Vec<File>), ArchiveError> {
        let root = self.root.ok_or(ArchiveError::Empty)?;
        Ok((root, self.files))
    }
}

fn read_file(entry: &mut impl Read, path: &str) -> Result<Bytes, ArchiveError> {
    let mut content = Vec::new();
    entry.take(MAX_FILE + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > MAX_FILE {
        return Err(ArchiveError::FileTooLarge(path.to_owned()));
    }
    let content = Bytes::from(content);
    Ok(if content.starts_with(b"\xef\xbb\xbf") { content.slice(3..) } else { content })
}

/// The top directory, and the path below it.
fn split_root(path: &str) -> Result<(&str, &str), ArchiveError> {
    let wrong = |problem| ArchiveError::Path { path: crate::manifest::printable(path), problem };
    if path.starts_with(['/', '\\']) {
        return Err(wrong("chart illegally contains absolute paths"));
    }
    if path.contains('\\') || path.chars().any(char::is_control) {
        return Err(wrong("it has a backslash or a control character"));
    }
    let path = path.strip_prefix("./").unwrap_or(path);
    let (root, rest) =
        path.split_once('/').ok_or_else(|| wrong("chart content is not in a base directory"))?;
    let components = || std::iter::once(root).chain(rest.split('/'));
    if components().any(|component| matches!(component, "" | "." | "..")) {
        return Err(wrong("chart illegally references parent directory"));
    }
    // `C:` would be a drive elsewhere.
    if rest.split('/').next().is_some_and(|first| first.len() == 2 && first.ends_with(':')) {
        return Err(wrong("chart contains illegally named files"));
    }
    if components().any(|component| component.len() > MAX_COMPONENT) || components().count() > MAX_DEPTH {
        return Err(wrong("it is too long or too deep"));
    }
    Ok((root, rest))
}

fn unreadable(error: io::Error) -> ArchiveError {
    match error.downcast::<ArchiveError>() {
        Ok(own) => own,
        Err(error) => ArchiveError::Unreadable(crate::manifest::printable(&error.to_string())),
    }
}

/// Decompresses, and counts what comes out against what went in.
struct Counted<'a> {
    decoder: MultiGzDecoder<&'a [u8]>,
    compressed: u64,
    read: u64,
}

impl<'a> Counted<'a> {
    fn new(archive: &'a [u8]) -> Self {
        Self { decoder: MultiGzDecoder::new(archive), compressed: archive.len() as u64, read: 0 }
    }

    /// After the archive there may be the zeros of its last block, and nothing else.
    fn expect_end(&mut self) -> Result<(), ArchiveError> {
        let mut rest = [0; 4096];
        loop {
            match self.read(&mut rest).map_err(unreadable)? {
                0 => return Ok(()),
                read if rest.iter().take(read).any(|byte| *byte != 0) => return Err(ArchiveError::Trailing),
                _ => {}
            }
        }
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        self.read += read as u64;
        // Headers and padding come on top of the files.
        if self.read > MAX_TOTAL + (1 << 20) + 1024 * MAX_ENTRIES as u64 {
            return Err(io::Error::other(ArchiveError::TooLarge));
        }
        if self.read > (1 << 20) && self.read > self.compressed * MAX_RATIO {
            return Err(io::Error::other(ArchiveError::Bomb));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
