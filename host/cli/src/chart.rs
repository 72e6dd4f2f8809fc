//! `tiphys chart`: charts in registries and Helm repositories, with Helm's flags and words.

mod mirror;
mod package;
mod pull;
mod push;
mod reference;
mod show;
mod versions;

use clap::Subcommand;

use crate::args::Global;
use crate::exit::{Code, Failure};

/// `tiphys chart`
#[derive(Debug, Subcommand)]
pub(crate) enum ChartCommand {
    /// List the versions of a chart, highest first.
    Versions(versions::VersionsArgs),
    /// Show what is in a chart: its metadata, values, readme or custom resource definitions.
    Show(show::ShowArgs),
    /// Download a chart.
    Pull(pull::PullArgs),
    /// Upload a chart archive to a registry.
    Push(push::PushArgs),
    /// Pack chart directories into archives; the same files give the same bytes.
    Package(package::PackageArgs),
    /// Copy charts into another registry, or into an OCI layout.
    Mirror(Box<mirror::MirrorArgs>),
}

/// Does what `command` says.
pub(crate) async fn run(global: &Global, command: ChartCommand) -> Result<Code, Failure> {
    match command {
        ChartCommand::Versions(args) => versions::run(global, &args).await,
        ChartCommand::Show(args) => show::run(global, &args).await,
        ChartCommand::Pull(args) => pull::run(global, &args).await,
        ChartCommand::Push(args) => push::run(global, &args).await,
        ChartCommand::Package(args) => package::run(&args),
        ChartCommand::Mirror(args) => mirror::run(global, &args).await,
    }
}
