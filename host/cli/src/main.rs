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
mod stop;
mod unittest;
mod variable;
mod vendor;
mod version;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::{Builder, Runtime};

use crate::args::{ErrorForm, Global, LogFormat};
use crate::command::{Cli, Command};
use crate::exit::Failure;
use crate::stop::{Patience, Stop};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let errors = error_form(&cli.global);
    let patience = match cli.command {
        // `server.drain` says how long it takes.
        Command::Serve(_) => Patience::Endless,
        _ => Patience::Short,
    };
    match stop::interruptible(patience, |stop| run(cli, stop)) {
        Ok(code) => code.into(),
        Err(failure) => {
            report::failure(&failure, errors);
            failure.code().into()
        }
    }
}

fn run(cli: Cli, stop: Stop) -> Result<exit::Code, Failure> {
    let Cli { command, global } = cli;
    let (form, level) = match command {
        Command::Serve(_) => (LogFormat::Json, "info"),
        _ => (LogFormat::Text, "warn"),
    };
    let form = match global.log_format.unwrap_or(form) {
        LogFormat::Json => telemetry::Format::Json,
        LogFormat::Text => telemetry::Format::Text,
    };
    telemetry::init(form, global.log_level.as_deref().unwrap_or(level)).map_err(Failure::usage)?;
    match command {
        Command::Serve(args) => runtime()?.block_on(serve::serve(&global, args, stop)),
        Command::Render(args) => stop.or(runtime()?, render::render(&global, *args)),
        Command::Diff(args) => stop.or(runtime()?, diff::diff(&global, &args)),
        Command::Lock(args) => stop.or(runtime()?, lock::lock(&global, &args)),
        Command::Vendor(args) => stop.or(runtime()?, vendor::vendor(&global, &args)),
        Command::Test(args) => unittest::test(&args),
        Command::Chart(command) => stop.or(small_runtime()?, chart::run(&global, *command)),
        Command::Registry(command) => stop.or(small_runtime()?, registry::run(&global, command)),
        Command::Cache(command) => stop.or(small_runtime()?, cache::run(&global, command)),
        Command::Healthcheck(args) => stop.or(runtime()?, healthcheck::healthcheck(args)),
        Command::Credentials { command } => stop.or(runtime()?, credentials::run(&global, command)),
        Command::Schema => Ok(report::data(&config::schema_text())),
        Command::Completions { shell } => Ok(completions::print(shell)),
        Command::Version { output } => Ok(version::print(output)),
    }
}

fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread().enable_all().build().map_err(Failure::platform)
}

/// For commands that wait more than they compute: one thread, and others for files only.
fn small_runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(Failure::platform)
}

fn error_form(global: &Global) -> ErrorForm {
    let on_github = global.github_actions.as_deref() == Some("true");
    global.errors.unwrap_or(if on_github { ErrorForm::Github } else { ErrorForm::Text })
}
