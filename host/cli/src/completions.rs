//! `tiphys completions`

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::command::Cli;
use crate::{exit, report};

/// Prints the completion script of `shell`.
pub(crate) fn print(shell: Shell) -> exit::Code {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tiphys", &mut script);
    report::data(&String::from_utf8_lossy(&script))
}
