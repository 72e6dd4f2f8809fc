//! `--chart-tests-path`: suites that are templates themselves, in a chart that stands inside the chart under test.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use helm::lookup::NoCluster;
use helm::{Capabilities, Focus, LIMITS, Profile, Release, Render, SchemaValidation, ValuesSources};

use super::rendering::{SystemEntropy, now};
use super::suite::{Suite, Unknown};

/// The suites that the chart in `folder` renders to, each with the template that it is of; none if there is no such
/// folder.
///
/// # Errors
/// What keeps one of the templates from being suites: all have to be.
pub(super) fn suites(
    profile: Profile,
    folder: &Path,
    unknown: Unknown,
) -> Result<Vec<(PathBuf, Suite)>, String> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut suites = Vec::new();
    for (path, text) in texts(profile, folder)? {
        let wrong = |reason: String| format!("`{}`: {reason}", folder.join(&path).display());
        let found = Suite::all(&text, unknown).map_err(wrong)?;
        if found.is_empty() {
            return Err(wrong("it renders to no suite".to_owned()));
        }
        for (at, suite) in found.into_iter().enumerate() {
            suites.push((folder.join(&path), named(suite, at).map_err(wrong)?));
        }
    }
    Ok(suites)
}

/// The name of a template says nothing of its suites, so that they have to; snapshots are kept apart by their order.
fn named(mut suite: Suite, at: usize) -> Result<Suite, String> {
    if suite.suite.is_empty() {
        return Err("a suite of a template needs a name: `suite`".to_owned());
    }
    if suite.snapshot_id.is_empty() {
        suite.snapshot_id = at.to_string();
    }
    Ok(suite)
}

/// What the templates are rendered to, by their paths in the chart.
fn texts(profile: Profile, folder: &Path) -> Result<Vec<(String, String)>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("`{}`: {error}", folder.display());
    let (_, chart) = super::load(profile, folder).map_err(|error| failed(&error))?;
    let render = Render {
        values: ValuesSources::default(),
        release: Release::new("TEST-SUITE-RELEASE", "NAMESPACE"),
        capabilities: Capabilities::new(profile, None, &[]).map_err(|error| failed(&error))?,
        schema_validation: SchemaValidation::On,
        clock: Rc::new(now()),
        entropy: Rc::new(SystemEntropy),
        lookup: Rc::new(NoCluster),
        limits: LIMITS,
    };
    let focus = Focus { is_wanted: &|_| true, version: None, app_version: None };
    let rendered = render.files(&chart, focus).map_err(|error| failed(&error))?;
    let mut texts = Vec::new();
    for template in rendered.templates {
        let text = template.text.map_err(|error| failed(&error))?;
        let (_, path) = template.path.split_once('/').unwrap_or(("", &template.path));
        texts.push((path.to_owned(), String::from_utf8_lossy(text.as_bytes()).into_owned()));
    }
    texts.sort();
    Ok(texts)
}
