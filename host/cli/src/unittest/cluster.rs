//! `kubernetesProvider`: the objects that `lookup` finds in a test.

use helm::lookup::{Lookup, Query, Value as Found, value};
use serde_json::{Value, json};

use super::suite::{Cluster, Resource};
use super::yaml;

impl Lookup for Cluster {
    /// Finds what a client of the resource in the scheme would: a kind that is not in the scheme has no objects.
    fn find(&self, query: &Query) -> Result<Found, String> {
        let kind = self.scheme.get(&format!("{}/{}", query.api_version, query.kind));
        let kind = kind.cloned().unwrap_or_default();
        let namespace = if kind.namespaced { query.namespace.as_str() } else { "" };
        let of_kind = self.objects.iter().filter(|object| resource(object) == kind.gvr);
        let found = if query.name.is_empty() {
            let is_there =
                |object: &&Value| namespace.is_empty() || metadata(object, "namespace") == namespace;
            let items: Vec<&Value> = of_kind.filter(is_there).collect();
            json!({"apiVersion": query.api_version, "kind": format!("{}List", query.kind), "items": items, "metadata": {"resourceVersion": ""}})
        } else {
            let is_it = |object: &&Value| {
                metadata(object, "name") == query.name && metadata(object, "namespace") == namespace
            };
            of_kind.into_iter().find(is_it).cloned().unwrap_or_else(|| json!({}))
        };
        Ok(value(&yaml::yaml(&found)))
    }
}

fn metadata<'o>(object: &'o Value, key: &str) -> &'o str {
    object.pointer("/metadata").and_then(|metadata| text(metadata, key)).unwrap_or_default()
}

fn text<'o>(object: &'o Value, key: &str) -> Option<&'o str> {
    object.get(key).and_then(Value::as_str)
}

/// The resource of an object, by the rule of thumb for plurals that Kubernetes' clients have for tests.
fn resource(object: &Value) -> Resource {
    let api_version = text(object, "apiVersion").unwrap_or_default();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = text(object, "kind").unwrap_or_default().to_lowercase();
    let resource = match kind.strip_suffix('y') {
        _ if kind == "endpoints" => kind,
        Some(stem) => format!("{stem}ies"),
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    };
    Resource { group: group.to_owned(), version: version.to_owned(), resource }
}
