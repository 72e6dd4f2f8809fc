//! The `tiphys` command. It reads flags, environment and configuration files, and wires the other
//! crates together; what they do is theirs.

mod args;
mod builtin;
mod cache;
mod chart;
mod command;
mod completions;
mod config;
mod connection;
mod credentials;
mod diff;
mod exit;
mod healthcheck;
mod helper;
mod lock;
mod outside;
mod paths;
mod person;
mod progress;
mod registry;
mod render;
mod report;
mod serve;
mod session;
mod shared;
mod unittest;
mod variable;
mod vendor;
mod version;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{ErrorForm, Global, LogFormat};
use crate::command::{Cli, Command};
use crate::exit::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let errors = error_form(&cli.global);
    match run(cli) {
        Ok(code) => code.into(),
        Err(failure) => {
            report::failure(&failure, errors);
            failure.code().into()
        }
    }
}

fn run(cli: Cli) -> Result<exit::Code, Failure> {
    let (form, level) = match cli.command {
        Command::Serve(_) => (LogFormat::Json, "info"),
        _ => (LogFormat::Text, "warn"),
    };
    let form = match cli.global.log_format.unwrap_or(form) {
        LogFormat::Json => telemetry::Format::Json,
        LogFormat::Text => telemetry::Format::Text,
    };
    telemetry::init(form, cli.global.log_level.as_deref().unwrap_or(level)).map_err(Failure::usage)?;
    match cli.command {
        Command::Serve(args) => runtime()?.block_on(serve::serve(&cli.global, args)),
        Command::Render(args) => runtime()?.block_on(render::render(&cli.global, *args)),
        Command::Diff(args) => runtime()?.block_on(diff::diff(&cli.global, &args)),
        Command::Lock(args) => runtime()?.block_on(lock::lock(&cli.global, &args)),
        Command::Vendor(args) => runtime()?.block_on(vendor::vendor(&cli.global, &args)),
        Command::Test(args) => unittest::test(&args),
        Command::Chart(command) => small_runtime()?.block_on(chart::run(&cli.global, *command)),
        Command::Registry(command) => small_runtime()?.block_on(registry::run(&cli.global, command)),
        Command::Cache(command) => small_runtime()?.block_on(cache::run(&cli.global, command)),
        Command::Healthcheck(args) => runtime()?.block_on(healthcheck::healthcheck(args)),
        Command::Credentials { command } => runtime()?.block_on(credentials::run(&cli.global, command)),
        Command::Schema => Ok(report::data(&config::schema_text())),
        Command::Completions { shell } => Ok(completions::print(shell)),
        Command::Version { output } => Ok(version::print(output)),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::bug)
}

/// For commands that wait more than they compute: one thread, and others for files only.
fn small_runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::bug)
}

fn error_form(global: &Global) -> ErrorForm {
    let on_github = global.github_actions.as_deref() == Some("true");
    global.errors.unwrap_or(if on_github { ErrorForm::Github } else { ErrorForm::Text })
}
