//! What commands take: flags, and the environment variables that stand for them.

mod compare;
mod render;
mod suite;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub(crate) use self::compare::{Comparison, DiffArgs};
pub(crate) use self::render::{InputArgs, Layout, LockArgs, Manifests, OutputArgs, RenderArgs, VendorArgs};
pub(crate) use self::suite::{Results, TestArgs};

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

    /// Form of errors. `github` where GitHub runs the command, else `text`.
    #[arg(long, global = true, value_name = "FORM", value_enum, env = "TIPHYS_ERRORS")]
    pub(crate) errors: Option<ErrorForm>,

    /// Whether GitHub runs the command; read for the default of `--errors`.
    #[arg(long, global = true, hide = true, env = "GITHUB_ACTIONS")]
    pub(crate) github_actions: Option<String>,

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

/// Form of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ErrorForm {
    /// For people, with the line that an error is about.
    Text,
    /// One JSON object a line.
    Json,
    /// A SARIF 2.1.0 log.
    Sarif,
    /// JUnit's XML.
    Junit,
    /// Annotations of a GitHub workflow.
    Github,
    /// GitLab's code quality report.
    Gitlab,
}

/// Form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Where the sockets are.
#[derive(Debug, Args)]
pub(crate) struct Sockets {
    /// Folder of the sockets; Argo CD looks for them there.
    #[arg(
        long = "sockets",
        value_name = "DIR",
        env = "ARGOCD_PLUGINSOCKFILEPATH",
        default_value = "/home/argocd/cmp-server/plugins"
    )]
    pub(crate) folder: PathBuf,
}

/// `tiphys serve`
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) sockets: Sockets,

    /// Largest gRPC message, in MiB.
    #[arg(long, value_name = "MIB", env = "ARGOCD_GRPC_MAX_SIZE_MB", default_value_t = 100)]
    pub(crate) max_message: usize,
}

/// `tiphys healthcheck`
#[derive(Debug, Args)]
pub(crate) struct HealthcheckArgs {
    #[command(flatten)]
    pub(crate) sockets: Sockets,

    /// Longest time to wait for an answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub(crate) timeout: u64,

    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    pub(crate) output: Form,
}

/// `tiphys credentials`
#[derive(Debug, Subcommand)]
pub(crate) enum CredentialsCommand {
    /// Tell which entries are for a reference, which one would be used and why, and what is missing.
    ///
    /// Nothing is sent anywhere but to the Kubernetes API, where the configuration says that Secrets are read from
    /// it. Fails if a request would fail: for a tie, or an entry that can't be used.
    #[command(after_help = "Examples:
  tiphys credentials explain oci://ghcr.io/acme/charts/web --project team-a
  tiphys credentials explain https://charts.example.com --config tiphys.yaml --output json")]
    Explain(CredentialsArgs),
    /// Ask a registry as a pull would, and tell each step: challenge, token, answer.
    ///
    /// Fails if the registry does not answer with what was asked for. Names of credentials are shown, and never a
    /// secret.
    #[command(after_help = "Examples:
  tiphys credentials test oci://ghcr.io/acme/charts/web:1.2.3 --project team-a
  tiphys credentials test https://charts.example.com --output json")]
    Test(CredentialsArgs),
}

/// `tiphys credentials explain` and `tiphys credentials test`
#[derive(Debug, Args)]
pub(crate) struct CredentialsArgs {
    /// `oci://HOST/PATH`, with or without a tag or digest, or the `https://` address of a Helm repository.
    #[arg(value_name = "REFERENCE")]
    pub(crate) reference: String,

    /// The AppProject of the application; without it, only entries for all projects are seen.
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Option<String>,

    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    pub(crate) output: Form,
}
