//! What a command says about the registry that it talks to, with Helm's flags; for one call it comes before the
//! configuration file.

use std::io::{Read as _, stdin};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use credentials::Secret;
use credentials::config::EntryConfig;
use network::{Deadline, Requester};
use registry::{Context, Freshness};

use crate::args::Global;
use crate::config::{self, Config, RegistryConfig, TlsConfig};
use crate::exit::Failure;
use crate::outside::{self, Outside, Purpose};
use crate::paths;

/// How long one artifact may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// How to reach a registry, and as whom.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Registry")]
pub(crate) struct ConnectionArgs {
    /// Speak plain HTTP.
    #[arg(long)]
    pub(crate) plain_http: bool,

    /// PEM file of the authorities that may have signed the registry's certificate.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// PEM file of a certificate to show, with `--key-file`.
    #[arg(long, value_name = "FILE", requires = "key_file")]
    pub(crate) cert_file: Option<PathBuf>,

    /// PEM file of the private key of `--cert-file`.
    #[arg(long, value_name = "FILE", requires = "cert_file")]
    pub(crate) key_file: Option<PathBuf>,

    /// Take any certificate.
    #[arg(long, visible_alias = "insecure")]
    pub(crate) insecure_skip_tls_verify: bool,

    /// Name of the user.
    #[arg(long, short = 'u', value_name = "NAME")]
    pub(crate) username: Option<String>,

    /// The password. Others may read it in the list of processes: `--password-stdin` is better.
    #[arg(long, short = 'p', value_name = "TEXT", requires = "username", conflicts_with = "password_stdin")]
    pub(crate) password: Option<String>,

    /// Read the password from stdin.
    #[arg(long, requires = "username")]
    pub(crate) password_stdin: bool,

    /// The AppProject whose credentials may be used.
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Option<String>,

    /// Ask the registry even for what the cache knows.
    #[arg(long)]
    pub(crate) refresh: bool,
}

/// A user name and a password.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: Secret,
}

// === impl ConnectionArgs ===

impl ConnectionArgs {
    /// The way outwards, with what these flags say about `place`: `host[:port]`, with `http://` or `https://` for a
    /// Helm repository.
    pub(crate) fn open(&self, global: &Global, place: &str) -> Result<Outside, Failure> {
        self.open_as(global, place, self.login()?)
    }

    /// The same with a login that is known already.
    pub(crate) fn open_as(
        &self,
        global: &Global,
        place: &str,
        login: Option<Login>,
    ) -> Result<Outside, Failure> {
        let mut config = config::load(global.config.as_deref())?;
        self.apply(&mut config, place);
        if let Some(Login { username, password }) = login {
            let entry = EntryConfig {
                prefix: place.to_owned(),
                projects: Vec::new(),
                username: Some(username),
                password: Some(password),
                password_file: None,
                token_file: None,
            };
            config.credentials.get_or_insert_with(outside::at_home).entries.insert(0, entry);
        }
        outside::open(&config, &paths::cache(global, &config), Purpose::Person)
    }

    /// For whom, until when and how current.
    pub(crate) fn context(&self) -> Context {
        let requester = Requester { project: self.project.clone(), application: None };
        let freshness = if self.refresh { Freshness::Refresh } else { Freshness::Cached };
        Context { freshness, ..Context::new(requester, Deadline::after(PATIENCE)) }
    }

    /// User name and password, where they are given.
    pub(crate) fn login(&self) -> Result<Option<Login>, Failure> {
        let Some(username) = &self.username else { return Ok(None) };
        let password = match (&self.password, self.password_stdin) {
            (Some(password), _) => password.clone(),
            (None, true) => from_stdin()?,
            (None, false) => {
                return Err(
                    Failure::usage("`--username` needs a password").with_hint("add `--password-stdin`")
                );
            }
        };
        Ok(Some(Login { username: username.clone(), password: Secret::new(password) }))
    }

    fn apply(&self, config: &mut Config, place: &str) {
        let (scheme, host) = place.split_once("://").unwrap_or(("", place));
        let plain_http = self.plain_http || scheme == "http";
        if plain_http || self.says_how() {
            let registry = match config.registries.iter_mut().position(|registry| registry.prefix == host) {
                Some(at) => config.registries.remove(at),
                None => RegistryConfig { prefix: host.to_owned(), ..RegistryConfig::default() },
            };
            let tls = if self.says_how() { self.tls() } else { registry.tls.clone() };
            // The first that covers a host counts.
            config.registries.insert(0, RegistryConfig { plain_http, tls, ..registry });
        }
    }

    const fn says_how(&self) -> bool {
        self.ca_file.is_some() || self.cert_file.is_some() || self.insecure_skip_tls_verify
    }

    fn tls(&self) -> TlsConfig {
        let text = |file: &Option<PathBuf>| file.as_ref().map(|file| file.to_string_lossy().into_owned());
        TlsConfig {
            ca_file: text(&self.ca_file),
            cert_file: text(&self.cert_file),
            key_file: text(&self.key_file),
            insecure: self.insecure_skip_tls_verify,
        }
    }
}

/// The password on stdin, without the line's end.
fn from_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    stdin().read_to_string(&mut text).map_err(Failure::usage)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// What went wrong with a registry.
pub(crate) fn failed(error: registry::Error) -> Failure {
    let message = error.chain();
    Failure::from_diagnosis(&error, message)
}
