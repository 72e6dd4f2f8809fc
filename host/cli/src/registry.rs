//! `tiphys registry`: logins, kept where Helm keeps them, so that both tools know them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use credentials::{AuthFile, AuthFileError};

use crate::args::Global;
use crate::connection::{ConnectionArgs, failed};
use crate::exit::{Code, Failure};
use crate::{outside, report};

/// `tiphys registry`
#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    /// Log in to a registry: the login is tried and then kept.
    Login(Box<LoginArgs>),
    /// Forget the login of a registry.
    Logout(LogoutArgs),
}

/// `tiphys registry login`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  printf %s \"$TOKEN\" | tiphys registry login ghcr.io --username me --password-stdin")]
pub(crate) struct LoginArgs {
    /// `host[:port]`
    #[arg(value_name = "HOST")]
    host: String,

    #[command(flatten)]
    connection: ConnectionArgs,

    #[command(flatten)]
    file: FileArgs,
}

/// `tiphys registry logout`
#[derive(Debug, Args)]
pub(crate) struct LogoutArgs {
    /// `host[:port]`
    #[arg(value_name = "HOST")]
    host: String,

    #[command(flatten)]
    file: FileArgs,
}

/// Where logins are kept.
#[derive(Debug, Args)]
struct FileArgs {
    /// File of the logins; Helm's own by default.
    #[arg(long, value_name = "FILE")]
    registry_config: Option<PathBuf>,
}

/// Does what `command` says.
pub(crate) async fn run(global: &Global, command: RegistryCommand) -> Result<Code, Failure> {
    match command {
        RegistryCommand::Login(args) => login(global, &args).await,
        RegistryCommand::Logout(args) => logout(&args),
    }
}

async fn login(global: &Global, args: &LoginArgs) -> Result<Code, Failure> {
    let host = plain(&args.host)?;
    let Some(login) = args.connection.login()? else {
        return Err(
            Failure::usage("a login needs a user").with_hint("add `--username NAME --password-stdin`")
        );
    };
    if args.connection.password.is_some() {
        report::warn("`--password` can be read in the list of processes: use `--password-stdin`");
    }
    let outside = args.connection.open_as(global, host, Some(login.clone()))?;
    outside.registry.ping(&args.connection.context(), host).await.map_err(failed)?;
    edit(&args.file.path(), |file| file.set(host, &login.username, &login.password))?;
    Ok(report::data("Login Succeeded\n"))
}

fn logout(args: &LogoutArgs) -> Result<Code, Failure> {
    let host = plain(&args.host)?;
    edit(&args.file.path(), |file| file.remove(host))?;
    Ok(report::data(&format!("Removing login credentials for {host}\n")))
}

/// A host without scheme and path.
fn plain(text: &str) -> Result<&str, Failure> {
    let host = text.strip_prefix("oci://").unwrap_or(text).trim_end_matches('/');
    if host.is_empty() || host.contains(['/', '@', ' ']) {
        return Err(Failure::usage(format!("`{}` is not a host", text.escape_debug()))
            .with_hint("write `host[:port]`"));
    }
    Ok(host)
}

// === impl FileArgs ===

impl FileArgs {
    fn path(&self) -> PathBuf {
        self.registry_config.clone().unwrap_or_else(outside::helm_logins)
    }
}

/// Changes the file as a whole or not at all; nobody else may read it.
fn edit(path: &Path, change: impl FnOnce(&mut AuthFile) -> Result<(), AuthFileError>) -> Result<(), Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(Code::Configuration, format!("`{}`: {error}", path.display()))
    };
    let text = match fs_err::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => b"{}".to_vec(),
        Err(error) => return Err(wrong(&error)),
    };
    let mut file = AuthFile::parse(&text).map_err(|error| wrong(&error))?;
    change(&mut file).map_err(|error| wrong(&error))?;
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs_err::create_dir_all(folder)?;
        // A temporary file is its owner's alone.
        let mut whole = tempfile::NamedTempFile::new_in(folder)?;
        whole.write_all(&file.to_bytes())?;
        whole.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| wrong(&error))
}
