//! The `tiphys` command. It reads flags, environment and configuration files, and wires the other
//! crates together; what they do is theirs.

mod args;
mod builtin;
mod completions;
mod config;
mod exit;
mod healthcheck;
mod helper;
mod outside;
mod paths;
mod render;
mod report;
mod serve;
mod variable;
mod version;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command, Form, LogFormat};
use crate::exit::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let errors = error_form(&cli.command);
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
        Command::Healthcheck(args) => runtime()?.block_on(healthcheck::healthcheck(args)),
        Command::Schema => Ok(report::data(&config::schema_text())),
        Command::Completions { shell } => Ok(completions::print(shell)),
        Command::Version { output } => Ok(version::print(output)),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::bug)
}

const fn error_form(command: &Command) -> Form {
    match command {
        Command::Render(args) => args.output.errors,
        _ => Form::Text,
    }
}
