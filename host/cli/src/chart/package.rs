//! `tiphys chart package`

use std::path::{Path, PathBuf};

use clap::Args;
use registry::{File, Overrides, Packaged, package};
use serde_json::json;

use super::pull::write_whole;
use crate::args::Form;
use crate::exit::{Code, Failure};
use crate::report;

/// The time of all files where `SOURCE_DATE_EPOCH` says none: 1980, which every format has.
const EPOCH: u64 = 315_532_800;

/// The Helm whose rules charts are held to.
const HELM: helm::Profile = helm::Profile::V4_2;

/// `tiphys chart package`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys chart package ./app --version 1.2.3 --destination dist")]
pub(crate) struct PackageArgs {
    /// Directories of charts.
    #[arg(value_name = "DIR", required = true)]
    charts: Vec<PathBuf>,

    /// Folder to write into.
    #[arg(long, short = 'd', visible_alias = "output-dir", value_name = "DIR", default_value = ".")]
    destination: PathBuf,

    /// Version instead of the one in `Chart.yaml`.
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,

    /// Version of what the chart installs instead of the one in `Chart.yaml`.
    #[arg(long, value_name = "VERSION")]
    app_version: Option<String>,

    /// Time of the files in the archive, in seconds since 1970.
    #[arg(long, value_name = "SECONDS", env = "SOURCE_DATE_EPOCH", default_value_t = EPOCH, hide_default_value = true)]
    source_date_epoch: u64,

    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    output: Form,
}

pub(super) fn run(args: &PackageArgs) -> Result<Code, Failure> {
    let overrides = Overrides { version: args.version.clone(), app_version: args.app_version.clone() };
    let mut saved = Vec::new();
    for folder in &args.charts {
        let files = files_of(folder)?;
        let wrong = |error: &dyn std::fmt::Display| {
            Failure::new(Code::Failed, format!("failed to pack `{}`: {error}", folder.display()))
        };
        check(folder, &files).map_err(|problem| wrong(&problem))?;
        let packaged = package(&files, &overrides, args.source_date_epoch).map_err(|error| wrong(&error))?;
        let path = write_whole(&args.destination.join(packaged.file_name()), &packaged.archive)?;
        saved.push((packaged, fs_err::canonicalize(&path).unwrap_or(path)));
    }
    Ok(report::data(&said(&saved, args.output)))
}

/// Refuses what Helm would not pack, in its words.
fn check(folder: &Path, files: &[File]) -> Result<(), String> {
    let folder = fs_err::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let entries = files.iter().map(|file| helm::File::new(file.path.clone(), &file.content));
    let chart = helm::Chart::from_files(HELM, &folder.display().to_string(), entries);
    let chart = chart.map_err(|error| error.to_string())?;
    let there: Vec<&str> =
        chart.dependencies().iter().map(|dependency| dependency.metadata().name.as_str()).collect();
    let declared = chart.metadata().dependencies().iter().map(|dependency| dependency.name.as_str());
    let missing: Vec<&str> = declared.filter(|name| !there.contains(name)).collect();
    if !missing.is_empty() {
        return Err(format!("found in Chart.yaml, but missing in charts/ directory: {}", missing.join(", ")));
    }
    let schema = files.iter().find(|file| file.path == "values.schema.json");
    match schema.map(|file| serde_json::from_slice::<serde::de::IgnoredAny>(&file.content)) {
        Some(Err(_)) => Err("invalid JSON in values.schema.json".to_owned()),
        _ => Ok(()),
    }
}

fn said(saved: &[(Packaged, PathBuf)], form: Form) -> String {
    let line = |(_, path): &(Packaged, PathBuf)| {
        format!("Successfully packaged chart and saved it to: {}\n", path.display())
    };
    let object = |(packaged, path): &(Packaged, PathBuf)| json!({"name": packaged.name, "version": packaged.version, "file": path});
    match form {
        Form::Text => saved.iter().map(line).collect(),
        Form::Json => format!("{:#}\n", saved.iter().map(object).collect::<serde_json::Value>()),
    }
}

/// The files of a chart directory that `.helmignore` leaves. Links are followed, as Helm does; a link in a circle
/// ends at the depth that archives may have.
pub(super) fn files_of(root: &Path) -> Result<Vec<File>, Failure> {
    let mut paths = Vec::new();
    walk(root, "", 0, &mut paths).map_err(Failure::usage)?;
    let rules = fs_err::read_to_string(root.join(".helmignore")).unwrap_or_default();
    let kept = helm::kept(&rules, paths.iter().map(String::as_str)).map_err(|error| {
        Failure::new(Code::Failed, format!("`{}`: {error}", root.join(".helmignore").display()))
    })?;
    let read = |path: &str| {
        let content = fs_err::read(root.join(path)).map_err(Failure::usage)?;
        Ok(File { path: path.to_owned(), content: content.into() })
    };
    kept.into_iter().map(read).collect()
}

const MAX_DEPTH: usize = 32;

fn walk(root: &Path, below: &str, depth: usize, paths: &mut Vec<String>) -> std::io::Result<()> {
    if depth > MAX_DEPTH {
        let message = format!("`{}` is deeper than {MAX_DEPTH} directories", root.join(below).display());
        return Err(std::io::Error::other(message));
    }
    for entry in fs_err::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| {
            std::io::Error::other(format!("{name:?} in `{}` is not a name in UTF-8", root.display()))
        })?;
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if fs_err::metadata(entry.path())?.is_dir() {
            walk(root, &path, depth + 1, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}
