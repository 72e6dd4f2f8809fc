//! Documents of YAML files, as JSON values with the line that they begin at.

use std::path::Path;

use serde_json::Value;

use crate::exit::{Code, Failure};

/// The documents of a file; empty ones are left out.
pub(crate) fn documents(path: &Path) -> Result<Vec<Value>, Failure> {
    let bytes = fs_err::read(path).map_err(|error| Failure::new(Code::Failed, error))?;
    let mut values = Vec::new();
    for document in goyaml::sigs::documents(&bytes) {
        let wrong = |error: String| Failure::new(Code::Failed, format!("`{}`: {error}", path.display()));
        let document = document.map_err(|error| wrong(error.to_string()))?;
        let value =
            goyaml::v2::decode(&document).map_err(|error| unreadable(path, &bytes, &document, &error))?;
        let Some(value) = value.filter(|value| *value != goyaml::Value::Null) else { continue };
        let text = goyaml::json::encode(&value, goyaml::json::Escape::Minimal);
        let text = text.map_err(|error| wrong(error.to_string()))?;
        values.push(serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?);
    }
    Ok(values)
}

/// Whether every document is a Kubernetes object, and none an Application to render.
pub(crate) fn is_manifests(documents: &[Value]) -> bool {
    let is_object = |value: &Value| value.get("kind").is_some() && value.get("apiVersion").is_some();
    !documents.is_empty() && documents.iter().all(|value| is_object(value) && !is_application(value))
}

/// Whether it is an Application of Argo CD.
pub(super) fn is_application(value: &Value) -> bool {
    let text = |key| value.get(key).and_then(Value::as_str).unwrap_or_default();
    text("kind") == "Application" && text("apiVersion").starts_with("argoproj.io/")
}

/// The error at its line in the file, not in the document.
fn unreadable(path: &Path, file: &[u8], document: &[u8], error: &goyaml::Error) -> Failure {
    let before = file.windows(document.len().max(1)).position(|window| window == document).unwrap_or(0);
    let above = file.iter().take(before).filter(|byte| **byte == b'\n').count();
    let line = error.line().map_or(1, |line| line + above);
    let location = generate::Location {
        file: path.display().to_string(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: 0,
    };
    Failure::at(Code::Failed, format!("`{}` can't be read: {error}", path.display()), location)
}
