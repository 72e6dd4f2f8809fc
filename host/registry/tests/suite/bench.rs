//! What the tests stand on: a client with a store of its own, and a registry to ask.

use std::sync::Arc;
use std::time::Duration;

use cache::Store;
use network::{Deadline, Host, HostConfig, Requester, Tls, Transport};
use registry::{ChartRequest, Client, Config, Context, Freshness};
use test_registry::{Authority, Registry};

use crate::broker::{Credential, TestBroker};

/// A client and the directory of its store.
pub(crate) struct Bench {
    pub(crate) client: Client,
    pub(crate) directory: tempfile::TempDir,
}

/// How to reach `registry` from a client that was told about it.
pub(crate) fn host_of(registry: &Registry, authority: Option<&Authority>) -> HostConfig {
    let transport = Transport {
        plain_http: authority.is_none(),
        tls: authority.map_or(Tls::Configured, |authority| Tls::roots(authority.pem().as_bytes())),
        ..Transport::default()
    };
    HostConfig::named(Host::Domain("localhost".to_owned()), Some(registry.port()), transport)
}

pub(crate) fn network(hosts: Vec<HostConfig>) -> network::Config {
    let mut config = network::Config::new("tiphys-test");
    config.hosts = hosts;
    config.retries.base = Duration::from_millis(5);
    config
}

impl Bench {
    /// A client that reaches `registry`, with this credential for it.
    pub(crate) fn of(registry: &Registry, credential: Option<Credential>) -> Self {
        Self::with(network(vec![host_of(registry, None)]), Config::default(), credential)
    }

    pub(crate) fn with(network: network::Config, config: Config, credential: Option<Credential>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let client = client(network, config, credential, directory.path());
        Self { client, directory }
    }
}

pub(crate) fn client(
    network: network::Config,
    config: Config,
    credential: Option<Credential>,
    directory: &std::path::Path,
) -> Client {
    let store = Store::open(&cache::Config { path: directory.to_owned(), size: 1 << 30 }).unwrap();
    let network = network::Client::new(network);
    let broker = TestBroker::new(network.clone(), credential);
    Client::new(config, network, Arc::new(broker), store)
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
    ChartRequest::parse(&format!("oci://{}/charts", registry.host()), "app", version).unwrap()
}

/// The archive of `app`.
pub(crate) fn archive(version: &str) -> Vec<u8> {
    test_registry::chart::archive("app", version, &[("templates/a.yaml", b"a: 1\n")])
}
