//! The index of a Helm repository: which charts it has, and where their archives are.

use std::collections::BTreeMap;

use cache::Digest;
use gosemver::{Constraint, Version};
use goyaml::{Value, Values, sigs};
use serde::{Deserialize, Serialize};

use crate::chart::{is_chart_name, to_text};
use crate::error::Problem;
use crate::manifest::printable;

/// The most versions of all charts together.
const MAX_VERSIONS: usize = 200_000;

/// An index that is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// No YAML or JSON.
    #[error("it can't be read: {0}")]
    Unreadable(String),
    /// No `apiVersion`, as Helm demands.
    #[error("no API version specified")]
    NoApiVersion,
    /// `entries` is no mapping.
    #[error("it has no `entries`")]
    NoEntries,
    /// More versions than are read.
    #[error("it has more than {MAX_VERSIONS} versions")]
    TooMany,
    /// A digest that is none.
    #[error("`{0}` is not the SHA-256 digest of an archive")]
    Digest(String),
}

/// What is read of an index. Versions are sorted, highest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Index {
    charts: BTreeMap<String, Vec<Entry>>,
}

/// A version of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) version: String,
    /// Where its archive is, relative to the index.
    pub(crate) url: String,
    /// The SHA-256 digest of the archive, hexadecimal; some repositories leave it out.
    digest: Option<String>,
}

// === impl Entry ===

impl Entry {
    pub(crate) fn digest(&self) -> Result<Option<Digest>, IndexError> {
        let Some(text) = self.digest.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let hex = text.strip_prefix("sha256:").unwrap_or(text).to_ascii_lowercase();
        let digest = format!("sha256:{hex}").parse();
        digest.map(Some).map_err(|_| IndexError::Digest(printable(text)))
    }
}

// === impl Index ===

impl Index {
    /// Reads `index.yaml`, which may be JSON. Entries that are none are left out, as Helm does.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        let document = sigs::decode(bytes, sigs::Target::Map, &mut Values)
            .map_err(|error| IndexError::Unreadable(printable(&error.to_string())))?
            .unwrap_or(Value::Null);
        let api_version = document.get("apiVersion").and_then(to_text).filter(|version| !version.is_empty());
        api_version.ok_or(IndexError::NoApiVersion)?;
        let mut index = Self::default();
        let entries = match document.get("entries") {
            Some(Value::Mapping(entries)) => entries.as_slice(),
            None | Some(Value::Null) => &[],
            Some(_) => return Err(IndexError::NoEntries),
        };
        let mut count = 0;
        for (name, versions) in entries {
            let (Value::Text(name), Value::Sequence(versions)) = (name, versions) else { continue };
            count += versions.len();
            if count > MAX_VERSIONS {
                return Err(IndexError::TooMany);
            }
            if is_chart_name(name) {
                index.charts.insert(name.clone(), sorted(versions));
            }
        }
        Ok(index)
    }

    #[cfg(fuzzing)]
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.charts.keys().map(String::as_str)
    }

    /// The versions of `name`, highest first.
    pub(crate) fn versions(&self, name: &str) -> Option<&[Entry]> {
        self.charts.get(name).map(Vec::as_slice)
    }

    /// About how much memory it takes, in bytes.
    pub(crate) fn weight(&self) -> u64 {
        let entry = |entry: &Entry| entry.version.len() + entry.url.len() + 180;
        self.charts.values().flatten().map(|version| entry(version) as u64).sum::<u64>() + 1024
    }
}

/// Of equal versions, the order of the index stays.
fn sorted(versions: &[Value]) -> Vec<Entry> {
    let mut versions: Vec<(Version, Entry)> = versions.iter().filter_map(entry).collect();
    versions.sort_by(|(a, _), (b, _)| b.precedence(a));
    versions.into_iter().map(|(_, entry)| entry).collect()
}

fn entry(value: &Value) -> Option<(Version, Entry)> {
    let version = to_text(value.get("version")?)?;
    let Value::Sequence(urls) = value.get("urls")? else { return None };
    let url = urls.iter().find_map(to_text)?;
    let digest = value.get("digest").and_then(to_text);
    Some((Version::parse(&version).ok()?, Entry { version, url, digest }))
}

/// The entry that `wanted` means: the very text, else the highest that satisfies it.
pub(crate) fn choose<'a>(entries: &'a [Entry], wanted: &str) -> Result<&'a Entry, Problem> {
    if let Some(exact) = entries.iter().find(|entry| entry.version == wanted) {
        return Ok(exact);
    }
    let constraint: Constraint = crate::tags::parse_constraint(wanted)?;
    let fits =
        |entry: &&Entry| Version::parse(&entry.version).is_ok_and(|version| constraint.matches(&version));
    let known = || entries.iter().take(5).map(|entry| entry.version.clone()).collect();
    let none = || Problem::NoVersion { constraint: wanted.to_owned(), known: known() };
    entries.iter().find(fits).ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "
apiVersion: v1
generated: '2026-01-01T00:00:00Z'
entries:
  app:
  - {name: app, version: 1.2.0, urls: [app-1.2.0.tgz], digest: aa}
  - {name: app, version: 1.10.0, urls: ['https://cdn.test/app-1.10.0.tgz', other.tgz]}
  - {name: app, version: 2.0.0-rc.1, urls: [app-2.0.0-rc.1.tgz]}
  - {name: app, version: not a version, urls: [x.tgz]}
  - {name: app, version: 9.0.0}
  ../escape:
  - {name: app, version: 1.0.0, urls: [x.tgz]}
";

    #[test]
    fn versions_are_sorted_and_invalid_entries_left_out() {
        let index = Index::parse(INDEX.as_bytes()).unwrap();
        let seen: Vec<&str> =
            index.versions("app").unwrap().iter().map(|entry| entry.version.as_str()).collect();
        assert_eq!(seen, ["2.0.0-rc.1", "1.10.0", "1.2.0"]);
        assert!(index.versions("../escape").is_none());
    }

    #[test]
    fn a_wish_is_a_text_or_a_range() {
        let index = Index::parse(INDEX.as_bytes()).unwrap();
        let entries = index.versions("app").unwrap();
        for (wanted, expect) in
            [("", "1.10.0"), ("1.2.0", "1.2.0"), ("~1.2", "1.2.0"), (">=2-0", "2.0.0-rc.1")]
        {
            assert_eq!(choose(entries, wanted).unwrap().version, expect, "{wanted}");
        }
        assert!(matches!(choose(entries, "^3"), Err(Problem::NoVersion { .. })));
    }

    #[test]
    fn what_is_no_index() {
        assert_eq!(Index::parse(b"entries: {}"), Err(IndexError::NoApiVersion));
        assert_eq!(Index::parse(b"{apiVersion: v1, entries: []}"), Err(IndexError::NoEntries));
        assert!(matches!(Index::parse(b"<html>: {"), Err(IndexError::Unreadable(_))));
        let json = br#"{"apiVersion":"v1","entries":{"a":[{"version":"1.0.0","urls":["a.tgz"]}]}}"#;
        assert_eq!(Index::parse(json).unwrap().versions("a").unwrap().len(), 1);
    }

    #[test]
    fn digests_are_strict() {
        let index = Index::parse(INDEX.as_bytes()).unwrap();
        let wrong = index.versions("app").unwrap()[2].digest();
        assert_eq!(wrong, Err(IndexError::Digest("aa".to_owned())));
    }
}
