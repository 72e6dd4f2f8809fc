//! The command line: all that can be asked of `tiphys`.

use clap::{Parser, Subcommand};

use crate::args::{
    CredentialsCommand, DiffArgs, Form, Global, HealthcheckArgs, LockArgs, RenderArgs, ServeArgs, TestArgs,
    VendorArgs,
};
use crate::cache::CacheCommand;
use crate::chart::ChartCommand;
use crate::registry::RegistryCommand;

/// Renders Argo CD applications with sandboxed WebAssembly plugins.
#[derive(Debug, Parser)]
#[command(name = "tiphys", version, about, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) global: Global,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve plugins to argocd-repo-server, each on a Unix socket of its own.
    Serve(ServeArgs),
    /// Render an Application, a directory, an archive or a chart reference.
    Render(Box<RenderArgs>),
    /// Compare what two sources render to. Ends like diff(1): 0 equal, 1 different, 2 trouble.
    Diff(Box<DiffArgs>),
    /// Write down what every chart reference means now, for `render --locked`.
    Lock(Box<LockArgs>),
    /// Fetch every chart that is needed into a folder, for `render --offline --vendored`.
    Vendor(Box<VendorArgs>),
    /// Run a chart's unit tests, as helm-unittest does.
    Test(TestArgs),
    /// Find, show, fetch, pack, upload and copy charts.
    #[command(subcommand)]
    Chart(Box<ChartCommand>),
    /// Log in to registries and out of them.
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// See, clean and carry what is kept between runs.
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Ask a running `tiphys serve` if it is healthy.
    Healthcheck(HealthcheckArgs),
    /// Tell which credential an application would use, and try it.
    Credentials {
        #[command(subcommand)]
        command: CredentialsCommand,
    },
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
