//! `--strict`: which fields a suite may have, so that one that is misspelt is not passed over.

use serde_json::Value;

/// What may be somewhere in a suite.
enum Shape {
    /// Anything: values of a chart, objects, assertions, which have rules of their own.
    Any,
    /// Fields of these names.
    Fields(&'static [(&'static str, Self)]),
    /// A list of such.
    List(&'static Self),
    /// Such under names that the author chooses.
    Named(&'static Self),
}

use Shape::{Any, Fields, List, Named};

const RELEASE: Shape = Fields(&[("name", Any), ("namespace", Any), ("revision", Any), ("upgrade", Any)]);
const CHART: Shape = Fields(&[("version", Any), ("appVersion", Any)]);
const RESOURCE: Shape = Fields(&[("group", Any), ("version", Any), ("resource", Any)]);
const KIND: Shape = Fields(&[("should_err", Any), ("gvr", RESOURCE), ("namespaced", Any)]);
const CLUSTER: Shape = Fields(&[("scheme", Named(&KIND)), ("objects", Any)]);
const POST_RENDERER: Shape = Fields(&[("cmd", Any), ("args", Any)]);
const SELECTOR: Shape =
    Fields(&[("path", Any), ("value", Any), ("skipEmptyTemplates", Any), ("matchMany", Any)]);

const TEST: Shape = Fields(&[
    ("it", Any),
    ("values", Any),
    ("set", Any),
    ("template", Any),
    ("templates", Any),
    ("documentIndex", Any),
    ("documentindices", Any),
    ("documentSelector", SELECTOR),
    ("release", RELEASE),
    ("chart", CHART),
    // The original reads these by hand, and whatever else is there.
    ("capabilities", Any),
    ("asserts", Any),
    ("skip", Fields(&[("reason", Any)])),
    ("kubernetesProvider", CLUSTER),
    ("postRenderer", POST_RENDERER),
]);

const SUITE: Shape = Fields(&[
    ("suite", Any),
    ("values", Any),
    ("set", Any),
    ("templates", Any),
    ("excludeTemplates", Any),
    ("includeCrds", Any),
    ("release", RELEASE),
    ("chart", CHART),
    ("capabilities", Fields(&[("majorVersion", Any), ("minorVersion", Any), ("apiVersions", Any)])),
    ("kubernetesProvider", CLUSTER),
    ("postRenderer", POST_RENDERER),
    ("tests", List(&TEST)),
    ("snapshotId", Any),
    ("skip", Fields(&[("reason", Any), ("minimumVersion", Any)])),
]);

/// Whether a suite has known fields alone; else the first that is not.
pub(super) fn check(suite: &Value) -> Result<(), String> {
    SUITE.check(suite, "")
}

// === impl Shape ===

impl Shape {
    /// What is of another type than it should be is for whoever reads it.
    fn check(&self, value: &Value, path: &str) -> Result<(), String> {
        match (self, value) {
            (Fields(known), Value::Object(fields)) => fields.iter().try_for_each(|(name, value)| {
                let path = format!("{path}{}{name}", if path.is_empty() { "" } else { "." });
                let found = known.iter().find(|(known, _)| known == name);
                let (_, shape) = found.ok_or_else(|| format!("`{path}` is no field that is known"))?;
                shape.check(value, &path)
            }),
            (Named(shape), Value::Object(fields)) => {
                fields.iter().try_for_each(|(name, value)| shape.check(value, &format!("{path}.{name}")))
            }
            (List(shape), Value::Array(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(at, item)| shape.check(item, &format!("{path}[{at}]"))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(suite: &str, field: &str) {
        let suite = super::super::yaml::decode(suite).unwrap().unwrap();
        let expect = format!("`{field}` is no field that is known");
        assert_eq!(check(&suite), Err(expect));
    }

    #[test]
    fn fields_are_known_at_every_depth() {
        refused("suites: a", "suites");
        refused("release: {names: a}", "release.names");
        refused("tests: [{it: a}, {its: a}]", "tests[1].its");
        refused("tests: [{skip: {minimumVersion: 1.0.0}}]", "tests[0].skip.minimumVersion");
        refused(
            "kubernetesProvider: {scheme: {v1/Pod: {gvr: {kind: a}}}}",
            "kubernetesProvider.scheme.v1/Pod.gvr.kind",
        );
        let open = "set: {a: 1}\nskip: {minimumVersion: 1.0.0}\ntests: [{asserts: [{a: 1}], capabilities: {a: 1}, set: {a: 1}}]";
        assert_eq!(check(&super::super::yaml::decode(open).unwrap().unwrap()), Ok(()));
    }
}
