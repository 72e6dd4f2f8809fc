//! Rules R3, R4, R6 and R27, with the real broker and registries in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use network::broker::BrokerError;
use network::{Authorizer, Destination};
use policy::{FetchLimits, Grant, PaceLimits};
use test_registry::{Content, Options, Reply, Seen};

use super::super::ProjectPace;
use super::super::testing::{Bench, Memory};
use super::*;

#[test]
fn a_chart_is_granted_by_the_place_it_is_in() {
    assert_eq!(address("oci://ghcr.io/acme/", "web"), "oci://ghcr.io/acme/web");
    assert_eq!(address("oci://ghcr.io/acme/web", ""), "oci://ghcr.io/acme/web");
    assert_eq!(address("https://charts.example.com", "web"), "https://charts.example.com/web");
}

impl Bench {
    fn push(&self, name: &str, size: usize) {
        // Noise, so that it stays as large as it is.
        let noise: Vec<u8> =
            (0..size as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
        let archive = test_registry::chart::archive(name, "1.0.0", &[("noise", &noise)]);
        self.server.push_chart(&format!("team/{name}"), "1.0.0", &archive);
    }

    fn registries(&self, project: &str, limits: FetchLimits) -> GrantedRegistries {
        let requester = Requester { project: Some(project.to_owned()), application: Some("app".to_owned()) };
        let meter = Meter::new(limits, self.outside.pace.clone(), &requester);
        GrantedRegistries::new(self.outside.clone(), &requester, Arc::new(meter))
    }

    fn request(&self, name: &str) -> ChartRequest {
        let repository = format!("oci://{}/team", self.server.host());
        ChartRequest { repository, name: name.to_owned(), version: "1.0.0".to_owned() }
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const FEW: FetchLimits = FetchLimits { references: 2, bytes: 1 << 30, parallel: 8, time: MINUTE };

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
    let limits = FetchLimits { bytes: 15_000, parallel: 1, ..FetchLimits::default() };
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
    let limits = FetchLimits { bytes: 15_000, parallel: 1, ..FetchLimits::default() };
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

/// A registry that does not answer costs a render the time that it has, once.
#[tokio::test]
async fn a_render_has_so_much_time() {
    let bench = Bench::with(Options { latency: MINUTE, ..Options::default() }, &[]).await;
    let limits = FetchLimits { time: Duration::from_millis(300), ..FetchLimits::default() };
    let registries = bench.registries("a", limits);
    let began = std::time::Instant::now();
    let first = registries.pull_charts(vec![bench.request("a")]).await.remove(0).unwrap_err();
    assert!(began.elapsed() < MINUTE / 2, "{:?}", began.elapsed());
    let spent = "more than 300ms spent with fetching in one render";
    assert_ne!(first.message, spent, "it was tried");
    let again = registries.pull_charts(vec![bench.request("a"), bench.request("b")]).await;
    assert!(again.iter().all(|pulled| pulled.as_ref().unwrap_err().message == spent), "{again:?}");
    let reference = format!("oci://{}/team/a", bench.server.host());
    assert_eq!(registries.versions(&reference).await.unwrap_err().message, spent);
    // Another render begins anew.
    assert_ne!(bench.registries("a", limits).versions(&reference).await.unwrap_err().message, spent);
}

#[tokio::test]
async fn a_project_fetches_so_fast() {
    let mut bench = Bench::new(&[]).await;
    bench.push("a", 10);
    bench.outside.pace = ProjectPace::new(PaceLimits { burst: 3, interval: 100 * MINUTE });
    let pull = async |project: &str| {
        let registries = bench.registries(project, FetchLimits::default());
        registries.pull_charts(vec![bench.request("a")]).await.remove(0)
    };
    for _ in 0..3 {
        assert!(pull("busy").await.is_ok());
    }
    let message = pull("busy").await.unwrap_err().message;
    assert!(message.starts_with("project `busy` fetches more than its share: 3 at once"), "{message}");
    assert!(pull("other").await.is_ok());
}

/// Rule R3: it is refused before anybody is asked.
#[tokio::test]
async fn what_is_not_granted_is_not_fetched() {
    let mut bench = Bench::new(&[]).await;
    bench.push("a", 10);
    bench.outside.grant =
        Arc::new(Grant { registry: vec!["oci://ghcr.io/acme/**".parse().unwrap()], network: vec![] });
    let registries = bench.registries("a", FetchLimits::default());
    let reference = format!("oci://{}/team/a", bench.server.host());
    let refused = [
        registries.pull_charts(vec![bench.request("a")]).await.remove(0).unwrap_err(),
        registries.resolve(&reference, Some("1.0.0")).await.unwrap_err(),
        registries.versions(&reference).await.unwrap_err(),
        registries.pull_artifact(&format!("{reference}:1.0.0")).await.unwrap_err(),
    ];
    for failure in refused {
        assert!(failure.message.contains("this plugin may not fetch"), "{}", failure.message);
    }
    assert!(bench.server.requests().is_empty());
}

/// Shows each user charts of their own in the same place: `1.0.0`, and `1.0.0-USER`, which others do not have.
fn by_user(users: &[(&str, &str)]) -> impl FnMut(&Seen) -> Option<Reply> + Send + use<> {
    let shown: Vec<(String, Content)> = users
        .iter()
        .map(|(user, password)| {
            let mut content = Content::default();
            for version in ["1.0.0".to_owned(), format!("1.0.0-{user}")] {
                let archive = test_registry::chart::archive("app", &version, &[("owner", user.as_bytes())]);
                content.chart("team/app", &version, &archive);
            }
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
    if path.starts_with("/v2/team/app/tags/list") {
        let tags: Vec<&String> = content.tags["team/app"].keys().collect();
        return Some(Reply::new(200).body(serde_json::json!({"tags": tags}).to_string()));
    }
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

/// Lists of tags, what a range comes to, and that something is not there: each project has its own.
#[tokio::test]
async fn projects_never_get_each_others_tags_and_refusals() {
    let bench = Bench::new(&[("ann", "secret-ann", "team-a"), ("bob", "secret-bob", "team-b")]).await;
    bench.server.intercept(by_user(&[("ann", "secret-ann"), ("bob", "secret-bob")]));
    let repository = format!("oci://{}/team/app", bench.server.host());
    for _ in 0..2 {
        for (project, own, others) in
            [("team-a", "1.0.0-ann", "1.0.0-bob"), ("team-b", "1.0.0-bob", "1.0.0-ann")]
        {
            let registries = bench.registries(project, FetchLimits::default());
            let versions = registries.versions(&repository).await.unwrap();
            assert_eq!(versions, ["1.0.0", own], "for {project}");
            let range = registries.resolve(&repository, Some(">=1.0.0-0 <1.0.0-zzz")).await.unwrap();
            assert_eq!(range.version, own, "for {project}");
            assert!(owner(&bench, project, own).await.is_ok(), "{own} for {project}");
            let refused = owner(&bench, project, others).await.unwrap_err();
            assert!(refused.message.contains("404"), "{others} for {project}: {}", refused.message);
        }
        assert!(
            bench.registries("team-c", FetchLimits::default()).versions(&repository).await.is_err(),
            "who has no credential sees no tags"
        );
    }
}

/// Rule R27 for a second machine that has everything of the first one in reach: the bytes are shared, the right to
/// them is not.
#[tokio::test]
async fn what_machines_share_is_for_who_may_fetch_it() {
    let shared = Memory::default();
    let entries = [("ann", "secret-ann", "team-a"), ("bob", "secret-bob", "team-b")];
    let one = Bench::sharing(Options::default(), &entries, Some(&shared)).await;
    one.server.intercept(by_user(&[("ann", "secret-ann"), ("bob", "secret-bob")]));
    let (_, digest) = owner(&one, "team-a", "1.0.0-ann").await.unwrap();
    let kept = shared.0.lock().unwrap().len();
    assert!(kept > 0, "nothing is shared");
    let two = Bench::sharing(Options::default(), &entries, Some(&shared)).await;
    two.server.intercept(by_user(&[("ann", "secret-ann"), ("bob", "secret-bob")]));
    for project in ["team-b", "team-c"] {
        for version in ["1.0.0-ann", &digest] {
            assert!(owner(&two, project, version).await.is_err(), "{version} for {project}");
        }
    }
    assert_eq!(owner(&two, "team-a", &digest).await.unwrap().0, "ann");
    let blobs = two.server.log().iter().filter(|line| line.contains("/blobs/")).count();
    assert_eq!((blobs, shared.0.lock().unwrap().len()), (0, kept), "the bytes came from what is shared");
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
