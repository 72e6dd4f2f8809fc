//! The chart, from the application's directory or from a registry, with everything it depends on.

mod dependencies;
mod lock;

use std::sync::Arc;

use goyaml::{Value, v2};
use helm::{Chart, File, Profile};
use sdk::Failure;
use sdk::registry::ChartRequest;

use crate::failure::failure;
use crate::settings::{ChartLocation, Settings};

/// A chart that is ready to be rendered.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) chart: Arc<Chart>,
    /// What it came from, if it was fetched.
    pub(crate) fetched: Option<Fetched>,
    /// Why dependencies that the chart declares could not be fetched.
    pub(crate) missing: Vec<Failure>,
}

/// A chart from a registry, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fetched {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) digest: String,
}

/// The chart that `settings` name.
pub(crate) fn find(settings: &Settings) -> Result<Found, Failure> {
    let profile = settings.profile;
    let (chart, fetched) = match &settings.chart {
        ChartLocation::Directory => (directory(profile)?, None),
        ChartLocation::Archive(path) => (archive(profile, path)?, None),
        ChartLocation::Repository { url, chart, version } => {
            let pulled = sdk::registry::pull_chart(request(url, chart, version))?;
            let (chart, fetched) = pull(profile, &pulled)?;
            (chart, Some(fetched))
        }
    };
    let (chart, missing) = dependencies::complete(chart, settings)?;
    Ok(Found { chart, fetched, missing })
}

/// The values that the chart comes with, for Argo CD's user interface; `None` without a chart.
pub(crate) fn default_values(settings: &Settings) -> Result<Option<Value>, Failure> {
    let text = match &settings.chart {
        ChartLocation::Directory => sdk::source::read("values.yaml")?,
        ChartLocation::Archive(_) => None,
        ChartLocation::Repository { url, chart, version } => {
            let pulled = sdk::registry::pull_chart(request(url, chart, version))?;
            pulled.files().into_iter().find(|file| file.path == "values.yaml").map(|file| file.content)
        }
    };
    let decoded = text.as_deref().map(v2::decode).transpose();
    decoded.map(Option::flatten).map_err(|error| {
        Failure::application(format!("`values.yaml` can't be read: {error}")).at("values.yaml", 1, 0)
    })
}

fn request(url: &str, chart: &str, version: &str) -> ChartRequest {
    ChartRequest { repository: url.to_owned(), name: chart.to_owned(), version: version.to_owned() }
}

fn directory(profile: Profile) -> Result<Arc<Chart>, Failure> {
    let files = sdk::source::read_all(&["**"])?;
    let files = files.into_iter().map(|file| File::new(file.path, &file.content));
    Chart::from_files(profile, ".", files).map_err(|error| failure(&error.into()))
}

fn archive(profile: Profile, path: &str) -> Result<Arc<Chart>, Failure> {
    let missing =
        || Failure::application(format!("chart archive `{path}` is not among the application's files"));
    let bytes = sdk::source::read(path)?.ok_or_else(missing)?;
    Chart::from_archive(profile, &bytes).map_err(|error| failure(&error.into()))
}

fn pull(profile: Profile, pulled: &sdk::registry::Chart) -> Result<(Arc<Chart>, Fetched), Failure> {
    let fetched = Fetched { name: pulled.name(), version: pulled.version(), digest: pulled.digest() };
    let files = pulled.files().into_iter().map(|file| File::new(file.path, &file.content));
    let chart = Chart::from_unpacked(profile, files).map_err(|error| {
        Failure::application(format!("chart `{}` {} can't be loaded: {error}", fetched.name, fetched.version))
    })?;
    Ok((chart, fetched))
}
