//! Manifests as files of a folder: all of them whole, or none of them there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;
use tempfile::NamedTempFile;

use super::output::{document, name, objects};
use crate::args::Layout;
use crate::exit::{Code, Failure};

/// Path below the folder → text.
pub(super) struct Files(BTreeMap<PathBuf, String>);

/// What Helm prints before each document.
const SOURCE: &str = "---\n# Source: ";

/// The files that `manifests` become.
pub(super) fn files(manifests: &[String], layout: Layout) -> Result<Files, Failure> {
    let mut files = Files(BTreeMap::new());
    match layout {
        Layout::Helm => manifests.iter().try_for_each(|text| files.add_templates(text))?,
        Layout::Argocd => {
            let text = manifests.iter().map(|manifest| document(manifest)).collect::<Result<String, _>>()?;
            files.0.insert(PathBuf::from("manifest.yaml"), text);
        }
        Layout::Flat | Layout::ByKind => {
            for (manifest, object) in manifests.iter().zip(objects(manifests)?) {
                files.add_object(&path_of(&object, layout), document(manifest)?);
            }
        }
    }
    Ok(files)
}

fn path_of(object: &Value, layout: Layout) -> String {
    let name = name(object);
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let path = match layout {
        Layout::ByKind => format!("{}/{}", part(kind), part(&name.replacen(&format!("{kind}/"), "", 1))),
        _ => part(&name),
    };
    path.to_lowercase()
}

/// A text as the name of one file.
fn part(text: &str) -> String {
    text.replace(['/', ':', '\\'], "-")
}

// === impl Files ===

impl Files {
    /// Objects of one name, of different groups or applications, have numbers.
    fn add_object(&mut self, path: &str, text: String) {
        let numbered = (2..).map(|number| PathBuf::from(format!("{path}-{number}.yaml")));
        let mut paths = std::iter::once(PathBuf::from(format!("{path}.yaml"))).chain(numbered);
        if let Some(path) = paths.find(|path| !self.0.contains_key(path)) {
            self.0.insert(path, text);
        }
    }

    /// The documents of each template that Helm's text names.
    fn add_templates(&mut self, text: &str) -> Result<(), Failure> {
        let mut pieces = text.split(SOURCE);
        if let Some(before) = pieces.next().filter(|before| !before.trim().is_empty()) {
            let line = before.lines().next().unwrap_or_default();
            return Err(Failure::new(Code::Failed, format!("`{line}` comes of no template"))
                .with_hint("`--layout flat` needs no templates"));
        }
        for piece in pieces {
            let path = piece.lines().next().unwrap_or_default();
            let file = self.0.entry(inside(path)?).or_default();
            file.push_str(SOURCE);
            file.push_str(piece);
        }
        Ok(())
    }

    /// Writes all files, or none if one can't be written.
    pub(super) fn write(&self, folder: &Path, clean: bool) -> Result<(), Failure> {
        fs_err::create_dir_all(folder).map_err(Failure::platform)?;
        let mut written = Vec::new();
        for (path, text) in &self.0 {
            let mut temporary = NamedTempFile::new_in(folder).map_err(Failure::platform)?;
            temporary.write_all(text.as_bytes()).map_err(Failure::platform)?;
            written.push((temporary, folder.join(path)));
        }
        for (temporary, path) in written {
            fs_err::create_dir_all(path.parent().unwrap_or(folder)).map_err(Failure::platform)?;
            temporary.persist(path).map_err(Failure::platform)?;
        }
        if clean {
            let kept: BTreeSet<PathBuf> = self.0.keys().map(|path| folder.join(path)).collect();
            remove_others(folder, &kept).map_err(Failure::platform)?;
        }
        Ok(())
    }
}

/// A path of a template, which names no place outside.
fn inside(path: &str) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(path.trim());
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    match is_inside && path.file_name().is_some() {
        true => Ok(path),
        false => Err(Failure::new(Code::Failed, format!("`{}` is no path of a template", path.display()))),
    }
}

/// Removes the YAML files below `folder` that are not `kept`. Links are not followed.
fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) -> std::io::Result<()> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_others(&path, kept)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") && !kept.contains(&path) {
            fs_err::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(kind: &str, namespace: &str, name: &str) -> String {
        format!("{{\"kind\":\"{kind}\",\"metadata\":{{\"name\":\"{name}\",\"namespace\":\"{namespace}\"}}}}")
    }

    #[track_caller]
    fn check(layout: Layout, manifests: &[String], expect: &[&str]) {
        let files = files(manifests, layout).unwrap();
        let paths: Vec<_> = files.0.keys().map(|path| path.to_str().unwrap()).collect();
        assert_eq!(paths, expect);
    }

    #[test]
    fn objects_have_files() {
        let two = [manifest("Service", "n", "a"), manifest("Service", "n", "a")];
        check(Layout::Flat, &two, &["n-service-a-2.yaml", "n-service-a.yaml"]);
        check(Layout::ByKind, &two, &["service/n-a-2.yaml", "service/n-a.yaml"]);
        check(Layout::Argocd, &two, &["manifest.yaml"]);
    }

    #[test]
    fn templates_have_files() {
        let text = "---\n# Source: c/templates/a.yaml\na: 1\n---\n# Source: c/templates/b.yaml\nb: 1\n---\n# Source: c/templates/a.yaml\na: 2\n";
        check(Layout::Helm, &[text.to_owned()], &["c/templates/a.yaml", "c/templates/b.yaml"]);
        let files = files(&[text.to_owned()], Layout::Helm).unwrap();
        let a = files.0.get(Path::new("c/templates/a.yaml")).unwrap();
        assert_eq!(a, "---\n# Source: c/templates/a.yaml\na: 1\n---\n# Source: c/templates/a.yaml\na: 2\n");
        for text in ["a: 1\n", "---\n# Source: ../a.yaml\n", "---\n# Source: /a.yaml\n"] {
            assert!(super::files(&[text.to_owned()], Layout::Helm).is_err(), "{text}");
        }
    }

    #[test]
    fn others_are_removed_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let stays = |name: &str| folder.path().join(name).exists();
        for name in ["old.yaml", "README.md"] {
            fs_err::write(folder.path().join(name), "").unwrap();
        }
        let files = files(&[manifest("Service", "", "a")], Layout::ByKind).unwrap();
        files.write(folder.path(), false).unwrap();
        assert!(stays("old.yaml") && stays("service/a.yaml"));
        files.write(folder.path(), true).unwrap();
        assert!(!stays("old.yaml") && stays("README.md") && stays("service/a.yaml"));
    }
}
