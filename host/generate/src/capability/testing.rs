//! What the tests of the capabilities share: a registry on this machine, and the real way to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use cache::Digest;
use credentials::config::{CredentialsConfig, EntryConfig, RegistryConfig};
use credentials::{Environment, Parts, Secret, audit};
use network::{HostConfig, Ports, Reach, Transport, Unlisted};
use policy::Grant;
use registry::Freshness;
use test_registry::Options;

use super::{Outside, ProjectPace};

/// A registry, and the way to it.
pub(super) struct Bench {
    pub(super) server: test_registry::Registry,
    pub(super) outside: Outside,
    _cache: tempfile::TempDir,
}

impl Bench {
    /// With an entry for each `(user, password, project)`.
    pub(super) async fn new(entries: &[(&str, &str, &str)]) -> Self {
        Self::with(Options::default(), entries).await
    }

    pub(super) async fn with(options: Options, entries: &[(&str, &str, &str)]) -> Self {
        Self::sharing(options, entries, None).await
    }

    pub(super) async fn sharing(
        options: Options,
        entries: &[(&str, &str, &str)],
        shared: Option<&Memory>,
    ) -> Self {
        let server = test_registry::Registry::start(options).await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = network::Config::new("test");
        config.unlisted = Unlisted { reach: Reach::Loopback, ports: Ports::Any };
        config.hosts = ["localhost", "127.0.0.1"].map(|host| plain(host, server.port())).into();
        let network = network::Client::new(config);
        let broker = broker(&server.host(), entries, &network);
        let store =
            cache::Store::open(&cache::Config { path: folder.path().to_owned(), size: 1 << 30 }).unwrap();
        let store = match shared {
            Some(shared) => store.with_shared(Box::new(shared.clone())),
            None => store,
        };
        let registry = registry::Client::new(
            registry::Config::default(),
            network.clone(),
            Arc::new(broker.clone()),
            store,
        );
        let grant = Arc::new(Grant { registry: vec!["oci://**".parse().unwrap()], network: vec![] });
        let pace = ProjectPace::default();
        let outside =
            Outside { registry, network, broker, grant, freshness: Freshness::Cached, ledger: None, pace };
        Self { server, outside, _cache: folder }
    }
}

/// A host that speaks plain http.
fn plain(host: &str, port: u16) -> HostConfig {
    let transport = Transport { plain_http: true, ..Transport::default() };
    HostConfig::named(
        network::Url::parse(&format!("http://{host}")).unwrap().host().unwrap().to_owned(),
        Some(port),
        transport,
    )
}

fn broker(host: &str, entries: &[(&str, &str, &str)], network: &network::Client) -> credentials::Broker {
    let entry = |(user, password, project): &(&str, &str, &str)| EntryConfig {
        prefix: host.to_owned(),
        projects: vec![(*project).to_owned()],
        username: Some((*user).to_owned()),
        password: Some(Secret::new((*password).to_owned())),
        password_file: None,
        token_file: None,
    };
    let config =
        CredentialsConfig { entries: entries.iter().map(entry).collect(), ..CredentialsConfig::default() };
    let plain = RegistryConfig { prefix: host.to_owned(), plain_http: true, ..RegistryConfig::default() };
    credentials::Broker::new(Parts {
        config,
        registries: vec![plain],
        environment: Environment::default(),
        wire: Arc::new(network.clone()),
        metadata: Arc::new(network.clone()),
        audit: Arc::new(audit::Log),
        helpers: None,
        kubernetes: None,
    })
    .unwrap()
}

/// What several machines share.
#[derive(Clone, Default)]
pub(super) struct Memory(pub(super) Arc<Mutex<HashMap<String, Bytes>>>);

#[async_trait]
impl cache::Shared for Memory {
    async fn get(&self, digest: &Digest) -> Result<Option<Bytes>, cache::SharedError> {
        Ok(self.0.lock().unwrap().get(&digest.to_string()).cloned())
    }

    async fn put(&self, digest: &Digest, bytes: &Bytes) -> Result<(), cache::SharedError> {
        self.0.lock().unwrap().insert(digest.to_string(), bytes.clone());
        Ok(())
    }
}
