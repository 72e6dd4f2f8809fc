//! Which folders have the files of the Git repositories that an Application names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::args::InputArgs;
use crate::exit::Failure;

/// Git repositories on this machine.
pub(super) struct Repositories {
    named: BTreeMap<String, PathBuf>,
    /// The one that the Application itself is in.
    own: PathBuf,
}

impl Repositories {
    /// Those that flags name, and the one around `application`.
    pub(super) fn new(args: &InputArgs, application: &Path) -> Result<Self, Failure> {
        let mut named = BTreeMap::new();
        for line in &args.repositories {
            let (url, folder) = line
                .rsplit_once('=')
                .ok_or_else(|| Failure::usage(format!("`--repository {line}` is not `URL=DIR`")))?;
            named.insert(normal(url).to_owned(), PathBuf::from(folder));
        }
        Ok(Self { named, own: around(application) })
    }

    /// The folder with the files of the repository at `url`.
    pub(super) fn folder(&self, url: &str) -> PathBuf {
        self.named.get(normal(url)).unwrap_or(&self.own).clone()
    }
}

/// The address as Argo CD compares it.
fn normal(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    url.strip_suffix(".git").unwrap_or(url)
}

/// The root of the Git repository that `path` is in, else the folder of `path`.
fn around(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let root = absolute.ancestors().find(|folder| folder.join(".git").exists());
    root.map_or_else(|| absolute.clone(), Path::to_owned)
}
