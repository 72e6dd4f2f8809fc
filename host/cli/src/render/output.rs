//! Manifests in the form that was asked for.

use serde_json::Value;

use super::layout;
use super::stage::Others;
use crate::args::{Manifests, OutputArgs};
use crate::exit::{Code, Failure};
use crate::report;

/// Writes everything that was rendered: to stdout, or as files.
pub(super) fn write(manifests: &[String], args: &OutputArgs) -> Result<Code, Failure> {
    if let Some(folder) = &args.output_dir {
        let others = if args.clean { Others::Remove } else { Others::Keep };
        layout::files(manifests, args.layout)?.write(folder, others)?;
        return Ok(Code::Success);
    }
    Ok(report::data(&match args.output {
        Manifests::Helm => manifests.concat(),
        Manifests::Ndjson => manifests.iter().map(|manifest| format!("{manifest}\n")).collect(),
        Manifests::Json => format!("[{}]\n", manifests.join(",\n")),
        Manifests::Name => objects(manifests)?.iter().map(|object| format!("{}\n", name(object))).collect(),
        Manifests::Yaml => manifests.iter().map(|one| document(one)).collect::<Result<String, _>>()?,
    }))
}

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
