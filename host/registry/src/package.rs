//! Packs charts as `helm package` does, but the same files give the same bytes.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::{Compression, GzBuilder};

use crate::archive::{ArchiveError, File};
use crate::chart::{Chart, is_chart_name};
use crate::metadata::Metadata;

/// What Helm writes into the extra field of its archives.
const EXTRA: &[u8] = b"+aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=";

/// What is written instead of what `Chart.yaml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The version.
    pub version: Option<String>,
    /// The version of what the chart installs.
    pub app_version: Option<String>,
}

/// A packed chart.
#[derive(Clone, Debug)]
pub struct Packaged {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The archive.
    pub archive: Bytes,
}

/// A chart that can't be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// It would not be read again.
    #[error(transparent)]
    Chart(#[from] ArchiveError),
    /// A `Chart.yaml` with a value that YAML has no form for.
    #[error("Chart.yaml can't be written: {0}")]
    ChartYaml(String),
    /// Memory or encoder gave out.
    #[error("the archive can't be written")]
    Io(#[from] io::Error),
}

impl Packaged {
    /// `NAME-VERSION.tgz`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}.tgz", self.name, self.version)
    }
}

/// Packs `files`, which are what `.helmignore` left of a chart's directory. Their times are set to
/// `seconds` since 1970, as `SOURCE_DATE_EPOCH` says.
pub fn package(files: &[File], overrides: &Overrides, seconds: u64) -> Result<Packaged, PackageError> {
    let chart_yaml = files.iter().find(|file| file.path == "Chart.yaml").ok_or(ArchiveError::NoChartYaml)?;
    let mut metadata = Metadata::parse(&chart_yaml.content)?;
    metadata.version = overrides.version.clone().unwrap_or(metadata.version);
    metadata.app_version = overrides.app_version.clone().unwrap_or(metadata.app_version);
    // Helm writes what it knows of it, sorted and without comments.
    let content = metadata.to_yaml().map_err(PackageError::ChartYaml)?;
    if !is_chart_name(&metadata.name) {
        return Err(ArchiveError::Name(metadata.name).into());
    }
    let mut sorted: Vec<&File> = files.iter().filter(|file| file.path != "Chart.yaml").collect();
    sorted.sort_by(|a, b| (rank(&a.path), &a.path).cmp(&(rank(&b.path), &b.path)));
    let mut tar = tar::Builder::new(Vec::new());
    append(&mut tar, &metadata.name, "Chart.yaml", content.as_bytes(), seconds)?;
    for file in sorted {
        append(&mut tar, &metadata.name, &file.path, &file.content, seconds)?;
    }
    let mut gzip = GzBuilder::new().extra(EXTRA).comment("Helm").write(Vec::new(), Compression::default());
    gzip.write_all(&tar.into_inner()?)?;
    let archive = Bytes::from(gzip.finish()?);
    // What we write, everybody reads: the rules for foreign charts hold for our own.
    let chart = Chart::unpack(&archive, cache::Digest::of(&archive))?;
    Ok(Packaged { name: chart.name, version: chart.version, archive })
}

/// The order in which Helm writes files.
fn rank(path: &str) -> u8 {
    match path {
        "Chart.lock" => 0,
        "values.yaml" => 1,
        "values.schema.json" => 2,
        _ if path.starts_with("templates/") => 3,
        _ if path.starts_with("charts/") => 5,
        _ => 4,
    }
}

fn append(
    tar: &mut tar::Builder<Vec<u8>>,
    root: &str,
    path: &str,
    content: &[u8],
    seconds: u64,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(seconds);
    tar.append_data(&mut header, format!("{root}/{path}"), content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> File {
        File { path: path.to_owned(), content: content.to_owned().into() }
    }

    fn chart() -> Vec<File> {
        vec![
            file("templates/b.yaml", "b: 1"),
            file("README.md", "# app"),
            file("Chart.yaml", "apiVersion: v2\nname: app # ours\nversion: 1.2.3\n"),
            file("values.yaml", "a: 1"),
        ]
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let mut reversed = chart();
        reversed.reverse();
        let (one, two) =
            (package(&chart(), &Overrides::default(), 7), package(&reversed, &Overrides::default(), 7));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.archive, two.archive);
        assert_eq!(one.file_name(), "app-1.2.3.tgz");
        let unpacked = Chart::unpack(&one.archive, cache::Digest::of(b"")).unwrap();
        let paths: Vec<&str> = unpacked.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["Chart.yaml", "values.yaml", "templates/b.yaml", "README.md"]);
        assert_eq!(unpacked.files[0].content, "apiVersion: v2\nname: app\nversion: 1.2.3\n");
    }

    #[test]
    fn versions_can_be_overridden() {
        let overrides = Overrides { version: Some("2.0.0".to_owned()), app_version: Some("1.0".to_owned()) };
        let packaged = package(&chart(), &overrides, 0).unwrap();
        assert_eq!(packaged.file_name(), "app-2.0.0.tgz");
        let unpacked = Chart::unpack(&packaged.archive, cache::Digest::of(b"")).unwrap();
        let chart_yaml = std::str::from_utf8(&unpacked.files[0].content).unwrap();
        assert_eq!(chart_yaml, "apiVersion: v2\nappVersion: \"1.0\"\nname: app\nversion: 2.0.0\n");
    }

    #[test]
    fn what_would_not_be_read_is_not_written() {
        assert!(package(&[file("values.yaml", "")], &Overrides::default(), 0).is_err());
        assert!(
            package(&[file("Chart.yaml", "name: ../x\nversion: 1.0.0")], &Overrides::default(), 0).is_err()
        );
        assert!(
            package(&[file("Chart.yaml", "name: app\nversion: nine")], &Overrides::default(), 0).is_err()
        );
    }
}
