//! `Chart.lock`: which versions of its dependencies a chart was last built with.

use goyaml::{json, v2};
use helm::{Dependency, ImportValue};
use sdk::Failure;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The part of a lock file that decides.
#[derive(Debug, Deserialize)]
pub(super) struct Lock {
    #[serde(default)]
    dependencies: Vec<Locked>,
    #[serde(default)]
    digest: String,
}

/// A dependency with the version that was chosen. The order of the fields is that of Helm's digest.
#[derive(Debug, Deserialize, Serialize)]
struct Locked {
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(default)]
    repository: String,
}

/// A declared dependency as Helm's digest has it.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Declared<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    repository: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    condition: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    import_values: Vec<serde_json::Value>,
    #[serde(skip_serializing_if = "str::is_empty")]
    alias: &'a str,
}

/// The lock of the application's chart, if it has one and it belongs to what is `declared`.
pub(super) fn read(declared: &[Dependency]) -> Result<Option<Lock>, Failure> {
    let Some(bytes) = sdk::source::read("Chart.lock")? else { return Ok(None) };
    let wrong = |reason: String| {
        Failure::application(format!("`Chart.lock` can't be read: {reason}")).at("Chart.lock", 1, 0)
    };
    let value = v2::decode(&bytes).map_err(|error| wrong(error.to_string()))?;
    let text = json::encode(&value.unwrap_or(goyaml::Value::Null), json::Escape::Minimal)
        .map_err(|error| wrong(error.to_string()))?;
    let lock: Lock = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    match lock.drift(declared) {
        None => Ok(Some(lock)),
        Some(drift) => Err(drift),
    }
}

// === impl Lock ===

impl Lock {
    /// The version that `dependency` is locked to.
    pub(super) fn version(&self, dependency: &Dependency) -> Option<&str> {
        let same = |locked: &&Locked| locked.name == dependency.name && !locked.version.is_empty();
        self.dependencies.iter().find(same).map(|locked| locked.version.as_str())
    }

    /// What says that the lock is of another Chart.yaml.
    fn drift(&self, declared: &[Dependency]) -> Option<Failure> {
        if self.digest.is_empty() || self.digest == digest(declared, &self.dependencies) {
            return None;
        }
        let unlocked: Vec<String> = declared
            .iter()
            .filter(|dependency| self.version(dependency).is_none())
            .map(|dependency| format!("`{}` is not in it", dependency.name))
            .collect();
        let undeclared = self
            .dependencies
            .iter()
            .filter(|locked| !declared.iter().any(|dependency| dependency.name == locked.name))
            .map(|locked| format!("`{}` is no longer declared", locked.name));
        let reasons: Vec<String> = unlocked.into_iter().chain(undeclared).collect();
        let detail = if reasons.is_empty() {
            "a version or repository changed".to_owned()
        } else {
            reasons.join(", ")
        };
        let message = format!(
            "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml): {detail}. Please update the dependencies"
        );
        Some(Failure::application(message).with_hint("`helm dependency update` writes a new Chart.lock").at(
            "Chart.lock",
            1,
            0,
        ))
    }
}

/// Helm's digest of a lock: SHA-256 of the JSON of what is declared and what was chosen.
fn digest(declared: &[Dependency], locked: &[Locked]) -> String {
    let declared: Vec<Declared<'_>> = declared
        .iter()
        .map(|dependency| Declared {
            name: &dependency.name,
            version: &dependency.version,
            repository: &dependency.repository,
            condition: &dependency.condition,
            tags: &dependency.tags,
            import_values: dependency.import_values.iter().map(import_json).collect(),
            alias: &dependency.alias,
        })
        .collect();
    let text = serde_json::to_string(&(declared, locked)).unwrap_or_default();
    let hex: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn import_json(import: &ImportValue) -> serde_json::Value {
    match import {
        ImportValue::Export(name) => name.as_str().into(),
        ImportValue::Pair { child, parent } => {
            serde_json::json!({ "child": child.text, "parent": parent.text })
        }
        ImportValue::Other(_) => serde_json::Value::Null,
    }
}
