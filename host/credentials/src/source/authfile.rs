//! Docker's `config.json`, the `auth.json` of Podman and others, and Helm's registry configuration.
//!
//! The order within a file is Docker's: a helper for the registry, then the general store, then `auths`. No helper
//! is run here: a program is only ever run by the command line, never by the sidecar (rule R32), through
//! [`Helpers`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use policy::{Destination, Kind, Projects};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Contents;
use crate::entry::{Entry, Login};
use crate::secret::Secret;

/// Asks credential helpers (`docker-credential-NAME get`). The embedder supplies it; the sidecar has none.
pub trait Helpers: Send + Sync {
    /// The user name and secret that `helper` keeps for `server`; none where it keeps none.
    ///
    /// # Errors
    /// If it can't be asked. The text must not hold what the helper printed.
    fn ask(&self, helper: &str, server: &str) -> Result<Option<(String, Secret)>, String>;
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthFile {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
    #[serde(default)]
    cred_helpers: BTreeMap<String, String>,
    #[serde(default)]
    creds_store: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    auth: Option<Secret>,
    username: Option<String>,
    password: Option<Secret>,
    identitytoken: Option<Secret>,
    registrytoken: Option<Secret>,
}

/// Reads the files in order; of two entries for one place, the first file's counts.
pub(crate) fn read(files: &[impl AsRef<Path>], kind: Kind, helpers: Option<&dyn Helpers>) -> Contents {
    let mut all = Contents::default();
    let mut taken = HashMap::<Destination, usize>::new();
    for (index, file) in files.iter().enumerate() {
        let mut contents = read_file(file.as_ref(), kind, helpers);
        contents.entries.retain(|entry| *taken.entry(entry.prefix.clone()).or_insert(index) == index);
        all.extend(contents);
    }
    all
}

fn read_file(path: &Path, kind: Kind, helpers: Option<&dyn Helpers>) -> Contents {
    let mut contents = Contents::default();
    let label = path.display().to_string();
    let text = match fs_err::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        // Most people have only one of the files that are looked for.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return contents,
        Err(error) => {
            contents.problem(&label, error);
            return contents;
        }
    };
    match serde_json::from_str::<AuthFile>(&text) {
        Ok(file) => file.list(&label, kind, helpers, &mut contents),
        // What the parser says may quote the file.
        Err(error) => contents.problem(
            &label,
            format!("not the JSON of an auth file (line {}, column {})", error.line(), error.column()),
        ),
    }
    contents
}

// === impl AuthFile ===

impl AuthFile {
    fn list(&self, label: &str, kind: Kind, helpers: Option<&dyn Helpers>, contents: &mut Contents) {
        let servers: BTreeSet<&String> = self.auths.keys().chain(self.cred_helpers.keys()).collect();
        for server in servers {
            let label = format!("{label}#{server}");
            match (self.login(server, helpers), parse_key(server)) {
                (None, _) => {}
                (Some(_), Err(reason)) => contents.problem(&label, reason),
                (Some(login), Ok(prefix)) => contents.entries.push(Entry {
                    label,
                    prefix,
                    projects: Projects::Every,
                    kind,
                    login,
                    transport: None,
                }),
            }
        }
    }

    /// The login for a key; none where the key is there without one.
    fn login(&self, server: &str, helpers: Option<&dyn Helpers>) -> Option<Login> {
        let helper = self.cred_helpers.get(server).or(self.creds_store.as_ref());
        let kept = match (helper, helpers) {
            (None, _) => None,
            (Some(helper), Some(helpers)) => match helpers.ask(helper, server) {
                Ok(kept) => kept.map(|(username, secret)| from_helper(username, secret)),
                Err(reason) => Some(Login::Broken(format!("credential helper `{helper}`: {reason}"))),
            },
            (Some(helper), None) => Some(not_run(helper)),
        };
        let own = self.auths.get(server).and_then(Auth::login);
        match kept {
            // The general store is asked for every key, also for those that it does not keep.
            Some(Login::Broken(_)) if own.is_some() && !self.cred_helpers.contains_key(server) => own,
            Some(login) => Some(login),
            None => own,
        }
    }
}

fn not_run(helper: &str) -> Login {
    Login::Broken(format!("it is kept by credential helper `{helper}`, and programs are not run here"))
}

fn from_helper(username: String, secret: Secret) -> Login {
    if username == "<token>" {
        Login::RefreshToken(secret)
    } else {
        Login::Password { username, password: secret }
    }
}

// === impl Auth ===

impl Auth {
    fn login(&self) -> Option<Login> {
        let present = |secret: &Option<Secret>| secret.clone().filter(|secret| !secret.expose().is_empty());
        if let Some(token) = present(&self.identitytoken) {
            return Some(Login::RefreshToken(token));
        }
        if let Some(token) = present(&self.registrytoken) {
            return Some(Login::Token(token));
        }
        if let Some(auth) = present(&self.auth) {
            return Some(decode(&auth).unwrap_or_else(|| {
                Login::Broken("`auth` is not the base64 of a user name, a colon and a password".to_owned())
            }));
        }
        let username = self.username.clone().unwrap_or_default();
        present(&self.password).map(|password| Login::Password { username, password })
    }
}

/// `base64(user:password)`. Docker pads old ones with NUL.
fn decode(auth: &Secret) -> Option<Login> {
    let bytes = Zeroizing::new(STANDARD.decode(auth.expose().trim()).ok()?);
    let text = std::str::from_utf8(&bytes).ok()?;
    let (username, password) = text.split_once(':')?;
    let password = Secret::new(password.trim_end_matches('\0').to_owned());
    Some(Login::Password { username: username.to_owned(), password })
}

/// Keys are `host[:port][/path]`, or an address of old with a path that says nothing.
fn parse_key(key: &str) -> Result<Destination, String> {
    let legacy = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
    let plain = legacy.map_or(key, |rest| {
        let rest = rest.trim_end_matches('/');
        rest.strip_suffix("/v1").or_else(|| rest.strip_suffix("/v2")).unwrap_or(rest)
    });
    if plain.contains('*') {
        return Err("patterns are not accepted as keys; write one key per registry".to_owned());
    }
    Destination::parse_prefix(plain).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
