//! `.Files`: the files of a chart that are no templates.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use gotemplate::{Call, FunctionError, Map, Method, NamedType, Signature, Str, Type, Value};
use goyaml::Value as Yaml;

use crate::chart::File;
use crate::context::Context;
use crate::glob::Glob;

/// The type of `.Files`: a map from paths to contents.
static FILES: NamedType = NamedType {
    name: "engine.files",
    underlying: Type::Map(&Type::BYTES),
    methods: &[
        method("AsConfig", &[], Type::String, |_, files, _| as_yaml(files, Yaml::Bytes)),
        method("AsSecrets", &[], Type::String, |_, files, _| {
            as_yaml(files, |bytes| Yaml::Text(BASE64_STANDARD.encode(bytes)))
        }),
        method("Get", &[Type::String], Type::String, |_, files, arguments| {
            Ok(Value::String(content(files, arguments).unwrap_or_default()))
        }),
        method("GetBytes", &[Type::String], Type::BYTES, |_, files, arguments| {
            Ok(Value::bytes(content(files, arguments).unwrap_or_default()))
        }),
        method("Glob", &[Type::String], Type::Named(&FILES), |_, files, arguments| {
            Ok(matching(files, arguments))
        }),
        method("Lines", &[Type::String], Type::STRINGS, lines),
    ],
};

const fn method(
    name: &'static str,
    params: &'static [Type],
    result: Type,
    body: gotemplate::MethodBody,
) -> Method {
    Method { name, signature: Signature::new(params, result), body }
}

/// `.Files` of a chart.
pub(crate) fn files(files: &[File]) -> Value {
    let entry = |file: &File| (Str::from(file.path.as_str()), Value::bytes(file.content.clone()));
    Value::Map(Map::named(&FILES, files.iter().map(entry)))
}

fn contents(files: &Value) -> Vec<(Str, Value)> {
    files.as_map().map(Map::entries).unwrap_or_default()
}

fn bytes(content: &Value) -> Option<Str> {
    content.as_list().and_then(|list| list.as_bytes().cloned())
}

/// The content of the file that the first argument names.
fn content(files: &Value, arguments: &[Value]) -> Option<Str> {
    let path = arguments.first().and_then(Value::as_str)?;
    bytes(&files.as_map()?.get(path.as_bytes())?)
}

fn matching(files: &Value, arguments: &[Value]) -> Value {
    let pattern = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    let glob = Glob::new(&pattern.to_str_lossy());
    let entries = contents(files).into_iter().filter(|(path, _)| glob.matches(&path.to_str_lossy()));
    Value::Map(Map::named(&FILES, entries))
}

/// The files as a table, each under the last part of its path.
fn as_yaml(files: &Value, value: impl Fn(Vec<u8>) -> Yaml) -> Result<Value, FunctionError> {
    let mut table = BTreeMap::new();
    for (path, content) in contents(files) {
        let name = crate::path::base(&path.to_str_lossy()).to_owned();
        table.insert(name, value(bytes(&content).unwrap_or_default().as_bytes().to_vec()));
    }
    let table = Yaml::Mapping(table.into_iter().map(|(name, value)| (Yaml::Text(name), value)).collect());
    let text = goyaml::sigs::encode(&table).unwrap_or_default();
    Ok(Value::string(text.strip_suffix('\n').unwrap_or(&text)))
}

/// The lines of a file, without a last empty one.
fn lines(call: &mut Call<'_>, files: &Value, arguments: &[Value]) -> Result<Value, FunctionError> {
    let Some(text) = content(files, arguments) else { return Ok(Value::strings::<Str>([])) };
    if text.is_empty() {
        return match Context::of(call)?.profile().reads_lines_of_empty_files() {
            true => Ok(Value::strings::<Str>([])),
            false => Err(FunctionError::new("runtime error: index out of range [-1]")),
        };
    }
    let text = text.as_bytes();
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    Ok(Value::strings(text.split(|byte| *byte == b'\n')))
}
