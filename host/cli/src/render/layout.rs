//! Manifests as files of a folder.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::document::{document, name, objects};
use super::stage::{self, Others, Texts};
use crate::args::Layout;
use crate::exit::{Code, Failure};

/// The files that manifests become.
pub(super) struct Files(Texts);

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

    /// Writes all of them into `folder`, or none.
    pub(super) fn write(&self, folder: &Path, others: Others) -> Result<(), Failure> {
        stage::write(&self.0, folder, others).map_err(Failure::platform)
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
}
