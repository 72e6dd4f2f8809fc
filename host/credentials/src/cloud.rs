//! The identity that the cloud gives this process, and what its registries take for it (rule R8).
//!
//! Each provider's exchange is spoken here, without its tools and without a subprocess (rule R32). The addresses
//! are fixed, or checked against the provider's own names: an endpoint from elsewhere would be a way out for the
//! identity (rule R16).

mod aws;
mod azure;
mod calendar;
mod clock;
mod environment;
mod google;

use std::sync::Arc;
use std::time::Duration;

use network::Deadline;
use policy::{Cloud, RegistryHost};
use serde::de::DeserializeOwned;

pub(crate) use self::clock::Clock;
pub use self::environment::{AwsEnvironment, AzureEnvironment, Environment, GoogleEnvironment};
use crate::config::IdentityConfig;
use crate::secret::Secret;
use crate::token::{Failure, Fetched, Lease, Tokens};
use crate::wire::{Call, Reply, Wire, WireError};

/// How long a metadata service is waited for; on machines that have none, nobody answers.
const METADATA_PATIENCE: Duration = Duration::from_secs(2);

/// How long a refresh in the background may take.
const REFRESH_PATIENCE: Duration = Duration::from_secs(30);

/// What a registry takes.
#[derive(Debug)]
pub(crate) enum Minted {
    Password { username: &'static str, password: Secret },
    RefreshToken(Secret),
}

/// Mints what registries take, once per identity and registry (rule R9).
#[derive(Clone)]
pub(crate) struct Clouds {
    inner: Arc<Inner>,
}

struct Inner {
    speaker: Speaker,
    minted: Tokens<(IdentityConfig, RegistryHost), Minted, Arc<Error>>,
}

/// What the exchanges need of the outside.
struct Speaker {
    environment: Environment,
    wire: Arc<dyn Wire>,
    metadata: Arc<dyn Wire>,
    clock: Clock,
}

/// Why there is no identity, without a word of a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The environment has no identity of this cloud.
    #[error("this process has no identity of {provider}: {looked}")]
    Absent {
        /// The cloud.
        provider: &'static str,
        /// Where it was looked for.
        looked: &'static str,
    },
    /// A file that the environment names can't be used.
    #[error("failed to read the file of `{variable}`")]
    File {
        /// The variable that names it.
        variable: &'static str,
        /// What went wrong.
        #[source]
        cause: std::io::Error,
    },
    /// Something in the environment or a file is not allowed.
    #[error("{what} is not allowed: {reason}")]
    Forbidden {
        /// What.
        what: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// The host is no registry of this cloud.
    #[error("`{host}` is no registry of {provider}")]
    Foreign {
        /// The host.
        host: RegistryHost,
        /// The cloud.
        provider: &'static str,
    },
    /// A service of the cloud could not be reached.
    #[error("failed to reach {service}")]
    Network {
        /// The service.
        service: &'static str,
        /// What went wrong.
        #[source]
        cause: WireError,
    },
    /// A service of the cloud said no.
    #[error("{service} answered with status {status}{}", code.as_deref().map(|code| format!(", `{code}`")).unwrap_or_default())]
    Refused {
        /// The service.
        service: &'static str,
        /// The status.
        status: u16,
        /// The code that it gives for the reason.
        code: Option<String>,
    },
    /// An answer that can't be understood.
    #[error("the answer of {service} is not what it is documented to be: {problem}")]
    Malformed {
        /// The service.
        service: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A private key that can't be used.
    #[error("the private key of the service account can't be used")]
    Key,
}

// === impl Clouds ===

impl Clouds {
    pub(crate) fn new(environment: Environment, wire: Arc<dyn Wire>, metadata: Arc<dyn Wire>) -> Self {
        let speaker = Speaker { environment, wire, metadata, clock: Clock::default() };
        Self { inner: Arc::new(Inner { speaker, minted: Tokens::new() }) }
    }

    /// What the registry at `host` takes for the identity of `config`.
    pub(crate) async fn mint(
        &self,
        config: &IdentityConfig,
        host: &RegistryHost,
        deadline: Deadline,
    ) -> Result<Arc<Lease<Minted>>, Arc<Error>> {
        let key = (config.clone(), host.clone());
        let lease = self.inner.minted.get(&key, async || self.inner.fetch(&key, deadline).await).await?;
        if lease.is_due() {
            self.refresh_in_background(key);
        }
        Ok(lease)
    }

    /// Forgets what was minted under the number `id`.
    pub(crate) fn invalidate(&self, config: &IdentityConfig, host: &RegistryHost, id: u64) {
        self.inner.minted.invalidate(&(config.clone(), host.clone()), id);
    }

    /// Forgets what is there.
    pub(crate) fn invalidate_current(&self, config: &IdentityConfig, host: &RegistryHost) {
        let key = (config.clone(), host.clone());
        if let Some(lease) = self.inner.minted.peek(&key) {
            self.inner.minted.invalidate(&key, lease.id);
        }
    }

    fn refresh_in_background(&self, key: (IdentityConfig, RegistryHost)) {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            let fetch = async || inner.fetch(&key, Deadline::after(REFRESH_PATIENCE)).await;
            if let Err(error) = inner.minted.refresh(&key, fetch).await {
                tracing::warn!(%error, "failed to refresh a cloud identity; the old one is used while it lasts");
            }
        });
    }
}

// === impl Inner ===

impl Inner {
    async fn fetch(
        &self,
        (config, host): &(IdentityConfig, RegistryHost),
        deadline: Deadline,
    ) -> Result<Fetched<Minted>, Failure<Arc<Error>>> {
        let speaker = &self.speaker;
        // Whose registry it is was checked when the configuration was read; a token of the pod's identity is worth
        // asking twice.
        let minted = match (config, Cloud::of(host)) {
            (IdentityConfig::Aws(identity), Some(cloud @ (Cloud::Ecr(_) | Cloud::EcrPublic))) => {
                aws::mint(speaker, identity, &cloud, deadline).await
            }
            (IdentityConfig::Google(identity), Some(Cloud::Google)) => {
                google::mint(speaker, identity, deadline).await
            }
            (IdentityConfig::Azure(identity), Some(Cloud::Azure(_))) => {
                azure::mint(speaker, identity, host, deadline).await
            }
            _ => Err(Error::Foreign { host: host.clone(), provider: config.provider() }),
        };
        minted.map_err(|error| match error {
            Error::Network { .. } | Error::Refused { status: 429 | 500.., .. } => {
                Failure::Passing(Arc::new(error))
            }
            _ => Failure::Refused(Arc::new(error)),
        })
    }
}

// === impl Speaker ===

impl Speaker {
    /// Asks a public service of the cloud.
    async fn ask(&self, service: &'static str, call: Call, deadline: Deadline) -> Result<Reply, Error> {
        let reply =
            call.send(&*self.wire, deadline).await.map_err(|cause| Error::Network { service, cause })?;
        self.clock.learn(&reply);
        Ok(reply)
    }

    /// Asks the metadata service of the machine or the pod.
    async fn ask_metadata(
        &self,
        service: &'static str,
        call: Call,
        deadline: Deadline,
    ) -> Result<Reply, Error> {
        let deadline = deadline.at_most(METADATA_PATIENCE);
        let sent = call.send(&*self.metadata, deadline).await;
        sent.map_err(|cause| Error::Network { service, cause })
    }
}

/// Reads the file that a variable names. Kubelets replace such files, so they are read each time.
fn read_file(variable: &'static str, path: &std::path::Path) -> Result<Secret, Error> {
    let text = fs_err::read_to_string(path).map_err(|cause| Error::File { variable, cause })?;
    Ok(Secret::new(text))
}

/// The JSON of a successful answer.
fn read_json<T: DeserializeOwned>(service: &'static str, reply: &Reply) -> Result<T, Error> {
    if !reply.is_success() {
        return Err(refused(service, reply));
    }
    let problem = "it lacks what is expected";
    serde_json::from_str(reply.body.expose()).map_err(|_| Error::Malformed { service, problem })
}

/// Of an answer that says no, only the code is kept; the text may repeat what was sent.
fn refused(service: &'static str, reply: &Reply) -> Error {
    Error::Refused { service, status: reply.status, code: code_of(reply.body.expose()) }
}

/// The code as the three providers write it: `<Code>…</Code>`, `__type`, or `error`.
fn code_of(body: &str) -> Option<String> {
    let json = || {
        let value: serde_json::Value = serde_json::from_str(body).ok()?;
        let code =
            value.get("__type").or_else(|| value.pointer("/error/status")).or_else(|| value.get("error"))?;
        Some(code.as_str()?.rsplit('#').next()?.to_owned())
    };
    let code = aws::xml_text(body, "Code").map(str::to_owned).or_else(json)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (code.len() <= 64 && code.bytes().all(plain)).then_some(code)
}

#[cfg(test)]
mod tests;
