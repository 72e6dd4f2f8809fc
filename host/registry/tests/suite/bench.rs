//! What the tests stand on: a client with a store of its own, and a registry to ask.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cache::Store;
use credentials::config::{CredentialsConfig, EntryConfig, RegistryConfig};
use credentials::{Environment, Parts};
use network::{Deadline, Host, HostConfig, Reach, Requester, Resolver, Tls, Transport};
use registry::{ChartRequest, Client, Config, Context, Freshness};
use test_registry::{Authority, Registry};

/// A user and a password.
#[derive(Clone, Copy)]
pub(crate) struct Credential {
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
}

/// The one whose password must not be seen anywhere but at its own registry.
pub(crate) const CANARY: Credential = Credential { user: "user", password: "canary" };

/// What a client is made of.
pub(crate) struct Setup {
    pub(crate) network: network::Config,
    pub(crate) config: Config,
    /// Prefix → credential.
    pub(crate) credentials: Vec<(String, Credential)>,
    /// Whose the credentials are; everybody's if it is empty.
    pub(crate) projects: Vec<String>,
    pub(crate) registries: Vec<RegistryConfig>,
}

/// A client and the directory of its store.
pub(crate) struct Bench {
    pub(crate) client: Client,
    pub(crate) directory: tempfile::TempDir,
}

/// All names are this machine, as far as tests go.
struct Loopback;

#[async_trait::async_trait]
impl Resolver for Loopback {
    async fn resolve(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        match host {
            "metadata.test" => Ok(vec![[169, 254, 169, 254].into()]),
            "both.test" => Ok(vec![[192, 0, 2, 1].into(), [127, 0, 0, 1].into()]),
            "nowhere.test" => Err(std::io::Error::other("no such name")),
            _ => Ok(vec![[127, 0, 0, 1].into()]),
        }
    }
}

/// How to reach `registry` under `name`.
pub(crate) fn host_as(name: &str, registry: &Registry, authority: Option<&Authority>) -> HostConfig {
    host_at(name, registry.port(), authority)
}

/// How to reach what listens at `port` under `name`.
pub(crate) fn host_at(name: &str, port: u16, authority: Option<&Authority>) -> HostConfig {
    let transport = Transport {
        plain_http: authority.is_none(),
        tls: authority.map_or(Tls::Configured, |authority| Tls::roots(authority.pem().as_bytes())),
        ..Transport::default()
    };
    let host = Host::parse(name).unwrap();
    HostConfig { reach: Reach::Loopback, ..HostConfig::named(host, Some(port), transport) }
}

pub(crate) fn host_of(registry: &Registry, authority: Option<&Authority>) -> HostConfig {
    host_as("localhost", registry, authority)
}

impl Setup {
    /// For a client that knows `hosts`, each of which it speaks plain `http` to if it says so.
    pub(crate) fn new(hosts: Vec<HostConfig>) -> Self {
        let mut network = network::Config::new("tiphys-test");
        network.retries.base = Duration::from_millis(5);
        network.resolver = Arc::new(Loopback);
        let registries = hosts.iter().map(|host| RegistryConfig {
            prefix: format!("{}:{}", host.host, host.port.unwrap()),
            plain_http: host.transport.plain_http,
            ..RegistryConfig::default()
        });
        let registries = registries.collect();
        network.hosts = hosts;
        Self { network, config: Config::default(), credentials: Vec::new(), projects: Vec::new(), registries }
    }

    pub(crate) fn with_credential(mut self, prefix: &str, credential: Credential) -> Self {
        self.credentials.push((prefix.to_owned(), credential));
        self
    }

    pub(crate) fn start(self) -> Bench {
        let directory = tempfile::tempdir().unwrap();
        let client = self.client(directory.path());
        Bench { client, directory }
    }

    /// A client with its store in `directory`.
    pub(crate) fn client(self, directory: &Path) -> Client {
        let store = Store::open(&cache::Config { path: directory.to_owned(), size: 1 << 30 }).unwrap();
        let network = network::Client::new(self.network);
        let entries = self.credentials.iter().enumerate().map(|(number, (prefix, credential))| {
            let file = directory.join(format!("password-{number}"));
            fs_err::write(&file, credential.password).unwrap();
            EntryConfig {
                prefix: prefix.clone(),
                projects: self.projects.clone(),
                username: Some(credential.user.to_owned()),
                password: None,
                password_file: Some(file),
                token_file: None,
            }
        });
        let parts = Parts {
            config: CredentialsConfig { entries: entries.collect(), ..CredentialsConfig::default() },
            registries: self.registries,
            environment: Environment::default(),
            wire: Arc::new(network.clone()),
            metadata: Arc::new(network.clone()),
            audit: Arc::new(credentials::audit::Log),
            helpers: None,
            kubernetes: None,
        };
        let broker = credentials::Broker::new(parts).unwrap();
        Client::new(self.config, network, Arc::new(broker), store)
    }
}

impl Bench {
    /// A client that reaches `registry`, with this credential for it.
    pub(crate) fn of(registry: &Registry, credential: Option<Credential>) -> Self {
        let setup = Setup::new(vec![host_of(registry, None)]);
        match credential {
            Some(credential) => setup.with_credential(&registry.host(), credential).start(),
            None => setup.start(),
        }
    }
}

pub(crate) fn context() -> Context {
    Context::new(Requester::default(), Deadline::after(Duration::from_secs(30)))
}

pub(crate) fn refresh() -> Context {
    Context { freshness: Freshness::Refresh, ..context() }
}

pub(crate) fn offline() -> Context {
    Context { freshness: Freshness::Offline, ..context() }
}

/// `charts/app` of `registry`.
pub(crate) fn app(registry: &Registry, version: &str) -> ChartRequest {
    app_at(&registry.host(), version)
}

/// `charts/app` at `host`.
pub(crate) fn app_at(host: &str, version: &str) -> ChartRequest {
    ChartRequest::parse(&format!("oci://{host}/charts"), "app", version).unwrap()
}

/// The archive of `app`.
pub(crate) fn archive(version: &str) -> Vec<u8> {
    test_registry::chart::archive("app", version, &[("templates/a.yaml", b"a: 1\n")])
}
