//! A chart as one render sees it: dependencies resolved, names aliased, values changed.

use std::sync::Arc;

use gotemplate::Map;

use crate::chart::Chart;
use crate::metadata::Metadata;

/// A chart within the tree that is rendered.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) chart: Arc<Chart>,
    /// The chart's own, with the alias as its name and only the enabled dependencies.
    pub(crate) metadata: Metadata,
    /// The chart's defaults. Whoever merges copies first.
    pub(crate) values: Map,
    pub(crate) dependencies: Vec<Self>,
    /// Where the chart was before anything got an alias: `parent/charts/child`.
    loaded_path: String,
    /// Whether its subcharts still take `loaded_path` for its place: Helm 3 forgets to tell them of an alias,
    /// unless the chart declares dependencies.
    pub(crate) is_detached: bool,
}

impl Node {
    /// The chart with its subcharts, as it was loaded.
    pub(crate) fn new(chart: &Arc<Chart>) -> Self {
        Self::at(chart, chart.metadata.name.clone())
    }

    fn at(chart: &Arc<Chart>, loaded_path: String) -> Self {
        let subchart = |subchart: &Arc<Chart>| {
            Self::at(subchart, format!("{loaded_path}/charts/{}", subchart.metadata.name))
        };
        Self {
            chart: Arc::clone(chart),
            metadata: chart.metadata.clone(),
            values: chart.values.to_map(),
            dependencies: chart.dependencies.iter().map(subchart).collect(),
            is_detached: false,
            loaded_path,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Lets the chart and its subcharts, not theirs, say another version of themselves.
    pub(crate) fn set_versions(&mut self, version: Option<&str>, app_version: Option<&str>) {
        let own = std::iter::once(&mut self.metadata);
        for metadata in own.chain(self.dependencies.iter_mut().map(|subchart| &mut subchart.metadata)) {
            if let Some(version) = version {
                version.clone_into(&mut metadata.version);
            }
            if let Some(app_version) = app_version {
                app_version.clone_into(&mut metadata.app_version);
            }
        }
    }

    /// The path of a subchart of this chart, which itself is at `path`.
    pub(crate) fn path_of_subchart(&self, path: &str, name: &str) -> String {
        let path = if self.is_detached { &self.loaded_path } else { path };
        format!("{path}/charts/{name}")
    }
}
