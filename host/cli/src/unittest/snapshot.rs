//! `__snapshot__/*.snap`: what documents were when they were last looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::exit::{Code, Failure};

/// The snapshots of one file of suites: test → number → text.
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
    /// Those beside `suite`.
    pub(super) fn open(suite: &Path, update: bool) -> Result<Self, Failure> {
        let name = suite.file_name().unwrap_or_default().to_string_lossy();
        let path = suite.with_file_name("__snapshot__").join(format!("{name}.snap"));
        let wrong = |error: String| Failure::new(Code::Failed, format!("`{}`: {error}", path.display()));
        let kept = match fs_err::read(&path) {
            Ok(bytes) => {
                let value = goyaml::v2::decode(&bytes).map_err(|error| wrong(error.to_string()))?;
                let value = value.unwrap_or_else(|| goyaml::Value::Mapping(Vec::default()));
                let text = goyaml::json::encode(&value, goyaml::json::Escape::Minimal);
                let text = text.map_err(|error| wrong(error.to_string()))?;
                serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?
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
        self.current.1 += 1;
        let text = written(document)?;
        let (test, number) = self.current.clone();
        let of_test = self.kept.entry(test).or_default();
        match of_test.get(&number) {
            Some(kept) if kept.trim_end() == text.trim_end() || is_same(kept, document) => Ok(()),
            Some(kept) if !self.update => {
                let diff = similar::TextDiff::from_lines(kept.as_str(), &text);
                let diff = diff.unified_diff().context_radius(2).header("kept", "now").to_string();
                Err(format!("it is not snapshot {number}:\n{diff}"))
            }
            _ => {
                of_test.insert(number, text);
                self.changed = true;
                Ok(())
            }
        }
    }

    /// Writes them, if there are new ones.
    pub(super) fn save(&self) -> Result<(), Failure> {
        if !self.changed {
            return Ok(());
        }
        let json = serde_json::to_vec(&self.kept).map_err(Failure::bug)?;
        let value = goyaml::v2::decode(&json).map_err(Failure::bug)?.unwrap_or(goyaml::Value::Null);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs_err::create_dir_all(folder).map_err(Failure::platform)?;
        fs_err::write(&self.path, goyaml::v2::encode(&value)).map_err(Failure::platform)
    }
}

/// Whether a text, however its lists are indented, is the document.
fn is_same(kept: &str, document: &Value) -> bool {
    let Ok(Some(value)) = goyaml::v2::decode(kept.as_bytes()) else { return false };
    let text = goyaml::json::encode(&value, goyaml::json::Escape::Minimal);
    text.is_ok_and(|text| serde_json::from_str::<Value>(&text).is_ok_and(|kept| kept == *document))
}

fn written(document: &Value) -> Result<String, String> {
    let value = goyaml::v2::decode(document.to_string().as_bytes()).map_err(|error| error.to_string())?;
    Ok(goyaml::v2::encode(&value.unwrap_or(goyaml::Value::Null)))
}
