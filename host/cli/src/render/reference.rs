//! `$NAME/PATH`: files of another source of the same application.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::exit::{Code, Failure};

/// The name of a source that others refer to → the folder with the files of its repository.
pub(super) type References = BTreeMap<String, PathBuf>;

/// The files that `source` names as `$NAME/PATH`, under the names that it has for them.
pub(super) fn files(source: &Value, references: &References) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    for path in paths(source) {
        let Some((name, rest)) = path.strip_prefix('$').and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        // What Argo CD sets in the environment begins the same way.
        if name.starts_with("ARGOCD_") || name.starts_with("KUBE_") {
            continue;
        }
        let folder = references.get(name).ok_or_else(|| unknown(path, name, references))?;
        match read(folder, rest) {
            Ok(content) => drop(files.insert(path.to_owned(), content)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::new(Code::Failed, error)),
        }
    }
    Ok(files)
}

fn paths(source: &Value) -> impl Iterator<Item = &str> {
    let list =
        |key: &str| source.pointer(&format!("/helm/{key}")).and_then(Value::as_array).into_iter().flatten();
    let parameters = list("fileParameters").filter_map(|parameter| parameter.get("path"));
    list("valueFiles").chain(parameters).filter_map(Value::as_str)
}

/// The file, as long as it is below the folder.
fn read(folder: &Path, path: &str) -> std::io::Result<Vec<u8>> {
    let inside =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside {
        let message = format!("`{path}` leaves the repository");
        return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, message));
    }
    fs_err::read(folder.join(path))
}

fn unknown(path: &str, name: &str, references: &References) -> Failure {
    let known: Vec<String> = references.keys().map(|name| format!("`{name}`")).collect();
    let failure = Failure::new(Code::Failed, format!("`{path}` refers to a source that is not there"));
    match known.is_empty() {
        true => failure.with_hint(format!("add a source with `ref: {name}` under `spec.sources`")),
        false => failure.with_hint(format!("sources with a `ref` are {}", known.join(", "))),
    }
}
