//! The command line: what can be asked of `tiphys`, and the environment variables it reads.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Renders Argo CD applications with sandboxed WebAssembly plugins.
#[derive(Debug, Parser)]
#[command(name = "tiphys", version, about, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) global: Global,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global")]
pub(crate) struct Global {
    /// Configuration file.
    #[arg(long, global = true, value_name = "FILE", env = "TIPHYS_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// How much is logged to stderr: `error`, `warn`, `info`, `debug` or `trace`.
    #[arg(long, global = true, value_name = "LEVEL", env = "ARGOCD_CMP_SERVER_LOGLEVEL")]
    pub(crate) log_level: Option<String>,

    /// Form of the log. `serve` writes JSON by default, every other command text.
    #[arg(long, global = true, value_name = "FORM", env = "ARGOCD_CMP_SERVER_LOGFORMAT")]
    pub(crate) log_format: Option<LogFormat>,

    /// Folder for what is kept between runs.
    #[arg(long, global = true, value_name = "DIR", env = "TIPHYS_CACHE")]
    pub(crate) cache: Option<PathBuf>,

    /// Where the user's folders are; read for the default of `--cache`.
    #[arg(long, global = true, hide = true, env = "XDG_CACHE_HOME")]
    pub(crate) xdg_cache_home: Option<PathBuf>,

    /// Where the user's folders are; read for the default of `--cache`.
    #[arg(long, global = true, hide = true, env = "HOME")]
    pub(crate) home: Option<PathBuf>,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve plugins to argocd-repo-server, each on a Unix socket of its own.
    Serve(ServeArgs),
    /// Render an Application, a directory, an archive or a chart reference.
    Render(Box<RenderArgs>),
    /// Ask a running `tiphys serve` if it is healthy.
    Healthcheck(HealthcheckArgs),
    /// Print the JSON Schema of the configuration file.
    Schema,
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print version, plugin contract and Helm profiles.
    Version {
        /// Form of the answer.
        #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
        output: Form,
    },
}

/// Form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// `tiphys serve`
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Folder of the sockets; Argo CD looks for them there.
    #[arg(
        long,
        value_name = "DIR",
        env = "ARGOCD_PLUGINSOCKFILEPATH",
        default_value = "/home/argocd/cmp-server/plugins"
    )]
    pub(crate) sockets: PathBuf,

    /// Largest gRPC message, in MiB.
    #[arg(long, value_name = "MIB", env = "ARGOCD_GRPC_MAX_SIZE_MB", default_value_t = 100)]
    pub(crate) max_message: usize,
}

/// `tiphys healthcheck`
#[derive(Debug, Args)]
pub(crate) struct HealthcheckArgs {
    /// Folder of the sockets.
    #[arg(
        long,
        value_name = "DIR",
        env = "ARGOCD_PLUGINSOCKFILEPATH",
        default_value = "/home/argocd/cmp-server/plugins"
    )]
    pub(crate) sockets: PathBuf,

    /// Longest time to wait for an answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub(crate) timeout: u64,

    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    pub(crate) output: Form,
}

/// `tiphys render`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys render application.yaml
  tiphys render ./chart --name web --namespace prod --values prod.yaml
  tiphys render oci://registry-1.docker.io/bitnamicharts/nginx --version 22.x --set replicaCount=3
  tiphys render ./chart --helm-version 3.19 --output helm")]
pub(crate) struct RenderArgs {
    /// An Application file, a directory, a chart archive or an `oci://` reference.
    #[arg(default_value = ".", value_name = "SOURCE")]
    pub(crate) source: String,

    #[command(flatten)]
    pub(crate) release: ReleaseArgs,

    #[command(flatten)]
    pub(crate) values: ValuesArgs,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

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

    /// Never use the network.
    #[arg(long, help_heading = "Input")]
    pub(crate) offline: bool,
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

    /// Write files into this folder, one for each object, instead of stdout.
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,

    /// Form of errors.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub(crate) errors: Form,
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
