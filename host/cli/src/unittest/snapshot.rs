//! `__snapshot__/*.snap`: what documents were when they were last looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use helm::functions::{regex_error, regex_matches};
use serde_json::{Map, Value};

use super::yaml;
use crate::exit::{Code, Failure};

/// The snapshots of suites in one file: test → number → text.
pub(super) struct Snapshots {
    path: PathBuf,
    update: bool,
    kept: BTreeMap<String, BTreeMap<usize, String>>,
    /// The test that runs, and how many snapshots it has come to.
    current: (String, usize),
    changed: bool,
}

// === impl Snapshots ===

impl Snapshots {
    /// Those beside the file of a suite; `id` keeps those of several suites apart.
    pub(super) fn open(suite: &Path, id: &str, update: bool) -> Result<Self, Failure> {
        let name = suite.file_name().unwrap_or_default().to_string_lossy();
        let separator = if id.is_empty() { "" } else { "_" };
        let path = suite.with_file_name("__snapshot__").join(format!("{name}{separator}{id}.snap"));
        let wrong = |error: String| Failure::new(Code::Failed, format!("`{}`: {error}", path.display()));
        let kept = match fs_err::read_to_string(&path) {
            Ok(text) => {
                let value = yaml::decode(&text).map_err(wrong)?.unwrap_or_else(|| Value::Object(Map::new()));
                serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?
            }
            Err(_) => BTreeMap::new(),
        };
        Ok(Self { path, update, kept, current: (String::new(), 0), changed: false })
    }

    /// A test begins.
    pub(super) fn begin(&mut self, test: &str) {
        self.current = (test.to_owned(), 0);
    }

    /// Whether the next document is as it was. One that was never looked at is kept.
    pub(super) fn compare(&mut self, document: &Value) -> Result<(), String> {
        self.compare_by(document, "", "")
    }

    /// The same; with patterns, the text has to have a match for the first and none for the second instead.
    pub(super) fn compare_by(&mut self, document: &Value, pattern: &str, not: &str) -> Result<(), String> {
        self.current.1 += 1;
        let text = yaml::encode(&without_leading_lines(document));
        let (test, number) = self.current.clone();
        let of_test = self.kept.entry(test).or_default();
        let kept = of_test.get(&number);
        let verdict = match kept {
            _ if !pattern.is_empty() || !not.is_empty() => by_patterns(&text, pattern, not),
            Some(kept) if *kept != text => Err(difference(kept, &text, number)),
            _ => Ok(()),
        };
        if kept.is_none_or(|kept| self.update && *kept != text) {
            of_test.insert(number, text);
            self.changed = true;
        }
        if self.update { Ok(()) } else { verdict }
    }

    /// Writes them, if there are new ones.
    pub(super) fn save(&self) -> Result<(), Failure> {
        if !self.changed {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs_err::create_dir_all(folder).map_err(Failure::platform)?;
        fs_err::write(&self.path, self.text()).map_err(Failure::platform)
    }

    fn text(&self) -> String {
        use goyaml::Value as Yaml;
        let numbers = |texts: &BTreeMap<usize, String>| {
            let number = |number: usize| Yaml::Int(i64::try_from(number).unwrap_or(i64::MAX));
            texts.iter().map(|(at, text)| (number(*at), Yaml::Text(text.clone()))).collect()
        };
        let kept = self.kept.iter().filter(|(_, texts)| !texts.is_empty());
        let tests = kept.map(|(test, texts)| (Yaml::Text(test.clone()), Yaml::Mapping(numbers(texts))));
        goyaml::v3::encode(&Yaml::Mapping(tests.collect()), 2)
    }
}

fn by_patterns(text: &str, pattern: &str, not: &str) -> Result<(), String> {
    if let Some(error) = [pattern, not].into_iter().find_map(regex_error) {
        return Err(format!("a pattern can't be read: {error}"));
    }
    if !pattern.is_empty() && !regex_matches(pattern, text) {
        return Err(format!("`{pattern}` matches nothing of it"));
    }
    if !not.is_empty() && regex_matches(not, text) {
        return Err(format!("`{not}` matches some of it"));
    }
    Ok(())
}

fn difference(kept: &str, text: &str, number: usize) -> String {
    let diff = similar::TextDiff::from_lines(kept, text);
    let diff = diff.unified_diff().context_radius(2).header("kept", "now").to_string();
    format!("it is not snapshot {number}:\n{diff}")
}

/// Texts in snapshots do not begin with line ends.
fn without_leading_lines(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.trim_start_matches('\n').to_owned()),
        Value::Array(items) => Value::Array(items.iter().map(without_leading_lines).collect()),
        Value::Object(entries) => Value::Object(
            entries.iter().map(|(key, value)| (key.clone(), without_leading_lines(value))).collect(),
        ),
        other => other.clone(),
    }
}
