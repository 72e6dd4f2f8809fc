//! Argo CD's `repository` and `repo-creds` Secrets.
//!
//! All keys that Argo CD knows for registries are read; those for Git are not even kept (rule R31). A Secret that
//! can't be understood becomes an entry that says so where its place is known, and a problem where it is not.

use std::collections::BTreeMap;

use network::{ClientIdentity, ProxyChoice, ProxyUrl, Tls, Transport};
use policy::{Cloud, Destination, Kind, Project, Projects};
use url::Url;

use crate::entry::{Entry, Login};
use crate::secret::Secret;

/// The keys that are read. Whatever else a Secret holds is dropped where it is met.
pub(crate) const KEYS: [&str; 17] = [
    "url",
    "type",
    "name",
    "project",
    "username",
    "password",
    "bearerToken",
    "enableOCI",
    "insecure",
    "insecureOCIForceHttp",
    "tlsClientCertData",
    "tlsClientCertKey",
    "proxy",
    "noProxy",
    "useAzureWorkloadIdentity",
    "gcpServiceAccountKey",
    "forceHttpBasicAuth",
];

/// The two kinds of Secrets, by the label `argocd.argoproj.io/secret-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretType {
    /// `repository`
    Repository,
    /// `repo-creds`
    Template,
    /// Unknown: files have no labels.
    Unlabelled,
}

/// The data of a Secret, by key.
pub(crate) type Data = BTreeMap<String, Secret>;

/// What became of a Secret.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// An entry, possibly a broken one.
    Entry(Box<Entry>),
    /// It is for Git and has no meaning here.
    Git,
    /// Not even its place is known.
    Problem(String),
}

/// Reads a Secret. `label` names it for people.
pub(crate) fn parse(label: &str, secret_type: SecretType, data: &Data) -> Parsed {
    let fields = Fields(data);
    let url = fields.text("url");
    let known_oci = url.starts_with("oci://") || fields.flag("enableOCI").unwrap_or(false);
    match fields.text("type") {
        "helm" | "oci" => {}
        "git" => return Parsed::Git,
        "" if known_oci || could_be_template(secret_type, &fields) => {}
        "" => return Parsed::Git,
        other => return Parsed::Problem(format!("`type` is `{other}`, expected `helm`, `oci` or `git`")),
    }
    if url.is_empty() {
        return Parsed::Problem("`url` is missing".to_owned());
    }
    let prefix = match Destination::parse_prefix(url) {
        Ok(prefix) => prefix,
        Err(error) => return Parsed::Problem(format!("`url` is no address of a registry: {error}")),
    };
    Parsed::Entry(Box::new(entry(label, secret_type, &fields, prefix)))
}

/// A credential template needs no type, and is for every kind of repository then; what has an address that only
/// Git understands is Git's.
fn could_be_template(secret_type: SecretType, fields: &Fields<'_>) -> bool {
    let url = fields.text("url");
    let git_only = url.contains('@') || url.starts_with("ssh://") || url.ends_with(".git");
    let template = match secret_type {
        SecretType::Template => true,
        SecretType::Repository => false,
        SecretType::Unlabelled => fields.text("project").is_empty() && fields.text("name").is_empty(),
    };
    template && !git_only
}

fn entry(label: &str, secret_type: SecretType, fields: &Fields<'_>, prefix: Destination) -> Entry {
    let project = match secret_type {
        // Templates have no project in Argo CD, which ignores the key.
        SecretType::Template => None,
        SecretType::Repository | SecretType::Unlabelled => Project::named(fields.text("project")),
    };
    let named = project.is_some() || !fields.text("name").is_empty();
    let kind = match secret_type {
        SecretType::Repository => Kind::Repository,
        SecretType::Unlabelled if named => Kind::Repository,
        SecretType::Template | SecretType::Unlabelled => Kind::Template,
    };
    let (login, transport) = match (login(fields, &prefix), transport(fields)) {
        (Ok(login), Ok(transport)) => (login, Some(transport)),
        (Err(reason), _) | (_, Err(reason)) => (Login::Broken(reason), None),
    };
    let projects = project.map_or(Projects::Every, |project| Projects::Only(vec![project]));
    Entry { label: label.to_owned(), prefix, projects, kind, login, transport }
}

fn login(fields: &Fields<'_>, prefix: &Destination) -> Result<Login, String> {
    for flag in ["enableOCI", "forceHttpBasicAuth"] {
        fields.flag(flag)?;
    }
    let username = fields.text("username");
    if let Some(password) = fields.secret("password") {
        return Ok(Login::Password { username: username.to_owned(), password });
    }
    if !username.is_empty() {
        return Err("`username` without `password`".to_owned());
    }
    if let Some(token) = fields.secret("bearerToken") {
        return Ok(Login::Token(token));
    }
    if let Some(password) = fields.secret("gcpServiceAccountKey") {
        return match Cloud::of(prefix.origin().host()) {
            Some(Cloud::Google) => Ok(Login::Password { username: "_json_key".to_owned(), password }),
            _ => Err(format!("`gcpServiceAccountKey` is not for `{}`", prefix.origin().host())),
        };
    }
    // That identity is the pod's, and whoever may write a Secret is not always the operator (rule R8).
    let azure = fields.flag("useAzureWorkloadIdentity")?;
    Ok(if azure { Login::AzureWanted } else { Login::Nothing })
}

fn transport(fields: &Fields<'_>) -> Result<Transport, String> {
    let tls = if fields.flag("insecure")? { Tls::Unverified } else { Tls::Configured };
    let identity = match (fields.secret("tlsClientCertData"), fields.secret("tlsClientCertKey")) {
        (None, None) => None,
        (Some(certificates), Some(key)) => {
            Some(ClientIdentity::new(certificates.expose().as_bytes(), key.expose().as_bytes()))
        }
        (Some(_), None) => return Err("`tlsClientCertData` without `tlsClientCertKey`".to_owned()),
        (None, Some(_)) => return Err("`tlsClientCertKey` without `tlsClientCertData`".to_owned()),
    };
    let plain_http = fields.flag("insecureOCIForceHttp")? || fields.text("url").starts_with("http://");
    Ok(Transport { tls, identity, proxy: proxy(fields)?, plain_http })
}

fn proxy(fields: &Fields<'_>) -> Result<ProxyChoice, String> {
    let address = fields.text("proxy");
    if address.is_empty() {
        return Ok(ProxyChoice::Configured);
    }
    let wrong = || "`proxy` is no `http://` or `https://` address".to_owned();
    let url = Url::parse(address).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong());
    }
    Ok(ProxyChoice::Through { proxy: ProxyUrl::new(url), no_proxy: fields.text("noProxy").to_owned() })
}

struct Fields<'a>(&'a Data);

// === impl Fields ===

impl<'a> Fields<'a> {
    fn text(&self, key: &str) -> &'a str {
        self.0.get(key).map_or("", |value| value.expose().trim())
    }

    /// The value without a final line break, which editors add and nobody means; inner ones belong to it.
    fn secret(&self, key: &str) -> Option<Secret> {
        let value = self.0.get(key)?.expose();
        let value = value.strip_suffix('\n').unwrap_or(value);
        let value = value.strip_suffix('\r').unwrap_or(value);
        (!value.is_empty()).then(|| Secret::new(value.to_owned()))
    }

    /// The spellings of Go's `strconv.ParseBool`; empty is false, as in Argo CD.
    fn flag(&self, key: &str) -> Result<bool, String> {
        match self.text(key) {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
            "" | "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
            _ => Err(format!("`{key}` is neither `true` nor `false`")),
        }
    }
}

#[cfg(test)]
mod tests;
