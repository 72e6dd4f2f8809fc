//! What `render`, `lock` and `vendor` take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `tiphys render`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys render application.yaml
  tiphys render ./chart --name web --namespace prod --values prod.yaml
  tiphys render oci://registry-1.docker.io/bitnamicharts/nginx --version 22.x --set replicaCount=3
  tiphys render ./chart --helm-version 3.19 --output helm")]
pub(crate) struct RenderArgs {
    /// Application files, folders of them, chart directories, chart archives or `oci://` references.
    #[arg(default_value = ".", value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,

    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What a source is rendered with.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,

    #[command(flatten)]
    pub(crate) values: ValuesArgs,

    /// The plugin that renders; without it, the Application's, else the first of the configuration.
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) plugin: Option<String>,

    /// A parameter of the plugin.
    #[arg(long = "parameter", value_name = "NAME=TEXT", help_heading = "Input")]
    pub(crate) parameters: Vec<String>,

    /// Version, tag, digest or range of a chart reference.
    #[arg(long, value_name = "VERSION", help_heading = "Input")]
    pub(crate) version: Option<String>,

    /// The AppProject whose credentials may be used.
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) project: Option<String>,

    /// Where the files of a Git repository are that an Application names; may be repeated.
    #[arg(long = "repository", value_name = "URL=DIR", help_heading = "Input")]
    pub(crate) repositories: Vec<String>,

    /// Never use the network.
    #[arg(long, help_heading = "Offline")]
    pub(crate) offline: bool,

    /// A folder that `tiphys vendor` filled, instead of what was fetched before.
    #[arg(long, value_name = "DIR", help_heading = "Offline")]
    pub(crate) vendored: Option<PathBuf>,

    /// Take the versions and digests of the lock file, and nothing that is not in it.
    #[arg(long, help_heading = "Offline")]
    pub(crate) locked: bool,

    /// The lock file.
    #[arg(long, value_name = "FILE", default_value = "tiphys.lock", help_heading = "Offline")]
    pub(crate) lock_file: PathBuf,
}

/// `tiphys lock`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys lock application.yaml
  tiphys lock applications/ --check")]
pub(crate) struct LockArgs {
    /// Application files, folders of them, charts or `oci://` references.
    #[arg(default_value = ".", value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,

    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Write nothing; fail with exit code 8 if the lock file would change.
    #[arg(long)]
    pub(crate) check: bool,
}

/// `tiphys vendor`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys vendor application.yaml
  tiphys render application.yaml --offline --vendored vendor")]
pub(crate) struct VendorArgs {
    /// Application files, folders of them, charts or `oci://` references.
    #[arg(default_value = ".", value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,

    /// The folder that is filled.
    #[arg(long, value_name = "DIR", default_value = "vendor")]
    pub(crate) into: PathBuf,

    #[command(flatten)]
    pub(crate) input: InputArgs,
}

/// The release that a chart is rendered for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Release")]
pub(crate) struct ReleaseArgs {
    /// Name of the release.
    #[arg(long, visible_alias = "name-template", value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Namespace of the release.
    #[arg(long, short = 'n', value_name = "NAMESPACE")]
    pub(crate) namespace: Option<String>,

    /// Kubernetes version to render for.
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,

    /// API versions that the cluster has; may be repeated or separated by commas.
    #[arg(long, short = 'a', value_name = "VERSION", value_delimiter = ',')]
    pub(crate) api_versions: Vec<String>,

    /// Helm version whose behaviour is wanted: 3.16, 3.19, 3.21, 4.1, 4.2 or 4.3.
    #[arg(long, value_name = "VERSION")]
    pub(crate) helm_version: Option<String>,

    /// Render as for an upgrade.
    #[arg(long)]
    pub(crate) is_upgrade: bool,

    /// With the custom resource definitions of the chart's `crds` folder.
    #[arg(long)]
    pub(crate) include_crds: bool,

    /// Without test hooks.
    #[arg(long)]
    pub(crate) skip_tests: bool,

    /// Without hooks.
    #[arg(long)]
    pub(crate) no_hooks: bool,

    /// Without checking values against `values.schema.json`.
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,

    /// Only these templates.
    #[arg(long, short = 's', value_name = "TEMPLATE")]
    pub(crate) show_only: Vec<String>,
}

/// Values for a chart.
#[derive(Debug, Args)]
#[command(next_help_heading = "Values")]
pub(crate) struct ValuesArgs {
    /// A file of values; later ones win.
    #[arg(long, short = 'f', value_name = "FILE", value_delimiter = ',')]
    pub(crate) values: Vec<String>,

    /// Set values: `a.b=1,c={x,y}`.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,

    /// Set texts.
    #[arg(long, value_name = "KEY=TEXT")]
    pub(crate) set_string: Vec<String>,

    /// Set values from JSON.
    #[arg(long, value_name = "KEY=JSON")]
    pub(crate) set_json: Vec<String>,

    /// Set a text from a file.
    #[arg(long, value_name = "KEY=FILE")]
    pub(crate) set_file: Vec<String>,

    /// Set a text as it is.
    #[arg(long, value_name = "KEY=TEXT")]
    pub(crate) set_literal: Vec<String>,
}

/// How manifests are written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Form of the manifests.
    #[arg(long, short = 'o', value_enum, default_value_t = Manifests::Yaml)]
    pub(crate) output: Manifests,

    /// Write files into this folder instead of stdout.
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,

    /// Which files are written.
    #[arg(long, value_enum, default_value_t = Layout::Flat, requires = "output_dir")]
    pub(crate) layout: Layout,

    /// Remove YAML files that are in the folder and were not written now.
    #[arg(long, requires = "output_dir")]
    pub(crate) clean: bool,
}

/// Files of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layout {
    /// One for each object: `NAMESPACE-KIND-NAME.yaml`.
    Flat,
    /// The same, in a folder for each kind.
    ByKind,
    /// One for each template, as `helm template --output-dir` writes them.
    Helm,
    /// One for everything, as Argo CD's source hydrator writes it: `manifest.yaml`.
    Argocd,
}

/// Form of the manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Manifests {
    /// YAML documents, as Argo CD gets them.
    Yaml,
    /// A JSON array.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// `KIND/NAME` lines.
    Name,
    /// Exactly what `helm template` prints.
    Helm,
}
