//! Objects of the cluster, for the template function `lookup`.

pub use gotemplate::Value;
use gotemplate::{List, Str};

/// Which objects a template asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// `v1`, `apps/v1`.
    pub api_version: String,
    /// `Secret`.
    pub kind: String,
    /// Empty for all namespaces, or for objects that have none.
    pub namespace: String,
    /// Empty for all objects.
    pub name: String,
}

/// Answers `lookup`.
pub trait Lookup {
    /// The object (a map), the list of objects (a map with `items`), or an empty map where there is none.
    ///
    /// # Errors
    /// What a template's author should read.
    fn find(&self, query: &Query) -> Result<Value, String>;
}

/// No cluster: there are no objects, as in `helm template`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCluster;

impl Lookup for NoCluster {
    fn find(&self, _query: &Query) -> Result<Value, String> {
        Ok(Value::map::<&str>([]))
    }
}

/// A document as the value that templates see.
#[must_use]
pub fn value(document: &goyaml::Value) -> Value {
    use goyaml::Value as Yaml;
    match document {
        Yaml::Null => Value::Nil,
        Yaml::Bool(value) => Value::Bool(*value),
        Yaml::Int(value) => Value::int(*value),
        Yaml::Uint(value) => Value::float(*value as f64),
        Yaml::Float(value) => Value::float(*value),
        Yaml::Text(text) => Value::string(text.as_str()),
        Yaml::Bytes(bytes) => Value::String(Str::new(bytes)),
        Yaml::Sequence(items) => Value::List(List::new(items.iter().map(value).collect())),
        Yaml::Mapping(entries) => {
            let text = |key: &Yaml| match key {
                Yaml::Text(text) => text.clone(),
                other => goyaml::v3::encode(other, 2).trim_end().to_owned(),
            };
            let entries: Vec<_> = entries.iter().map(|(key, item)| (text(key), value(item))).collect();
            Value::map(entries.iter().map(|(key, item)| (key.as_str(), item.clone())))
        }
    }
}
