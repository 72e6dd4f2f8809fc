//! The flagship plugin: renders Helm charts exactly as Helm does, for the version of Helm that the
//! application wants.
//!
//! It finds out what to render (`settings`), gets the chart and what it depends on (`chart`), the
//! values (`values`), and hands them to the crate `helm`, which knows nothing of Argo CD.

#[cfg(any(target_arch = "wasm32", test))]
#[expect(unsafe_code, reason = "an allocator is")]
mod allocator;
mod announce;
mod chart;
mod chart_source;
mod failure;
mod host;
mod render;
mod settings;
mod substitute;
mod values;

use sdk::{Capabilities, Failure, Metadata, ParameterAnnouncement, Plugin, Request};

use crate::settings::Settings;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: allocator::Classes = allocator::Classes::new();

/// The Helm plugin.
#[derive(Debug)]
pub struct HelmPlugin;

impl Plugin for HelmPlugin {
    fn describe() -> Metadata {
        // The snapshot that becomes part of the host is taken after this call.
        helm::prepare();
        let wanted =
            Capabilities::SOURCE | Capabilities::REGISTRY | Capabilities::ENTROPY | Capabilities::LOG;
        Metadata::new("helm", env!("CARGO_PKG_VERSION"), wanted).with_parameters(announce::known())
    }

    /// From the list of files alone.
    fn discover(_: &Request) -> Result<bool, Failure> {
        Ok(!sdk::source::list("{Chart.yaml,chart-source.yaml}")?.is_empty())
    }

    fn parameters(request: &Request) -> Result<Vec<ParameterAnnouncement>, Failure> {
        let settings = Settings::of(request)?;
        announce::for_application(&settings)
    }

    fn generate(request: &Request) -> Result<Vec<String>, Failure> {
        let settings = Settings::of(request)?;
        Ok(vec![render::render(&settings, request)?])
    }
}

sdk::export!(HelmPlugin);
