//! A chart that was fetched, checked and unpacked.

use std::sync::Arc;

use cache::Digest;
use goyaml::{Value, Values, sigs};

use crate::archive::{self, ArchiveError, File};
use crate::error::Problem;
use crate::metadata::Metadata;

/// A chart. Clones share its files.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The name in its `Chart.yaml`.
    pub name: String,
    /// The version in its `Chart.yaml`.
    pub version: String,
    /// The digest of the image manifest, or of the archive in a Helm repository.
    pub digest: Digest,
    /// Its files without the top directory, in the order of the archive.
    pub files: Arc<[File]>,
}

/// What names a chart inside its `Chart.yaml`.
struct Names {
    name: String,
    version: String,
}

// === impl Chart ===

impl Chart {
    /// Unpacks `archive`. Its name and version become parts of paths elsewhere, so they are held to
    /// what they can be (CVE-2024-25620, CVE-2026-35206).
    pub(crate) fn unpack(archive: &[u8], digest: Digest) -> Result<Self, ArchiveError> {
        let (root, files) = archive::unpack(archive)?;
        let file = files.iter().find(|file| file.path == "Chart.yaml").ok_or(ArchiveError::NoChartYaml)?;
        let Names { name, version } = read_names(&file.content)?;
        if !is_chart_name(&name) || root != name {
            return Err(ArchiveError::Name(crate::manifest::printable(&name)));
        }
        if gosemver::Version::parse(&version).is_err() {
            return Err(ArchiveError::Version(crate::manifest::printable(&version)));
        }
        Ok(Self { name, version, digest, files: files.into() })
    }

    /// Reads an archive that lies at hand; its digest is that of the archive.
    ///
    /// # Errors
    /// If it is none, or breaks a rule of archives (R23).
    pub fn read(archive: &[u8]) -> Result<Self, ArchiveError> {
        Self::unpack(archive, Digest::of(archive))
    }

    /// The file at `path`, relative to the chart.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// `Chart.yaml` as Helm shows it: what Helm knows of it, sorted and without comments.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn metadata_yaml(&self) -> Result<String, ArchiveError> {
        let content = self.file("Chart.yaml").map(|file| &*file.content).unwrap_or_default();
        Metadata::parse(content)?.to_yaml().map_err(ArchiveError::ChartYaml)
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn metadata_json(&self) -> Result<serde_json::Value, ArchiveError> {
        let content = self.file("Chart.yaml").map(|file| &*file.content).unwrap_or_default();
        let metadata = serde_json::to_value(Metadata::parse(content)?);
        metadata.map_err(|error| ArchiveError::ChartYaml(error.to_string()))
    }

    /// What is wrong with it if it was asked for as `name` in `version` (rule R24).
    pub(crate) fn foreign(&self, name: &str, version: Option<&str>) -> Option<Problem> {
        let plain = |version: &str| version.strip_prefix('v').unwrap_or(version).to_owned();
        let other = |field, inside: &str, outside: &str| {
            Some(Problem::OtherChart { field, inside: inside.to_owned(), outside: outside.to_owned() })
        };
        match version {
            _ if self.name != name => other("name", &self.name, name),
            Some(version) if plain(version) != plain(&self.version) => {
                other("version", &self.version, version)
            }
            _ => None,
        }
    }

    /// What Helm calls its archive.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}.tgz", self.name, self.version)
    }

    /// About how much memory it takes, in bytes.
    pub(crate) fn weight(&self) -> u64 {
        self.files.iter().map(|file| (file.content.len() + file.path.len() + 64) as u64).sum()
    }
}

fn read_names(content: &[u8]) -> Result<Names, ArchiveError> {
    let wrong = |problem: String| ArchiveError::ChartYaml(crate::manifest::printable(&problem));
    let document =
        sigs::decode(content, sigs::Target::Map, &mut Values).map_err(|error| wrong(error.to_string()))?;
    let field = |name: &str| {
        let text = document.as_ref().and_then(|document| to_text(document.get(name)?));
        text.ok_or_else(|| wrong(format!("it has no `{name}`")))
    };
    Ok(Names { name: field("name")?, version: field("version")? })
}

/// A field that is text for Helm; an unquoted number is.
pub(crate) fn to_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `[a-zA-Z0-9._-]+`, and neither `.` nor `..`.
pub(crate) fn is_chart_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !name.is_empty() && name.len() <= 250 && name.bytes().all(allowed) && !matches!(name, "." | "..")
}
