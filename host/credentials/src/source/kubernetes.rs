//! Argo CD's Secrets from the Kubernetes API: one list, then a watch.
//!
//! It speaks the two requests itself, over `network`: a client library would bring its own connections, and this
//! process has one place where connections are made. Only Secrets with Argo CD's label are asked for, and only the
//! keys that have a meaning here are kept (rule R31).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use network::{Client, Config, Deadline, Response, Tls, Transport};
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::Contents;
use super::argocd::{self, Data, KEYS, Parsed, SecretType};
use crate::secret::Secret;
use crate::wire::{Call, open};

const SELECTOR: &str = "argocd.argoproj.io/secret-type in (repository,repo-creds)";
const LABEL: &str = "argocd.argoproj.io/secret-type";

/// Secrets a page.
const PAGE: &str = "500";

/// After this time the server ends a watch, and a new one begins where it ended.
const WATCH_SECONDS: u64 = 240;

/// The longest event; Kubernetes stores no object above 1.5 MiB.
const MAX_EVENT: usize = 4 << 20;

/// The longest page.
const MAX_PAGE: u64 = 64 << 20;

/// The pauses after failures.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Where the API is, and how this process proves who it is.
#[derive(Clone, Debug)]
pub struct KubernetesAccess {
    /// `https://HOST:PORT`
    pub api: Url,
    /// The token of the service account; it is read for each request, because kubelets replace it.
    pub token_file: PathBuf,
    /// The certificates that the API is trusted by; without them, the system's.
    pub ca_file: Option<PathBuf>,
}

/// The Secrets, as the last list and all events since make them.
pub(crate) struct Watch {
    access: KubernetesAccess,
    namespace: String,
    client: Client,
    secrets: BTreeMap<String, Parsed>,
}

/// Why a list or a watch ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("failed to read `{}`", path.display())]
    File {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    #[error("failed to ask the Kubernetes API")]
    Network(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the Kubernetes API answered with status {0}")]
    Status(u16),
    #[error("the Kubernetes API sent what is no list or event of Secrets")]
    Malformed,
    /// The list is too old to go on from it.
    #[error("the Kubernetes API no longer knows where the watch was")]
    Gone,
}

#[derive(Deserialize)]
struct List {
    metadata: ListMeta,
    #[serde(default)]
    items: Vec<Object>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListMeta {
    resource_version: String,
    #[serde(default, rename = "continue")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    object: Object,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object {
    metadata: Meta,
    data: BTreeMap<String, Secret>,
    /// Of a `Status`, which is what an `ERROR` event carries.
    code: Option<u16>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    name: String,
    resource_version: String,
    labels: BTreeMap<String, String>,
}

// === impl KubernetesAccess ===

impl KubernetesAccess {
    /// The access that a pod has by its service account; `host` and `port` are `KUBERNETES_SERVICE_HOST` and
    /// `KUBERNETES_SERVICE_PORT`.
    #[must_use]
    pub fn in_cluster(host: &str, port: &str) -> Option<Self> {
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let root = PathBuf::from("/var/run/secrets/kubernetes.io/serviceaccount");
        Some(Self {
            api: Url::parse(&format!("https://{host}:{port}")).ok()?,
            token_file: root.join("token"),
            ca_file: Some(root.join("ca.crt")),
        })
    }
}

// === impl Watch ===

impl Watch {
    pub(crate) fn new(access: KubernetesAccess, namespace: String) -> Self {
        let mut config = Config::new(concat!("tiphys/", env!("CARGO_PKG_VERSION")));
        // A watch is silent for as long as nothing happens.
        config.timeouts.idle = Duration::from_secs(2 * WATCH_SECONDS);
        config.timeouts.drip_window = Duration::from_secs(2 * WATCH_SECONDS);
        Self { access, namespace, client: Client::new(config), secrets: BTreeMap::new() }
    }

    /// Lists and watches for ever, and hands over what there is after the list and after each change.
    pub(crate) async fn run(mut self, mut publish: impl FnMut(Contents)) {
        let mut pause = FIRST_PAUSE;
        loop {
            let mut version = match self.list().await {
                Ok(version) => version,
                Err(error) => {
                    warn(&error, "failed to list Secrets; the last ones stay");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
            };
            publish(self.contents());
            pause = FIRST_PAUSE;
            loop {
                match self.watch(&mut version, &mut publish).await {
                    Ok(()) => pause = FIRST_PAUSE,
                    Err(Error::Gone) => break,
                    Err(error) => {
                        warn(&error, "a watch of Secrets ended; it goes on from where it was");
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(LONGEST_PAUSE);
                    }
                }
            }
        }
    }

    /// What there is now.
    pub(crate) async fn once(mut self) -> Contents {
        match self.list().await {
            Ok(_) => self.contents(),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
                Contents::broken("the Kubernetes API", format!("{error}{}", cause.unwrap_or_default()))
            }
        }
    }

    async fn list(&mut self) -> Result<String, Error> {
        let mut secrets = BTreeMap::new();
        let mut next = None;
        loop {
            let mut query = vec![("limit", PAGE.to_owned())];
            query.extend(next.map(|token| ("continue", token)));
            let response = self.get(&query, MAX_PAGE, Duration::from_secs(60)).await?;
            let bytes = response.bytes().await.map_err(|error| Error::Network(error.into()))?;
            let list: List = serde_json::from_slice(&bytes).map_err(|_| Error::Malformed)?;
            secrets.extend(list.items.into_iter().map(Object::into_parsed));
            match list.metadata.next.filter(|token| !token.is_empty()) {
                Some(token) => next = Some(token),
                None => {
                    self.secrets = secrets;
                    return Ok(list.metadata.resource_version);
                }
            }
        }
    }

    /// Applies events until the server ends the watch.
    async fn watch(&mut self, version: &mut String, publish: &mut impl FnMut(Contents)) -> Result<(), Error> {
        let query = [
            ("watch", "true".to_owned()),
            ("allowWatchBookmarks", "true".to_owned()),
            ("resourceVersion", version.clone()),
            ("timeoutSeconds", WATCH_SECONDS.to_string()),
        ];
        let patience = Duration::from_secs(WATCH_SECONDS + 30);
        let mut response = self.get(&query, u64::MAX, patience).await?;
        let mut buffer = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| Error::Network(error.into()))? {
            buffer.extend_from_slice(&chunk);
            let mut changed = false;
            while let Some(end) = buffer.iter().position(|&byte| byte == b'\n') {
                let line = Zeroizing::new(buffer.drain(..=end).collect::<Vec<u8>>());
                changed |= self.apply(&line, version)?;
            }
            if changed {
                publish(self.contents());
            }
            if buffer.len() > MAX_EVENT {
                return Err(Error::Malformed);
            }
        }
        Ok(())
    }

    /// Applies one event; true if a Secret has changed.
    fn apply(&mut self, line: &[u8], version: &mut String) -> Result<bool, Error> {
        let Event { kind, object } = serde_json::from_slice(line).map_err(|_| Error::Malformed)?;
        if kind == "ERROR" {
            return Err(object.code.map_or(Error::Malformed, |code| {
                if code == 410 { Error::Gone } else { Error::Status(code) }
            }));
        }
        object.metadata.resource_version.clone_into(version);
        let changed = match kind.as_str() {
            "ADDED" | "MODIFIED" => {
                let (name, parsed) = object.into_parsed();
                self.secrets.insert(name, parsed);
                true
            }
            "DELETED" => self.secrets.remove(&object.metadata.name).is_some(),
            _ => false,
        };
        Ok(changed)
    }

    async fn get(&self, query: &[(&str, String)], limit: u64, patience: Duration) -> Result<Response, Error> {
        let path = format!("api/v1/namespaces/{}/secrets", self.namespace);
        let mut url = self.access.api.join(&path).map_err(|error| Error::Network(error.into()))?;
        url.query_pairs_mut().append_pair("labelSelector", SELECTOR).extend_pairs(query);
        let read = |path: &PathBuf| {
            fs_err::read_to_string(path).map_err(|cause| Error::File { path: path.clone(), cause })
        };
        let token = Zeroizing::new(read(&self.access.token_file)?);
        let tls = match &self.access.ca_file {
            Some(file) => Tls::roots(read(file)?.as_bytes()),
            None => Tls::Configured,
        };
        let plain_http = url.scheme() == "http";
        let call = Call::get(url)
            .with_header(http::header::AUTHORIZATION, &format!("Bearer {}", token.trim()))
            .with_header(http::header::ACCEPT, "application/json")
            .with_transport(Some(Transport { tls, plain_http, ..Transport::default() }));
        let response =
            open(&self.client, call, limit, Deadline::after(patience)).await.map_err(Error::Network)?;
        match response.status().as_u16() {
            200 => Ok(response),
            410 => Err(Error::Gone),
            status => Err(Error::Status(status)),
        }
    }

    fn contents(&self) -> Contents {
        let mut contents = Contents::default();
        for (name, parsed) in &self.secrets {
            match parsed {
                Parsed::Entry(entry) => contents.entries.push((**entry).clone()),
                Parsed::Git => {}
                Parsed::Problem(reason) => contents.problem(&label(name), reason),
            }
        }
        contents
    }
}

// === impl Object ===

impl Object {
    fn into_parsed(self) -> (String, Parsed) {
        let secret_type = match self.metadata.labels.get(LABEL).map(String::as_str) {
            Some("repo-creds") => SecretType::Template,
            _ => SecretType::Repository,
        };
        let parsed = match decode(self.data) {
            Some(data) => argocd::parse(&label(&self.metadata.name), secret_type, &data),
            None => Parsed::Problem("its data is not the base64 of text".to_owned()),
        };
        (self.metadata.name, parsed)
    }
}

fn label(name: &str) -> String {
    format!("argocd/{name}")
}

/// Keeps what has a meaning here; everything else is overwritten where it lies.
fn decode(data: BTreeMap<String, Secret>) -> Option<Data> {
    let known = data.into_iter().filter(|(key, _)| KEYS.contains(&key.as_str()));
    known
        .map(|(key, value)| {
            let text = String::from_utf8(STANDARD.decode(value.expose()).ok()?).ok()?;
            Some((key, Secret::new(text)))
        })
        .collect()
}

fn warn(error: &Error, message: &'static str) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::warn!(%error, cause, "{message}");
}

#[cfg(test)]
mod tests;
