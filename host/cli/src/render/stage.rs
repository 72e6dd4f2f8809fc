//! Files that come into a folder together, or not at all.
//!
//! All of them are written beside their places first. A folder that is new comes by one rename. Into one that is there
//! they are moved one by one, and what they replace is kept until the last has arrived: when a move fails, everything
//! before it is taken back.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Path below the folder → text.
pub(super) type Texts = BTreeMap<PathBuf, String>;

/// Whether YAML files stay that are in the folder and not written now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    Keep,
    Remove,
}

/// Why a folder does not have its files.
#[derive(Debug, thiserror::Error)]
#[error("nothing was written to `{}`: {cause}{left}", folder.display())]
pub(super) struct Error {
    folder: PathBuf,
    #[source]
    cause: io::Error,
    left: Left,
}

/// What could not be taken back.
#[derive(Debug, Default)]
struct Left {
    problems: Vec<io::Error>,
    /// Where the files are that were there before.
    kept: Option<PathBuf>,
}

/// One change of the folder.
#[derive(Debug)]
enum Step {
    /// A folder that was not there.
    Made(PathBuf),
    /// A file where there was none.
    Placed(PathBuf),
    /// A file that was there is now elsewhere, or there as well.
    SetAside { path: PathBuf, kept: PathBuf },
}

/// A folder while files come into it.
struct Stage<'a> {
    folder: &'a Path,
    /// On the same file system: `new` has what comes, `old` what was there.
    temporary: TempDir,
    /// In their order.
    steps: Vec<Step>,
}

/// Writes all of `texts` into `folder`, or changes nothing there.
pub(super) fn write(texts: &Texts, folder: &Path, others: Others) -> Result<(), Error> {
    match folder.canonicalize() {
        Ok(real) => fill(texts, &real, others),
        Err(_) => create(texts, folder),
    }
    .map_err(|(cause, left)| Error { folder: folder.to_owned(), cause, left })
}

/// The folder is new: it appears with all that is in it.
fn create(texts: &Texts, folder: &Path) -> Result<(), (io::Error, Left)> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut steps = Vec::new();
    let appear = |steps: &mut Vec<Step>| {
        make(parent, steps)?;
        let temporary = temporary_in(parent)?;
        let new = temporary.path().join("new");
        write_all(texts, &new)?;
        fs_err::rename(new, folder)
    };
    appear(&mut steps).map_err(|cause| (cause, Left { problems: take_back(steps), kept: None }))
}

/// The folder is there, and has what it has.
fn fill(texts: &Texts, folder: &Path, others: Others) -> Result<(), (io::Error, Left)> {
    let untouched = |cause| (cause, Left::default());
    // Inside it and not beside it: what is beside a mounted folder is on another file system.
    let temporary = temporary_in(folder).map_err(untouched)?;
    write_all(texts, &temporary.path().join("new")).map_err(untouched)?;
    let mut stage = Stage { folder, temporary, steps: Vec::new() };
    match stage.arrive(texts, others) {
        Ok(()) => Ok(()),
        Err(cause) => Err((cause, stage.give_up())),
    }
}

/// A folder for a while, as open to others as any other that is made.
fn temporary_in(folder: &Path) -> io::Result<TempDir> {
    let open = std::fs::Permissions::from_mode(0o777);
    tempfile::Builder::new().prefix(".tiphys-").permissions(open).tempdir_in(folder)
}

fn write_all(texts: &Texts, folder: &Path) -> io::Result<()> {
    fs_err::create_dir_all(folder)?;
    for (path, text) in texts {
        let path = folder.join(path);
        fs_err::create_dir_all(path.parent().unwrap_or(folder))?;
        fs_err::write(path, text)?;
    }
    Ok(())
}

/// Makes a folder and those that it is in.
fn make(folder: &Path, steps: &mut Vec<Step>) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    make(folder.parent().unwrap_or(Path::new("")), steps)?;
    match fs_err::create_dir(folder) {
        Ok(()) => steps.push(Step::Made(folder.to_owned())),
        // Somebody else was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Undoes `steps`, the last one first; what does not work.
fn take_back(steps: Vec<Step>) -> Vec<io::Error> {
    let undo = |step| match step {
        Step::Made(folder) => fs_err::remove_dir(folder),
        Step::Placed(path) => fs_err::remove_file(path),
        Step::SetAside { path, kept } => fs_err::rename(kept, path),
    };
    steps.into_iter().rev().filter_map(|step| undo(step).err()).collect()
}

// === impl Stage ===

impl Stage<'_> {
    fn arrive(&mut self, texts: &Texts, others: Others) -> io::Result<()> {
        for path in texts.keys() {
            self.place(path)?;
        }
        match others {
            Others::Keep => Ok(()),
            Others::Remove => self.remove_others(self.folder, texts),
        }
    }

    /// Moves one file to its place.
    fn place(&mut self, path: &Path) -> io::Result<()> {
        let place = self.folder.join(path);
        make(place.parent().unwrap_or(self.folder), &mut self.steps)?;
        let is_there = place.symlink_metadata().is_ok_and(|found| !found.is_dir());
        if is_there {
            // The old file stays where it is until the new one takes its name, if the file system can do that.
            self.set_aside(&place, |path, kept| {
                fs_err::hard_link(path, kept).or_else(|_| fs_err::rename(path, kept))
            })?;
        }
        fs_err::rename(self.temporary.path().join("new").join(path), &place)?;
        if !is_there {
            self.steps.push(Step::Placed(place));
        }
        Ok(())
    }

    fn set_aside(
        &mut self,
        path: &Path,
        keep: impl FnOnce(&Path, &Path) -> io::Result<()>,
    ) -> io::Result<()> {
        let kept = self.temporary.path().join("old").join(path.strip_prefix(self.folder).unwrap_or(path));
        fs_err::create_dir_all(kept.parent().unwrap_or(self.temporary.path()))?;
        keep(path, &kept)?;
        self.steps.push(Step::SetAside { path: path.to_owned(), kept });
        Ok(())
    }

    /// Removes the YAML files below `folder` that are not among `texts`. Links are not followed.
    fn remove_others(&mut self, folder: &Path, texts: &Texts) -> io::Result<()> {
        for entry in fs_err::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            let is_written = path.strip_prefix(self.folder).is_ok_and(|path| texts.contains_key(path));
            if entry.file_type()?.is_dir() {
                if path != self.temporary.path() {
                    self.remove_others(&path, texts)?;
                }
            } else if path.extension().is_some_and(|extension| extension == "yaml") && !is_written {
                self.set_aside(&path, |path, kept| fs_err::rename(path, kept))?;
            }
        }
        Ok(())
    }

    /// Puts everything back; what was there before is kept where that can't be done.
    fn give_up(self) -> Left {
        let problems = take_back(self.steps);
        let kept = (!problems.is_empty()).then(|| self.temporary.keep().join("old"));
        Left { problems, kept }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            write!(f, "\nand a change could not be taken back: {problem}")?;
        }
        self.kept.iter().try_for_each(|kept| write!(f, "\nwhat was there is in `{}`", kept.display()))
    }
}

#[cfg(test)]
mod tests;
