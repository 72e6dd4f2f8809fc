//! What `diff` takes.

use clap::{Args, ValueEnum};

use super::InputArgs;

/// `tiphys diff`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys diff ./chart-before ./chart-after
  tiphys diff oci://ghcr.io/acme/web@sha256:… ./web --name web
  tiphys diff main/application.yaml application.yaml --output markdown")]
pub(crate) struct DiffArgs {
    /// What it was: whatever `render` takes, or a file or folder of manifests.
    #[arg(value_name = "OLD")]
    pub(crate) old: String,

    /// What it is now.
    #[arg(value_name = "NEW")]
    pub(crate) new: String,

    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Form of the comparison.
    #[arg(long, short = 'o', value_enum, default_value_t = Comparison::Text, help_heading = "Output")]
    pub(crate) output: Comparison,

    /// Lines around each change.
    #[arg(long, value_name = "LINES", default_value_t = 3, help_heading = "Output")]
    pub(crate) context: usize,

    /// Longest Markdown, in bytes; what is left out is counted.
    #[arg(long, value_name = "BYTES", default_value_t = 65_536, help_heading = "Output")]
    pub(crate) max_length: usize,
}

/// Form of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Comparison {
    /// Unified differences.
    Text,
    /// For the comment of a pull request.
    Markdown,
    /// An array with one element for each object that differs.
    Json,
}
