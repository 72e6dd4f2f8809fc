//! Objects by their names, without what must not be shown.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde_json::Value;

use crate::exit::{Code, Failure};
use crate::render::document;

/// What makes two objects the same one: everything but the version of their API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) group: String,
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

/// Objects as YAML.
pub(super) struct Objects(pub(super) BTreeMap<Name, String>);

/// Numbers for values of Secrets: the same value has the same number on both sides, and a number says nothing of the
/// value.
#[derive(Default)]
pub(super) struct Redaction(HashMap<String, usize>);

// === impl Name ===

impl Name {
    fn of(object: &Value) -> Self {
        let text =
            |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let version = text("/apiVersion");
        let named = text("/metadata/name");
        Self {
            group: version.split_once('/').map_or("", |(group, _)| group).to_owned(),
            kind: text("/kind"),
            namespace: text("/metadata/namespace"),
            name: if named.is_empty() { format!("{}*", text("/metadata/generateName")) } else { named },
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.group, &self.kind, &self.namespace].into_iter().filter(|part| !part.is_empty()) {
            write!(f, "{part}/")?;
        }
        f.write_str(&self.name)
    }
}

// === impl Objects ===

impl Objects {
    pub(super) fn new(objects: Vec<Value>, redaction: &mut Redaction) -> Result<Self, Failure> {
        let mut named = BTreeMap::new();
        for mut object in objects {
            let name = Name::of(&object);
            if name.kind == "Secret" && name.group.is_empty() {
                redaction.redact(&mut object);
            }
            let text = document(&object.to_string())?;
            let text = text.strip_prefix("---\n").unwrap_or(&text).to_owned();
            if named.insert(name.clone(), text).is_some() {
                return Err(Failure::new(Code::Failed, format!("`{name}` is there twice")));
            }
        }
        Ok(Self(named))
    }
}

// === impl Redaction ===

impl Redaction {
    fn redact(&mut self, secret: &mut Value) {
        for key in ["data", "stringData"] {
            let Some(entries) = secret.get_mut(key).and_then(Value::as_object_mut) else { continue };
            for value in entries.values_mut() {
                let number = self.0.len() + 1;
                let number = *self.0.entry(value.to_string()).or_insert(number);
                *value = Value::String(format!("<redacted {number}>"));
            }
        }
        // What kubectl keeps there is the whole Secret.
        let last = "kubectl.kubernetes.io/last-applied-configuration";
        if let Some(kept) = secret.pointer_mut("/metadata/annotations").and_then(|all| all.get_mut(last)) {
            *kept = Value::String("<redacted>".to_owned());
        }
    }
}
