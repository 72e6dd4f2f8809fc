//! Where requests may go at all (rules R12, R15, R17, R18).

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use network::{ClientIdentity, Deadline, HostConfig, ProxyUrl, Reach, Resolver, Tls, Transport, Url};
use test_registry::{Auth, Authority, Options, Registry, Reply};

use crate::bench::{CANARY, Setup, app, app_at, archive, context, host_as, host_of};
use crate::hostile::Scene;

const METADATA: [&str; 6] = [
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "metadata.test",
];

#[tokio::test]
async fn r15_metadata_services_in_every_spelling() {
    let scene = Scene::new(Auth::None).await;
    for host in METADATA {
        let asked = scene.bench.client.pull_chart(&context(), &app_at(host, "1.2.3")).await.unwrap_err();
        assert!(asked.chain().contains("can't be reached"), "{host}: {}", asked.chain());
        let there = format!("https://{host}/latest/meta-data/");
        scene.registry.intercept(move |seen| seen.path.contains("/blobs/").then(|| Reply::redirect(&there)));
        let text = scene.fail().await;
        assert!(text.contains("can't be reached"), "{host}: {text}");
    }
}

#[tokio::test]
async fn r15_names_that_lead_inside() {
    let registry = Registry::start(Options::default()).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let trap = Registry::start(Options::default()).await;
    // The operator named them, but not as this machine: it is not for them, whatever the name server says.
    let names = ["inside.test", "both.test"];
    let inside = names.map(|name| HostConfig { reach: Reach::Public, ..host_as(name, &trap, None) });
    let hosts = inside.into_iter().chain([host_of(&registry, None)]).collect();
    let bench = Setup::new(hosts).start();
    for name in names {
        let host = format!("{name}:{}", trap.port());
        assert!(bench.client.pull_chart(&context(), &app_at(&host, "1.2.3")).await.is_err());
        let there = format!("https://{host}/");
        registry.intercept(move |seen| seen.path.contains("/blobs/").then(|| Reply::redirect(&there)));
        assert!(bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.is_err());
    }
    assert_eq!(trap.connections(), 0);
}

/// Leads outside when it is asked first, and inside from then on.
struct Turncoat(AtomicUsize);

#[async_trait::async_trait]
impl Resolver for Turncoat {
    async fn resolve(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
        Ok(vec![if first { [192, 0, 2, 1] } else { [127, 0, 0, 1] }.into()])
    }
}

#[tokio::test]
async fn r15_a_name_server_that_changes_its_answer() {
    let trap = Registry::start(Options::default()).await;
    let mut host = host_as("turncoat.test", &trap, None);
    host.reach = Reach::Public;
    let mut setup = Setup::new(vec![host]).with_credential(&format!("turncoat.test:{}", trap.port()), CANARY);
    setup.network.resolver = Arc::new(Turncoat(AtomicUsize::new(0)));
    setup.network.timeouts.connect = Duration::from_millis(100);
    let request = app_at(&format!("turncoat.test:{}", trap.port()), "1.2.3");
    let bench = setup.start();
    for _ in 0..3 {
        assert!(bench.client.pull_chart(&context(), &request).await.is_err());
    }
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn r16_metadata_services_have_a_client_to_themselves() {
    let trap = Registry::start(Options::default()).await;
    let mut config = network::Config::metadata("tiphys-test");
    let proxy = format!("http://127.0.0.1:{}", trap.port()).parse().unwrap();
    config.resolver = Arc::new(Turncoat(AtomicUsize::new(1)));
    config.retries.attempts = 1;
    let client = network::Client::new(config);
    for url in [trap.url(), "http://metadata.test/", "https://192.0.2.1/", "http://10.0.0.1/"] {
        let deadline = Deadline::after(Duration::from_secs(5));
        let request = network::Request::get(Url::parse(url).unwrap(), deadline).unwrap();
        let error = client.send(request).await.unwrap_err();
        assert!(matches!(error, network::Error::Refused { .. }), "{url}: {error}");
    }
    assert_eq!(trap.connections(), 0);
    // And what fetches charts does not get there even if a proxy would.
    let mut setup = Setup::new(Vec::new());
    setup.network.proxies.https = Some(ProxyUrl::new(proxy));
    let error = setup.start().client.pull_chart(&context(), &app_at(METADATA[0], "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("can't be reached"), "{}", error.chain());
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn r17_ports_and_texts_map_nothing() {
    let scene = Scene::new(Auth::None).await;
    let mut texts = Vec::new();
    for host in ["inside.test", "inside.test:6443", "10.0.0.1", "nowhere.test"] {
        let error = scene.bench.client.pull_chart(&context(), &app_at(host, "1.2.3")).await.unwrap_err();
        texts.push(error.chain().replace(host, "HOST"));
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:#?}");
}

/// A port that nobody named is not connected to, wherever it is.
#[tokio::test]
async fn r17_ports_are_not_scanned() {
    let scene = Scene::with(Auth::None, |setup| setup.network.unlisted.reach = Reach::Loopback).await;
    let there = format!("inside.test:{}", scene.trap.port());
    let error = scene.bench.client.pull_chart(&context(), &app_at(&there, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("can't be reached"), "{}", error.chain());
    let there = format!("https://{there}/blob");
    scene.registry.intercept(move |seen| seen.path.contains("/blobs/").then(|| Reply::redirect(&there)));
    scene.fail().await;
    assert_eq!(scene.trap.connections(), 0);
}

#[tokio::test]
async fn r12_from_https_to_http() {
    let authority = Arc::new(Authority::new());
    let tls = Some((Arc::clone(&authority), Vec::new()));
    let registry =
        Registry::start(Options { auth: Auth::basic("user", "canary"), tls, ..Options::default() }).await;
    let trap = Registry::start(Options::default()).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let there = format!("http://localhost:{}/blob", trap.port());
    registry.intercept(move |seen| seen.path.contains("/blobs/").then(|| Reply::redirect(&there)));
    let hosts = vec![host_of(&registry, Some(&authority)), host_of(&trap, None)];
    let bench = Setup::new(hosts).with_credential(&registry.host(), CANARY).start();
    let error = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("plain http"), "{}", error.chain());
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn r12_round_and_round() {
    let scene = Scene::new(Auth::None).await;
    let back = format!("{}/v2/charts/app/blobs/again", scene.registry.url());
    scene.registry.intercept(move |seen| seen.path.contains("/blobs/").then(|| Reply::redirect(&back)));
    let text = scene.fail().await;
    assert!(text.contains("more than five times"), "{text}");
    let rounds = scene.registry.log().iter().filter(|line| line.contains("/blobs/")).count();
    assert_eq!(rounds, 6);
}

#[tokio::test]
async fn r12_plain_http_is_the_operators_choice() {
    let registry = Registry::start(Options::default()).await;
    let mut host = host_of(&registry, None);
    host.transport.plain_http = false;
    let bench = Setup::new(vec![host]).start();
    let error = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("can't be reached"), "{}", error.chain());
    assert_eq!(registry.log(), [""; 0]);
}

#[tokio::test]
async fn r18_what_is_trusted_here_is_not_trusted_there() {
    let (ours, theirs) = (Arc::new(Authority::new()), Arc::new(Authority::new()));
    let tls = |authority: &Arc<Authority>| Some((Arc::clone(authority), vec!["trap.test".to_owned()]));
    let clients = Some(Arc::clone(&ours));
    let registry = Registry::start(Options { tls: tls(&ours), clients, ..Options::default() }).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    // One trap by an unknown authority, one that asks for our client certificate.
    let unknown = Registry::start(Options { tls: tls(&theirs), ..Options::default() }).await;
    let curious =
        Registry::start(Options { tls: tls(&ours), clients: Some(Arc::clone(&ours)), ..Options::default() })
            .await;
    let (certificate, key) = ours.identity(&["client"]);
    let mut host = host_of(&registry, None);
    host.transport = Transport {
        tls: Tls::Unverified,
        identity: Some(ClientIdentity::new(certificate.as_bytes(), key.as_bytes())),
        ..Transport::default()
    };
    let mut strict = host_as("trap.test", &unknown, None);
    strict.transport.plain_http = false;
    let hosts = vec![host, strict, host_as("trap.test", &curious, Some(&ours))];
    let bench = Setup::new(hosts).start();
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    for trap in [&unknown, &curious] {
        let there = format!("https://trap.test:{}/blob", trap.port());
        registry.push_chart("charts/app", "1.2.4", &archive("1.2.4"));
        registry.intercept(move |seen| seen.path.contains("/blobs/").then(|| Reply::redirect(&there)));
        let answer = bench.client.pull_chart(&context(), &app(&registry, "1.2.4")).await;
        assert!(answer.is_err());
        assert_eq!(trap.log(), [""; 0]);
    }
}

/// What is stored beside a credential is for its own server as well.
#[tokio::test]
async fn r18_what_comes_with_a_request_stays_behind() {
    let (ours, theirs) = (Arc::new(Authority::new()), Arc::new(Authority::new()));
    let start = async |authority: &Arc<Authority>, clients: bool| {
        let tls = Some((Arc::clone(authority), vec!["trap.test".to_owned()]));
        let clients = clients.then(|| Arc::clone(&ours));
        Registry::start(Options { tls, clients, ..Options::default() }).await
    };
    let (registry, unknown, curious) =
        (start(&ours, true).await, start(&theirs, false).await, start(&ours, true).await);
    let (certificate, key) = ours.identity(&["client"]);
    let transport = Transport {
        tls: Tls::Unverified,
        identity: Some(ClientIdentity::new(certificate.as_bytes(), key.as_bytes())),
        ..Transport::default()
    };
    let mut config = network::Config::new("tiphys-test");
    config.retries.attempts = 1;
    config.hosts =
        vec![host_of(&registry, None), host_of(&unknown, Some(&ours)), host_of(&curious, Some(&ours))];
    let client = network::Client::new(config);
    for (trap, connections) in [(&unknown, 1), (&curious, 1)] {
        let there = format!("{}/blob", trap.url());
        registry.intercept(move |_| Some(Reply::redirect(&there)));
        let url = Url::parse(registry.url()).unwrap();
        let request = network::Request::get(url, Deadline::after(Duration::from_secs(5))).unwrap();
        let answer = client.send(request.with_transport(Some(transport.clone()))).await;
        assert!(answer.is_err());
        assert_eq!((trap.log(), trap.connections()), (Vec::new(), connections));
    }
    assert_eq!(registry.log().len(), 2, "the registry itself knows the certificate");
}

/// As Argo CD mounts them: the file of a host replaces the system's roots for it.
#[tokio::test]
async fn r18_each_host_has_its_own_roots() {
    let (ours, theirs) = (Arc::new(Authority::new()), Authority::new());
    let tls = Some((Arc::clone(&ours), Vec::new()));
    let registry = Registry::start(Options { tls, ..Options::default() }).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let directory = tempfile::tempdir().unwrap();
    for (authority, trusted) in [(&*ours, true), (&theirs, false)] {
        fs_err::write(directory.path().join("localhost"), authority.pem()).unwrap();
        let mut host = host_of(&registry, None);
        host.transport.plain_http = false;
        let mut setup = Setup::new(vec![host]);
        setup.network.certificates = Some(directory.path().to_owned());
        let answer = setup.start().client.pull_chart(&context(), &app(&registry, "1.2.3")).await;
        assert_eq!(answer.is_ok(), trusted, "{answer:?}");
    }
}
