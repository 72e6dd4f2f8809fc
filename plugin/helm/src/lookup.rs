//! Objects of the cluster, for the template function `lookup`.

use gotemplate::Value;

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
