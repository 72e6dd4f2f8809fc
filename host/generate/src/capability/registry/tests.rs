//! Rules R4, R6 and R27, with the real broker and registries in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credentials::config::{CredentialsConfig, EntryConfig, RegistryConfig};
use credentials::{Environment, Parts, Secret, audit};
use network::broker::BrokerError;
use network::{Authorizer, Destination, Ports, Reach, Unlisted};
use policy::Grant;
use registry::Freshness;
use test_registry::{Content, Options, Reply, Seen};

use super::*;

#[test]
fn a_chart_is_granted_by_the_place_it_is_in() {
    assert_eq!(address("oci://ghcr.io/acme/", "web"), "oci://ghcr.io/acme/web");
    assert_eq!(address("oci://ghcr.io/acme/web", ""), "oci://ghcr.io/acme/web");
    assert_eq!(address("https://charts.example.com", "web"), "https://charts.example.com/web");
}

/// A registry, and the way to it.
struct Bench {
    server: test_registry::Registry,
    outside: Outside,
    _cache: tempfile::TempDir,
}

impl Bench {
    /// With an entry for each `(user, password, project)`.
    async fn new(entries: &[(&str, &str, &str)]) -> Self {
        let server = test_registry::Registry::start(Options::default()).await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = network::Config::new("test");
        config.unlisted = Unlisted { reach: Reach::Loopback, ports: Ports::Any };
        let network = network::Client::new(config);
        let broker = broker(&server.host(), entries, &network);
        let store =
            cache::Store::open(&cache::Config { path: folder.path().to_owned(), size: 1 << 30 }).unwrap();
        let registry = registry::Client::new(
            registry::Config::default(),
            network.clone(),
            Arc::new(broker.clone()),
            store,
        );
        let grant = Arc::new(Grant { registry: vec!["oci://**".parse().unwrap()], network: vec![] });
        let outside =
            Outside { registry, network, broker, grant, freshness: Freshness::Cached, ledger: None };
        Self { server, outside, _cache: folder }
    }

    fn push(&self, name: &str, size: usize) {
        // Noise, so that it stays as large as it is.
        let noise: Vec<u8> =
            (0..size as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
        let archive = test_registry::chart::archive(name, "1.0.0", &[("noise", &noise)]);
        self.server.push_chart(&format!("team/{name}"), "1.0.0", &archive);
    }

    fn registries(&self, project: &str, limits: FetchLimits) -> GrantedRegistries {
        let requester = Requester { project: Some(project.to_owned()), application: Some("app".to_owned()) };
        let fresh = GrantedRegistries::new(self.outside.clone(), &requester);
        GrantedRegistries { limits, budget: Mutex::new(FetchBudget::new(limits)), ..fresh }
    }

    fn request(&self, name: &str) -> ChartRequest {
        let repository = format!("oci://{}/team", self.server.host());
        ChartRequest { repository, name: name.to_owned(), version: "1.0.0".to_owned() }
    }
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

const FEW: FetchLimits = FetchLimits { references: 2, bytes: 1 << 30, parallel: 8 };

#[tokio::test]
async fn a_render_has_so_many_references() {
    let bench = Bench::new(&[]).await;
    for name in ["a", "b", "c"] {
        bench.push(name, 10);
    }
    let registries = bench.registries("a", FEW);
    let names = ["a", "b", "a", "c"].map(|name| bench.request(name));
    let pulled = registries.pull_charts(names.to_vec()).await;
    let fine: Vec<bool> = pulled.iter().map(Result::is_ok).collect();
    assert_eq!(fine, [true, true, true, false], "{pulled:?}");
    assert_eq!(pulled[3].as_ref().unwrap_err().message, "more than 2 different references in one render");
    assert!(
        !bench.server.log().iter().any(|line| line.contains("team/c")),
        "it is refused before it is fetched"
    );
    let other = format!("oci://{}/team/c:1.0.0", bench.server.host());
    assert!(registries.resolve(&other, None).await.is_err());
    assert!(registries.versions(&other).await.is_err());
    assert!(registries.pull_artifact(&other).await.is_err());
    // Another render begins anew.
    assert!(bench.registries("a", FEW).pull_charts(vec![bench.request("c")]).await[0].is_ok());
}

/// Every version is a reference of its own.
#[tokio::test]
async fn versions_count_one_by_one() {
    let bench = Bench::new(&[]).await;
    let registries = bench.registries("a", FEW);
    let version = |version: &str| ChartRequest { version: version.to_owned(), ..bench.request("a") };
    let pulled = registries.pull_charts(["1.0.0", "1.0.1", "1.0.2"].map(version).to_vec()).await;
    let message = |index: usize| pulled[index].as_ref().unwrap_err().message.clone();
    assert!(!message(1).contains("different references"), "{}", message(1));
    assert!(message(2).contains("more than 2 different references"), "{}", message(2));
}

#[tokio::test]
async fn a_render_has_so_many_bytes() {
    let bench = Bench::new(&[]).await;
    for name in ["a", "b", "c"] {
        bench.push(name, 10_000);
    }
    let limits = FetchLimits { references: 64, bytes: 15_000, parallel: 1 };
    let registries = bench.registries("a", limits);
    let pulled = registries.pull_charts(["a", "b", "c"].map(|name| bench.request(name)).to_vec()).await;
    assert!(pulled[0].is_ok(), "{pulled:?}");
    for pulled in &pulled[1..] {
        assert_eq!(pulled.as_ref().unwrap_err().message, "more than 15000 bytes fetched in one render");
    }
    assert!(!bench.server.log().iter().any(|line| line.contains("team/c")), "nothing is fetched any more");
}

/// What comes out of the cache counts like what comes over the network.
#[tokio::test]
async fn bytes_out_of_the_cache_count() {
    let bench = Bench::new(&[]).await;
    bench.push("a", 10_000);
    let limits = FetchLimits { references: 64, bytes: 15_000, parallel: 1 };
    for _ in 0..2 {
        let registries = bench.registries("a", limits);
        let twice = registries.pull_charts(vec![bench.request("a"), bench.request("a")]).await;
        assert!(twice[0].is_ok() && twice[1].is_err(), "{twice:?}");
    }
}

/// Finds a credential slowly, and counts how many are looked for at once.
struct Slow {
    broker: credentials::Broker,
    now: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl network::Broker for Slow {
    async fn authorizer(
        &self,
        requester: &Requester,
        destination: &Destination,
        deadline: Deadline,
    ) -> Result<Arc<dyn Authorizer>, BrokerError> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        network::Broker::authorizer(&self.broker, requester, destination, deadline).await
    }
}

#[tokio::test]
async fn a_render_fetches_so_many_at_once() {
    let mut bench = Bench::new(&[]).await;
    let names = ["a", "b", "c", "d", "e", "f"];
    names.iter().for_each(|name| bench.push(name, 10));
    let broker = bench.outside.broker.clone();
    let slow = Arc::new(Slow { broker, now: AtomicUsize::new(0), most: AtomicUsize::new(0) });
    bench.outside.registry = bench.outside.registry.with_broker(Arc::clone(&slow) as _);
    let registries = bench.registries("a", FetchLimits { parallel: 2, ..FetchLimits::default() });
    let pulled = registries.pull_charts(names.map(|name| bench.request(name)).to_vec()).await;
    assert!(pulled.iter().all(Result::is_ok), "{pulled:?}");
    assert_eq!(slow.most.load(Ordering::SeqCst), 2);
}

/// Shows each user a chart of their own in the same place.
fn by_user(users: &[(&str, &str)]) -> impl FnMut(&Seen) -> Option<Reply> + Send + use<> {
    let shown: Vec<(String, Content)> = users
        .iter()
        .map(|(user, password)| {
            let mut content = Content::default();
            let archive = test_registry::chart::archive("app", "1.0.0", &[("owner", user.as_bytes())]);
            content.chart("team/app", "1.0.0", &archive);
            (format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))), content)
        })
        .collect();
    move |seen| {
        let sent = seen.authorization.as_deref().unwrap_or_default();
        let Some((_, content)) = shown.iter().find(|(login, _)| login == sent) else {
            return Some(Reply::new(401).header("www-authenticate", "Basic realm=\"r\""));
        };
        Some(show(content, &seen.path).unwrap_or_else(|| Reply::new(404)))
    }
}

fn show(content: &Content, path: &str) -> Option<Reply> {
    if let Some(digest) = path.strip_prefix("/v2/team/app/blobs/") {
        return Some(Reply::new(200).body(content.blobs.get(digest)?.clone()));
    }
    let wanted = path.strip_prefix("/v2/team/app/manifests/")?;
    let digest = content.tags["team/app"].get(wanted).map_or(wanted, String::as_str);
    let (media_type, bytes) = content.manifests.get(&("team/app".to_owned(), digest.to_owned()))?;
    let reply = Reply::new(200).header("content-type", media_type).header("docker-content-digest", digest);
    Some(reply.body(bytes.clone()))
}

async fn owner(bench: &Bench, project: &str, version: &str) -> Result<(String, String), Failure> {
    let registries = bench.registries(project, FetchLimits::default());
    let request = ChartRequest { version: version.to_owned(), ..bench.request("app") };
    let chart = registries.pull_charts(vec![request]).await.remove(0)?;
    let file = chart.files.iter().find(|file| file.path.ends_with("owner")).unwrap();
    Ok((String::from_utf8(file.content.clone()).unwrap(), chart.digest))
}

/// Rules R6 and R27: one host, one cache, two projects.
#[tokio::test]
async fn projects_never_get_each_others_content() {
    let bench = Bench::new(&[("ann", "secret-ann", "team-a"), ("bob", "secret-bob", "team-b")]).await;
    bench.server.intercept(by_user(&[("ann", "secret-ann"), ("bob", "secret-bob")]));
    let mut digests = Vec::new();
    for _ in 0..2 {
        for (project, user) in [("team-a", "ann"), ("team-b", "bob")] {
            let (owner, digest) = owner(&bench, project, "1.0.0").await.unwrap();
            assert_eq!(owner, user, "for {project}");
            digests.push(digest);
        }
    }
    assert_eq!(digests[..2], digests[2..]);
    // By digest, each has its own and not the other's, which is in the cache.
    assert_eq!(owner(&bench, "team-a", &digests[0]).await.unwrap().0, "ann");
    assert!(owner(&bench, "team-a", &digests[1]).await.is_err());
    assert!(owner(&bench, "team-b", &digests[0]).await.is_err());
    // A third project has no credential, and gets nothing of either.
    for version in ["1.0.0", &digests[0], &digests[1]] {
        assert!(owner(&bench, "team-c", version).await.is_err(), "{version}");
    }
}

/// Rule R27: a right that is gone is gone for the cache too; the registry is asked with this project's credential.
#[tokio::test]
async fn a_wrong_password_gets_nothing_out_of_the_cache() {
    let bench = Bench::new(&[("ann", "secret-ann", "team-a"), ("ann", "outdated", "team-b")]).await;
    bench.server.intercept(by_user(&[("ann", "secret-ann")]));
    let (_, digest) = owner(&bench, "team-a", "1.0.0").await.unwrap();
    for version in ["1.0.0", &digest] {
        assert!(owner(&bench, "team-b", version).await.is_err(), "{version}");
    }
    let outdated = format!("Basic {}", STANDARD.encode("ann:outdated"));
    assert!(bench.server.requests().iter().any(|seen| seen.authorization.as_ref() == Some(&outdated)));
}
