//! A git repository of applications.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes a repository of `files`, each a path and its content, in `directory`.
pub(crate) fn create(directory: &Path, files: &[(&str, &str)]) -> PathBuf {
    let files = files.iter().map(|(path, content)| ((*path).to_owned(), content.as_bytes()));
    create_bytes(directory, &files.collect::<Vec<_>>())
}

/// Makes a repository of `files`, whose content may be anything.
pub(crate) fn create_bytes(directory: &Path, files: &[(String, &[u8])]) -> PathBuf {
    let repository = directory.join("apps.git");
    for (path, content) in files {
        let path = repository.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
    }
    let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    git(&repository, &["init", "--quiet", "--initial-branch", "main"]);
    // Charts bring ignore files of their own.
    git(&repository, &["add", "--force", "."]);
    git(&repository, &[&identity[..], &["commit", "--quiet", "--message", "Applications"]].concat());
    repository
}

fn git(repository: &Path, arguments: &[&str]) {
    let status = Command::new("git").current_dir(repository).args(arguments).status().unwrap();
    assert!(status.success(), "git {arguments:?}: {status}");
}
