//! Objects of the cluster. Unless the operator grants it or a snapshot is given, there are none.

use crate::Failure;
use crate::backend;

/// The objects of `kind` as JSON: the one called `name`, or, where `name` is empty, all in `namespace`;
/// an empty `namespace` means all namespaces, or an object that has none.
///
/// # Errors
///
/// Fails if the cluster cannot be asked.
pub fn find(api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Vec<String>, Failure> {
    backend::lookup::find(api_version, kind, namespace, name)
}
