//! `values.schema.json`: the values of a chart and of its subcharts against their schemas.
//!
//! What a schema means is decided by a crate that shares its author with the library of Helm; the words in which a
//! violation is told are Helm's. Helm tells violations in random order, here they are sorted by place. What Helm 4.3 adds,
//! the place of an object with a wrong property name, is not known here.

mod pointers;
mod sentences;

use std::sync::{Arc, OnceLock};

use boon::{Compiler, SchemaIndex, Schemas, UrlLoader, ValidationError};
use gotemplate::{Map, Str, Value};
use goyaml::sigs::Target;
use serde_json::Value as Json;

use crate::decode::Nothing;
use crate::node::Node;
use crate::profile::SchemaWording;

/// The address that a chart's schema has for the validator.
const URL: &str = "file:///values.schema.json";

/// Values that break a schema, or schemas that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "values don't meet the specifications of the schema(s) in the following chart(s):\n{}",
    charts.iter().map(ToString::to_string).collect::<String>()
)]
pub struct SchemaError {
    /// The charts, in the order of the tree.
    pub charts: Vec<SchemaViolation>,
}

/// What is wrong with the values of one chart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{chart}:\n{text}")]
pub struct SchemaViolation {
    /// The name of the chart.
    pub chart: String,
    /// Helm's words, one violation a line.
    pub text: String,
    /// The dotted paths of the values that are wrong, as seen from the chart that is rendered; empty for its values as a
    /// whole.
    pub paths: Vec<String>,
}

/// What is wrong with values, before it is known whose they are.
#[derive(Debug, Default)]
struct Violations {
    text: String,
    /// Dotted paths.
    paths: Vec<String>,
}

impl From<String> for Violations {
    fn from(text: String) -> Self {
        Self { text, paths: Vec::new() }
    }
}

/// Checks the values of a chart and of its subcharts.
pub(crate) fn validate(root: &Node, values: &Map, wording: SchemaWording) -> Result<(), SchemaError> {
    let mut validator = Validator { wording, charts: Vec::new() };
    validator.check(root, values, "");
    let charts = validator.charts;
    if charts.is_empty() { Ok(()) } else { Err(SchemaError { charts }) }
}

struct Validator {
    wording: SchemaWording,
    charts: Vec<SchemaViolation>,
}

impl Validator {
    /// `path` leads to the values, with a dot at its end.
    fn check(&mut self, node: &Node, values: &Map, path: &str) {
        if let Some(schema) = &node.chart.schema
            && let Err(violations) = schema.check(values, self.wording)
        {
            let whole = |place: String| format!("{path}{place}").trim_end_matches('.').to_owned();
            let paths = violations.paths.into_iter().map(whole).collect();
            self.charts.push(SchemaViolation { chart: node.name().to_owned(), text: violations.text, paths });
        }
        for subchart in &node.dependencies {
            let name = subchart.name();
            match values.get(name.as_bytes()) {
                Some(Value::Map(values)) => self.check(subchart, &values, &format!("{path}{name}.")),
                None | Some(Value::Nil) => {}
                Some(other) => {
                    let found = other.type_name();
                    let text = format!("invalid type for values: expected object (map), got {found}\n");
                    let paths = vec![format!("{path}{name}")];
                    self.charts.push(SchemaViolation { chart: name.to_owned(), text, paths });
                }
            }
        }
    }
}

/// Reads the schemas of schemas, which every process does once.
pub(crate) fn prepare() {
    drop(Ready::new(b"true", SchemaWording::Pointers));
}

/// A chart's `values.schema.json`, made ready at most once.
#[derive(Clone)]
pub(crate) struct Schema {
    text: Str,
    ready: Arc<OnceLock<Result<Ready, String>>>,
}

/// A schema that can be used.
enum Ready {
    Pointers(Box<Schemas>, SchemaIndex),
    Sentences(Json),
}

impl Schema {
    pub(crate) fn new(text: Str) -> Self {
        Self { text, ready: Arc::default() }
    }

    /// The violations of values, in the profile's words.
    fn check(&self, values: &Map, wording: SchemaWording) -> Result<(), Violations> {
        let ready = self.ready.get_or_init(|| Ready::new(self.text.as_bytes(), wording));
        let ready = ready.as_ref().map_err(|refused| Violations::from(refused.clone()))?;
        let values = json(&Value::Map(values.clone()));
        match ready {
            Ready::Pointers(schemas, index) => {
                let Err(mut error) = schemas.validate(&values, *index) else { return Ok(()) };
                sort(&mut error);
                Err(Violations { text: pointers::tell(&error), paths: pointers::paths(&error) })
            }
            Ready::Sentences(schema) => sentences::validate(schema, &values),
        }
    }
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Schema").field(&self.text).finish()
    }
}

impl Ready {
    fn new(text: &[u8], wording: SchemaWording) -> Result<Self, String> {
        let schema = parse(text)?;
        match wording {
            SchemaWording::Pointers => {
                compile(schema).map(|(schemas, index)| Self::Pointers(Box::new(schemas), index))
            }
            SchemaWording::Sentences => Ok(Self::Sentences(schema)),
        }
    }
}

/// The schema, or what Go's decoder says about it.
fn parse(schema: &[u8]) -> Result<Json, String> {
    serde_json::from_slice(schema).map_err(|error| match error.is_eof() {
        true if schema.trim_ascii().is_empty() => "EOF".to_owned(),
        true => "unexpected EOF".to_owned(),
        false => match goyaml::json::decode(schema, Target::Any, &mut Nothing) {
            Err(refused) => refused.to_string(),
            Ok(_) => error.to_string(),
        },
    })
}

fn compile(schema: Json) -> Result<(Schemas, SchemaIndex), String> {
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    compiler.use_loader(Box::new(Closed));
    compiler.add_resource(URL, schema).map_err(|error| format!("{error:#}"))?;
    let index = compiler.compile(URL, &mut schemas).map_err(|error| compile_error(&error))?;
    Ok((schemas, index))
}

fn compile_error(error: &boon::CompileError) -> String {
    match error {
        boon::CompileError::ValidationError { url, src } => {
            format!(
                "{} is not valid against metaschema: {}",
                crate::text::quote(url),
                pointers::tell_all(src)
            )
        }
        boon::CompileError::LoadUrlError { url, src } => {
            format!("failing loading {}: {src}", crate::text::quote(url))
        }
        boon::CompileError::JsonPointerNotFound(url) => {
            format!("json-pointer in {} not found", crate::text::quote(url))
        }
        other => format!("{other:#}"),
    }
}

/// Loads nothing: what a schema refers to must be in it.
struct Closed;

/// A reference that leads out of the schema.
#[derive(Debug, thiserror::Error)]
enum Outside {
    #[error(
        "schemas are not fetched over the network; put the referenced definitions into values.schema.json"
    )]
    Remote,
    #[error("open {0}: no such file or directory")]
    File(String),
}

impl UrlLoader for Closed {
    fn load(&self, url: &str) -> Result<Json, Box<dyn std::error::Error>> {
        match url.split_once(':') {
            // What nobody can resolve is permitted, as in Helm.
            Some(("urn", _)) => Ok(Json::Bool(true)),
            Some(("file", path)) => Err(Outside::File(path.trim_start_matches("//").to_owned()).into()),
            _ => Err(Outside::Remote.into()),
        }
    }
}

/// Puts violations of different places into the order of the places; those of one place stay in their order, and
/// so do the branches of `anyOf` and its like.
fn sort(error: &mut ValidationError<'_, '_>) {
    error.causes.iter_mut().for_each(sort);
    if matches!(error.kind, boon::ErrorKind::Group | boon::ErrorKind::Schema { .. }) {
        error.causes.sort_by_cached_key(|cause| cause.instance_location.to_string());
    }
}

/// A value as JSON; numbers without a fraction are integers.
fn json(value: &Value) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value, _) => Json::from(*value),
        Value::Uint(value, _) => Json::from(*value),
        Value::Float(value, _) => number(*value),
        Value::String(text) => Json::String(text.to_str_lossy().into_owned()),
        Value::List(list) => Json::Array(list.iter().map(|item| json(&item)).collect()),
        Value::Map(map) => {
            let entry =
                |(key, value): (gotemplate::Str, Value)| (key.to_str_lossy().into_owned(), json(&value));
            Json::Object(map.entries().into_iter().map(entry).collect())
        }
        Value::Nil | Value::Complex(..) | Value::Object(_) => Json::Null,
    }
}

/// The largest float below which every integer is exact.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

fn number(value: f64) -> Json {
    if value.fract() == 0.0 && value.abs() < MAX_EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "checked: a whole number within the range of i64"
        )]
        return Json::from(value as i64);
    }
    Json::from(value)
}

#[cfg(test)]
mod tests;
