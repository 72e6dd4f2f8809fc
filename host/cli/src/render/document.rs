//! Single manifests: as values, as YAML, by name.

use serde_json::Value;

use crate::exit::Failure;

pub(super) fn objects(manifests: &[String]) -> Result<Vec<Value>, Failure> {
    manifests.iter().map(|manifest| serde_json::from_str(manifest).map_err(Failure::bug)).collect()
}

/// A document as `kubectl` would print it.
pub(crate) fn document(manifest: &str) -> Result<String, Failure> {
    let value = goyaml::v2::decode(manifest.as_bytes()).map_err(Failure::bug)?;
    Ok(format!("---\n{}", goyaml::v2::encode(&value.unwrap_or(goyaml::Value::Null))))
}

/// `KIND/NAME`, with the namespace before it where there is one.
pub(super) fn name(object: &Value) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let metadata = object.get("metadata");
    let name =
        format!("{}/{}", text(object.get("kind")), text(metadata.and_then(|metadata| metadata.get("name"))));
    match text(metadata.and_then(|metadata| metadata.get("namespace"))) {
        namespace if namespace.is_empty() => name,
        namespace => format!("{namespace}/{name}"),
    }
}
