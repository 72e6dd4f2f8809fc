//! Chart and values become the text that `helm template` prints.

use std::rc::Rc;

use helm::lookup::NoCluster;
use helm::{
    Capabilities, Crds, Error, Hooks, Limits, Operation, Output, Release, Render, SchemaValidation, Selection,
};
use sdk::{Failure, Request};

use crate::chart::{self, Found};
use crate::failure::failure;
use crate::host::{HostClock, HostEntropy};
use crate::settings::Settings;
use crate::values;

/// The manifests of one application.
pub(crate) fn render(settings: &Settings, request: &Request) -> Result<String, Failure> {
    let found = chart::find(settings)?;
    let render = Render {
        values: values::collect(settings, &found.chart, request)?,
        release: release(settings),
        capabilities: capabilities(settings)?,
        schema_validation: if settings.skip_schema_validation {
            SchemaValidation::Skip
        } else {
            SchemaValidation::On
        },
        clock: Rc::new(HostClock),
        entropy: Rc::new(HostEntropy),
        lookup: Rc::new(NoCluster),
        limits: Limits::default(),
    };
    let output = render.run(&found.chart).map_err(|error| explain(&error, &found))?;
    tell(&output, &found);
    let text = output.text(&selection(settings)).map_err(|error| Failure::application(error.to_string()))?;
    Ok(String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn release(settings: &Settings) -> Release {
    let operation = if settings.is_upgrade { Operation::Upgrade } else { Operation::Install };
    Release { operation, ..Release::new(&settings.release_name, &settings.namespace) }
}

fn capabilities(settings: &Settings) -> Result<Capabilities, Failure> {
    let kube_version = Some(settings.kube_version.as_str()).filter(|version| !version.is_empty());
    Capabilities::new(settings.profile, kube_version, &settings.api_versions).map_err(|error| {
        Failure::application(error.to_string()).with_hint("set `kubeVersion`, such as `1.33.2`")
    })
}

fn selection(settings: &Settings) -> Selection {
    Selection {
        crds: if settings.skip_crds { Crds::Leave } else { Crds::Include },
        hooks: match (settings.skip_hooks, settings.skip_tests) {
            (true, _) => Hooks::None,
            (false, true) => Hooks::NoTests,
            (false, false) => Hooks::All,
        },
        show_only: settings.show_only.clone(),
    }
}

/// Says what was rendered, and what Helm would have logged.
fn tell(output: &Output, found: &Found) {
    if let Some(fetched) = &found.fetched {
        let fields =
            [("chart", &*fetched.name), ("version", &*fetched.version), ("digest", &*fetched.digest)];
        sdk::log::emit(sdk::log::Level::Info, "rendered chart", &fields);
    }
    output.warnings.iter().for_each(|warning| sdk::log::warn(warning));
}

fn explain(error: &Error, found: &Found) -> Failure {
    if let Error::MissingDependencies(_) = error { missing(error, &found.missing) } else { failure(error) }
}

/// Why the dependencies that Helm misses could not be had.
fn missing(error: &Error, failures: &[Failure]) -> Failure {
    let mut failure = failures.first().cloned().unwrap_or_else(|| {
        Failure::application("")
            .with_hint("in Chart.yaml, give each dependency a `repository`, or put it into `charts/`")
    });
    let reasons: String = failures.iter().map(|failure| format!("\n{}", failure.message)).collect();
    failure.message = format!("{error}{reasons}");
    failure
}
