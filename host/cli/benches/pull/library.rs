//! The library as the sidecar holds it: one client for all charts.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use credentials::config::{CredentialsConfig, EntryConfig, RegistryConfig};
use credentials::{Environment, Parts, Secret};
use network::{Deadline, Host, HostConfig, Reach, Requester, Tls, Transport};
use registry::{ChartRequest, Client, Context};

use crate::{Place, Times, median};

/// New clients with empty caches.
const COLD: usize = 25;

/// Pulls by each of them after its first.
const WARM: usize = 20;

/// The median of first pulls, and of later ones.
pub(crate) async fn pull(place: &Place) -> Times {
    let request =
        ChartRequest::parse(&format!("oci://{}/charts", place.registry.host()), "app", "1.2.3").unwrap();
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..COLD {
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let client = client(&place.registry.host(), place.authority.as_deref(), folder.path());
        client.pull_chart(&context(), &request).await.unwrap();
        cold.push(start.elapsed());
        for _ in 0..WARM {
            let start = Instant::now();
            client.pull_chart(&context(), &request).await.unwrap();
            warm.push(start.elapsed());
        }
    }
    Times { cold: median(cold), warm: median(warm) }
}

pub(crate) fn context() -> Context {
    Context::new(Requester::default(), Deadline::after(Duration::from_secs(60)))
}

/// A client for the registry at `host`, with its store in `folder`.
pub(crate) fn client(host: &str, authority: Option<&test_registry::Authority>, folder: &Path) -> Client {
    let (name, port) = host.split_once(':').unwrap();
    let transport = Transport {
        plain_http: authority.is_none(),
        tls: authority.map_or(Tls::Configured, |authority| Tls::roots(authority.pem().as_bytes())),
        ..Transport::default()
    };
    let mut config = network::Config::new("tiphys-bench");
    let known = HostConfig::named(Host::parse(name).unwrap(), Some(port.parse().unwrap()), transport);
    config.hosts = vec![HostConfig { reach: Reach::Loopback, ..known }];
    let network = network::Client::new(config);
    let store = cache::Store::open(&cache::Config { path: folder.to_owned(), size: 1 << 30 }).unwrap();
    let broker = broker(host, authority.is_none(), &network);
    Client::new(registry::Config::default(), network, Arc::new(broker), store)
}

fn broker(host: &str, plain_http: bool, network: &network::Client) -> credentials::Broker {
    let entry = EntryConfig {
        prefix: host.to_owned(),
        projects: Vec::new(),
        username: Some("user".to_owned()),
        password: Some(Secret::new("canary".to_owned())),
        password_file: None,
        token_file: None,
    };
    let registry = RegistryConfig { prefix: host.to_owned(), plain_http, ..RegistryConfig::default() };
    credentials::Broker::new(Parts {
        config: CredentialsConfig { entries: vec![entry], ..CredentialsConfig::default() },
        registries: vec![registry],
        environment: Environment::default(),
        wire: Arc::new(network.clone()),
        metadata: Arc::new(network.clone()),
        audit: Arc::new(credentials::audit::Log),
        helpers: None,
        kubernetes: None,
    })
    .unwrap()
}
