//! What `test` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `tiphys test`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys test ./chart
  tiphys test ./chart --file 'tests/web_test.yaml' --output junit")]
pub(crate) struct TestArgs {
    /// Directories of charts.
    #[arg(default_value = ".", value_name = "CHART")]
    pub(crate) charts: Vec<PathBuf>,

    /// Suites, as globs in the chart's directory.
    #[arg(long = "file", short = 'f', value_name = "GLOB", default_value = "tests/*_test.yaml")]
    pub(crate) files: Vec<String>,

    /// A chart in the chart's directory whose templates are suites.
    #[arg(long, value_name = "DIR")]
    pub(crate) chart_tests_path: Option<PathBuf>,

    /// Refuse suites with fields that are not known.
    #[arg(long)]
    pub(crate) strict: bool,

    /// End each chart with its first test that fails, and that with its first assertion.
    #[arg(long, short = 'q')]
    pub(crate) failfast: bool,

    /// Write snapshots anew where they differ.
    #[arg(long, short = 'u')]
    pub(crate) update_snapshot: bool,

    /// Values files that come over those of each suite.
    #[arg(long, value_name = "FILE")]
    pub(crate) values: Vec<PathBuf>,

    /// Whether the suites of enabled subcharts run as well.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_value = "true", default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(crate) with_subchart: bool,

    /// Leave out the check against `values.schema.json`.
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,

    /// Helm version whose behaviour is wanted: 3.16, 3.19, 3.21, 4.1, 4.2 or 4.3. The newest helm-unittest has 3.21.
    #[arg(long, value_name = "VERSION", default_value = "3.21")]
    pub(crate) helm_version: String,

    /// Form of the results.
    #[arg(long, short = 'o', value_enum, default_value_t = Results::Text)]
    pub(crate) output: Results,
}

/// Form of test results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Results {
    /// For people.
    Text,
    /// A JSON array of suites.
    Json,
    /// JUnit's XML.
    Junit,
}
