//! Manifests in the form that was asked for.

use std::io::Write as _;
use std::path::Path;

use generate::Rendered;
use serde_json::Value;

use crate::args::{Manifests, OutputArgs};
use crate::exit::{Code, Failure};
use crate::report;

/// Writes everything that was rendered: to stdout, or as files.
pub(super) fn write(rendered: &[Rendered], args: &OutputArgs) -> Result<Code, Failure> {
    if let Some(folder) = &args.output_dir {
        return files(rendered, folder);
    }
    Ok(report::data(&match args.output {
        Manifests::Helm => rendered.iter().flat_map(|one| one.texts.iter().map(String::as_str)).collect(),
        Manifests::Ndjson => all(rendered).map(|manifest| format!("{manifest}\n")).collect(),
        Manifests::Json => format!("[{}]\n", all(rendered).collect::<Vec<_>>().join(",\n")),
        Manifests::Name => objects(rendered)?.iter().map(|object| format!("{}\n", name(object))).collect(),
        Manifests::Yaml => all(rendered).map(document).collect::<Result<String, _>>()?,
    }))
}

fn all(rendered: &[Rendered]) -> impl Iterator<Item = &str> {
    rendered.iter().flat_map(|one| one.manifests.iter().map(String::as_str))
}

fn objects(rendered: &[Rendered]) -> Result<Vec<Value>, Failure> {
    all(rendered).map(|manifest| serde_json::from_str(manifest).map_err(Failure::bug)).collect()
}

/// A document as `kubectl` would print it.
pub(crate) fn document(manifest: &str) -> Result<String, Failure> {
    let value = goyaml::v2::decode(manifest.as_bytes()).map_err(Failure::bug)?;
    Ok(format!("---\n{}", goyaml::v2::encode(&value.unwrap_or(goyaml::Value::Null))))
}

/// `KIND/NAME`, with the namespace before it where there is one.
fn name(object: &Value) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let metadata = object.get("metadata");
    let name =
        format!("{}/{}", text(object.get("kind")), text(metadata.and_then(|metadata| metadata.get("name"))));
    match text(metadata.and_then(|metadata| metadata.get("namespace"))) {
        namespace if namespace.is_empty() => name,
        namespace => format!("{namespace}/{name}"),
    }
}

/// One file for each object, each of them whole or not there at all.
fn files(rendered: &[Rendered], folder: &Path) -> Result<Code, Failure> {
    fs_err::create_dir_all(folder).map_err(Failure::platform)?;
    for (manifest, object) in all(rendered).zip(objects(rendered)?) {
        let file = format!("{}.yaml", name(&object).replace(['/', ':'], "-").to_lowercase());
        let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(Failure::platform)?;
        temporary.write_all(document(manifest)?.as_bytes()).map_err(Failure::platform)?;
        temporary.persist(folder.join(file)).map_err(Failure::platform)?;
    }
    Ok(Code::Success)
}
