//! Charts that a chart declares and does not bring along: fetched in one batch.

use std::sync::Arc;

use helm::{Chart, Dependency, File};
use sdk::Failure;
use sdk::registry::ChartRequest;

use super::{lock, pull};
use crate::settings::{ChartLocation, Settings};

/// `chart` with the dependencies that it lacks, and why some could not be had.
pub(super) fn complete(
    chart: Arc<Chart>,
    settings: &Settings,
) -> Result<(Arc<Chart>, Vec<Failure>), Failure> {
    let lacking: Vec<&Dependency> =
        chart.metadata().dependencies().iter().filter(|dependency| !is_there(&chart, dependency)).collect();
    if lacking.is_empty() {
        return Ok((chart, Vec::new()));
    }
    let locked = match settings.chart {
        ChartLocation::Directory => lock::read(chart.metadata().dependencies())?,
        _ => None,
    };
    let (mut added, mut failures, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    for dependency in lacking {
        match dependency.repository.split_once("://") {
            Some(("file", path)) => match local(settings, dependency, path) {
                Ok(subchart) => added.push(subchart),
                Err(failure) => failures.push(failure),
            },
            Some(("oci" | "https" | "http", _)) => requests.push(ChartRequest {
                repository: dependency.repository.clone(),
                name: dependency.name.clone(),
                version: locked
                    .as_ref()
                    .and_then(|lock| lock.version(dependency))
                    .unwrap_or(&dependency.version)
                    .to_owned(),
            }),
            _ if dependency.repository.is_empty() => {}
            _ => failures.push(unknown_repository(dependency)),
        }
    }
    if !requests.is_empty() {
        for (request, answer) in requests.iter().zip(sdk::registry::pull_charts(&requests)) {
            match answer.and_then(|pulled| pull(settings.profile, &pulled)) {
                Ok((subchart, fetched)) => {
                    let fields = [
                        ("chart", &*fetched.name),
                        ("version", &*fetched.version),
                        ("digest", &*fetched.digest),
                    ];
                    sdk::log::emit(sdk::log::Level::Info, "fetched dependency", &fields);
                    added.push(subchart);
                }
                Err(failure) => failures.push(in_context(request, failure)),
            }
        }
    }
    Ok((chart.with_dependencies(added), failures))
}

fn is_there(chart: &Chart, dependency: &Dependency) -> bool {
    chart.dependencies().iter().any(|subchart| subchart.metadata().name == dependency.name)
}

/// `file://../other`: a chart elsewhere in the repository.
fn local(settings: &Settings, dependency: &Dependency, path: &str) -> Result<Arc<Chart>, Failure> {
    let path = path.trim_end_matches('/');
    let files = sdk::source::read_all(&[&format!("{path}/**")])?;
    if files.is_empty() {
        let message = format!("there is no chart at `{path}` for dependency `{}`", dependency.name);
        return Err(Failure::application(message));
    }
    let below = |file: sdk::File| {
        let inner = file.path.strip_prefix(path)?.trim_start_matches('/').to_owned();
        Some(File::new(inner, &file.content))
    };
    let files: Vec<File> = files.into_iter().filter_map(below).collect();
    Chart::from_files(settings.profile, path, files).map_err(|error| {
        Failure::application(format!("dependency `{}` at `{path}`: {error}", dependency.name))
    })
}

fn unknown_repository(dependency: &Dependency) -> Failure {
    let message =
        format!("dependency `{}` comes from repository `{}`", dependency.name, dependency.repository);
    Failure::application(format!("{message}, which only a configured helm client knows")).with_hint(format!(
        "in Chart.yaml, write its address: `repository: https://…` or `oci://…` for `{}`",
        dependency.name
    ))
}

fn in_context(request: &ChartRequest, failure: Failure) -> Failure {
    let ChartRequest { repository, name, version } = request;
    let message =
        format!("failed to fetch dependency `{name}` {version} from `{repository}`: {}", failure.message);
    Failure { message, ..failure }
}
