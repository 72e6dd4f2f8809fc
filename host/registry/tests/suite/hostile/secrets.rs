//! Where a secret may go (rules R10 to R14, R27, R30).

use std::sync::Arc;
use std::time::Duration;

use network::{Deadline, Request, Requester, Tls, Url};
use registry::{ChartRequest, Context};
use test_registry::{Auth, Authority, Options, Registry, Reply};

use crate::bench::{Bench, CANARY, Setup, app, app_at, archive, context, host_as, host_of, refresh};
use crate::hostile::Scene;

fn token_at(realm: String) -> Auth {
    Auth::Token {
        user: "user".to_owned(),
        password: "canary".to_owned(),
        anonymous_pull: false,
        realm: Some(realm),
    }
}

#[tokio::test]
async fn r10_a_challenge_that_names_another_host() {
    let trap = Registry::start(Options::default()).await;
    for (realm, expect) in [
        (format!("http://trap.test:{}/token", trap.port()), "trap.test"),
        (format!("http://localhost.trap.test:{}/token", trap.port()), "localhost.trap.test"),
        (format!("http://localhost@trap.test:{}/token", trap.port()), "something that is no address"),
        ("https://auth.example.com/token".to_owned(), "auth.example.com"),
    ] {
        let scene = Scene::new(token_at(realm)).await;
        let text = scene.fail().await;
        assert!(text.contains(expect), "{text}");
        assert_eq!(trap.connections(), 0);
    }
}

#[tokio::test]
async fn r10_a_token_server_without_tls() {
    let trap = Registry::start(Options::default()).await;
    let authority = Arc::new(Authority::new());
    let tls = Some((Arc::clone(&authority), Vec::new()));
    let auth = token_at(format!("http://localhost:{}/token", trap.port()));
    let registry = Registry::start(Options { auth, tls, ..Options::default() }).await;
    let hosts = vec![host_of(&registry, Some(&authority)), host_of(&trap, None)];
    let bench = Setup::new(hosts).with_credential(&registry.host(), CANARY).start();
    let error = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("without TLS"), "{}", error.chain());
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn r10_hosts_that_look_like_the_registry() {
    let trap = Registry::start(Options { auth: Auth::basic("user", "canary"), ..Options::default() }).await;
    let names = ["localhost.trap.test", "xlocalhost", "trap.localhost"];
    let hosts = names.map(|name| host_as(name, &trap, None));
    let credential = format!("localhost:{}", trap.port());
    let bench = Setup::new(hosts.into()).with_credential(&credential, CANARY).start();
    for name in names {
        let request = app_at(&format!("{name}:{}", trap.port()), "1.2.3");
        assert!(bench.client.pull_chart(&context(), &request).await.is_err(), "{name}");
    }
    assert!(!trap.requests().is_empty(), "they were asked");
    assert!(trap.requests().iter().all(|seen| seen.authorization.is_none()));
}

/// A registry and a trap, both over TLS by one authority, so that `https` leads to `https`.
async fn secure_pair(auth: Auth) -> (Registry, Registry, Bench) {
    let authority = Arc::new(Authority::new());
    let tls = || Some((Arc::clone(&authority), vec!["trap.test".to_owned()]));
    let registry = Registry::start(Options { auth, tls: tls(), ..Options::default() }).await;
    let trap = Registry::start(Options { tls: tls(), ..Options::default() }).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let hosts = vec![host_of(&registry, Some(&authority)), host_as("trap.test", &trap, Some(&authority))];
    let bench = Setup::new(hosts).with_credential(&registry.host(), CANARY).start();
    (registry, trap, bench)
}

#[tokio::test]
async fn r11_a_challenge_behind_a_redirect() {
    let (registry, trap, bench) = secure_pair(Auth::token("user", "canary")).await;
    let there = format!("https://trap.test:{}/blob", trap.port());
    registry.intercept(move |seen| {
        (seen.path.contains("/blobs/") && seen.authorization.is_some()).then(|| Reply::redirect(&there))
    });
    let challenge =
        format!("Bearer realm=\"{}/token\",service=\"test\", Basic realm=\"give\"", registry.url());
    trap.intercept(move |_| Some(Reply::new(401).header("www-authenticate", &challenge)));
    let error = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("status 401"), "{}", error.chain());
    assert_eq!(trap.log(), ["GET /blob"], "it is asked once, and what it wants is not answered");
    assert_eq!(trap.requests()[0].authorization, None);
    let tokens = registry.log().iter().filter(|line| line.contains("/token")).count();
    assert_eq!(tokens, 1, "{:?}", registry.log());
}

#[tokio::test]
async fn r11_foreign_layers() {
    let scene = Scene::new(Auth::basic("user", "canary")).await;
    let bytes = archive("1.2.3");
    let there = scene.trap_url("/layer");
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json",
                   "digest": test_registry::digest(b"{}"), "size": 2},
        "layers": [{"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "urls": [there],
                    "digest": test_registry::digest(&bytes), "size": bytes.len()}],
    });
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    scene.registry.content().blobs.clear();
    scene.registry.content().manifest(
        "charts/app",
        Some("1.2.3"),
        media_type,
        manifest.to_string().as_bytes(),
    );
    let text = scene.fail().await;
    assert!(text.contains("BLOB_UNKNOWN") || text.contains("no such artifact"), "{text}");
    assert_eq!(scene.trap.connections(), 0);
}

/// A Helm repository with a password, whose index says that the archive is somewhere else (CVE-2021-32690).
#[tokio::test]
async fn r11_an_index_that_names_another_host() {
    let (registry, trap, bench) = {
        let registry =
            Registry::start(Options { auth: Auth::basic("user", "canary"), ..Options::default() }).await;
        let trap = Registry::start(Options::default()).await;
        let hosts = vec![host_of(&registry, None), host_as("trap.test", &trap, None)];
        let prefix = format!("{}/charts", registry.url());
        let bench = Setup::new(hosts).with_credential(&prefix, CANARY).start();
        (registry, trap, bench)
    };
    let index = format!(
        "apiVersion: v1\nentries: {{app: [{{name: app, version: 1.2.3, urls: ['http://trap.test:{}/app.tgz']}}]}}\n",
        trap.port()
    );
    registry.content().files.insert("/charts/index.yaml".to_owned(), index.into_bytes().into());
    trap.intercept(|_| Some(Reply::new(401).header("www-authenticate", "Basic realm=\"give\"")));
    let request = ChartRequest::parse(&format!("{}/charts", registry.url()), "app", "1.2.3").unwrap();
    let error = bench.client.pull_chart(&context(), &request).await.unwrap_err();
    assert!(error.chain().contains("status 401"), "{}", error.chain());
    assert_eq!(trap.log(), ["GET /app.tgz"]);
    assert!(trap.requests().iter().all(|seen| seen.authorization.is_none()));
}

#[tokio::test]
async fn r12_what_a_redirect_takes_along() {
    let (registry, trap, bench) = secure_pair(Auth::basic("user", "canary")).await;
    let layer = archive("1.2.3");
    let (away, back) =
        (format!("https://trap.test:{}/away", trap.port()), format!("{}/back", registry.url()));
    registry.intercept(move |seen| match seen.path.as_str() {
        "/back" => Some(Reply::new(200).body(layer.clone())),
        path if path.contains("/blobs/") && seen.authorization.is_some() => Some(Reply::redirect(&away)),
        _ => None,
    });
    trap.intercept(move |_| Some(Reply::redirect(&back)));
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    assert_eq!(trap.requests().len(), 1);
    assert_eq!(trap.requests()[0].authorization, None, "it stays behind");
    let back = registry.requests().into_iter().find(|seen| seen.path == "/back").unwrap();
    assert_eq!(back.authorization, None, "and is not restored on the way back");
}

#[tokio::test]
async fn r13_a_token_server_that_redirects() {
    let (registry, trap, bench) = secure_pair(Auth::token("user", "canary")).await;
    let there = format!("https://trap.test:{}/token", trap.port());
    registry.intercept(move |seen| seen.path.starts_with("/token").then(|| Reply::redirect(&there)));
    let error = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("307"), "{}", error.chain());
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn r13_a_secret_in_a_body_is_sent_once() {
    let authority = Authority::new();
    let tls = Some((Arc::new(Authority::new()), Vec::new()));
    let trap = Registry::start(Options { tls, ..Options::default() }).await;
    let registry = Registry::start(Options::default()).await;
    let there = format!("https://localhost:{}/token", trap.port());
    registry.intercept(move |_| Some(Reply::redirect(&there)));
    let mut config = network::Config::new("tiphys-test");
    config.hosts = vec![host_of(&registry, None), host_of(&trap, Some(&authority))];
    let url = Url::parse(&format!("{}/token", registry.url())).unwrap();
    let form = [("refresh_token", "canary")];
    let request = Request::post_form(url, &form, Deadline::after(Duration::from_secs(5))).unwrap();
    let response = network::Client::new(config).send(request).await.unwrap();
    assert_eq!((response.status().as_u16(), trap.connections()), (307, 0));
}

#[tokio::test]
async fn r14_a_next_page_elsewhere() {
    let scene = Scene::new(Auth::basic("user", "canary")).await;
    let there = format!("<{}>; rel=\"next\"", scene.trap_url("/v2/charts/app/tags/list"));
    scene.registry.intercept(move |seen| {
        let page = Reply::new(200).header("link", &there).body("{\"tags\":[\"1.0.0\"]}");
        (seen.path.contains("tags/list") && seen.authorization.is_some()).then_some(page)
    });
    let source = app(&scene.registry, "").source;
    let error = scene.bench.client.versions(&context(), &source).await.unwrap_err();
    assert!(error.chain().contains("another origin"), "{}", error.chain());
    assert_eq!(scene.trap.connections(), 0);
}

#[tokio::test]
async fn r27_bytes_are_shared_and_permission_is_not() {
    let registry =
        Registry::start(Options { auth: Auth::basic("user", "canary"), ..Options::default() }).await;
    let digest = registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let allowed = Bench::of(&registry, Some(CANARY));
    allowed.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    let setup = Setup::new(vec![host_of(&registry, None)]);
    let stranger = setup.client(allowed.directory.path());
    for wanted in ["1.2.3", &digest] {
        let answer = stranger.pull_chart(&context(), &app(&registry, wanted)).await;
        assert!(answer.unwrap_err().chain().contains("401"), "{wanted}");
        let offline = stranger.pull_chart(&crate::bench::offline(), &app(&registry, wanted)).await;
        assert!(offline.is_err(), "{wanted}");
    }
    // An outage does not help the stranger either.
    drop(registry.content());
    registry.intercept(|_| Some(Reply::new(503)));
    assert!(stranger.pull_chart(&refresh(), &app(&registry, "1.2.3")).await.is_err());
    assert!(allowed.client.pull_chart(&refresh(), &app(&registry, "1.2.3")).await.is_ok());
}

/// What was fetched from a server that proved nothing does not answer whoever wants proof.
#[tokio::test]
async fn r27_what_was_not_verified_stays_apart() {
    let (ours, theirs) = (Arc::new(Authority::new()), Authority::new());
    let tls = Some((Arc::clone(&ours), Vec::new()));
    let registry = Registry::start(Options { tls, ..Options::default() }).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let mut careless = host_of(&registry, Some(&ours));
    careless.transport.tls = Tls::Unverified;
    let bench = Setup::new(vec![careless]).start();
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    let strict = Setup::new(vec![host_of(&registry, Some(&theirs))]).client(bench.directory.path());
    let error = strict.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("certificate"), "{}", error.chain());
}

/// A project's credential is of no use to another project, whatever that one asks for.
#[tokio::test]
async fn r27_a_credential_of_another_project() {
    let scene =
        Scene::with(Auth::basic("user", "canary"), |setup| setup.projects = vec!["a".to_owned()]).await;
    let of = |project: &str| {
        let requester = Requester { project: Some(project.to_owned()), application: None };
        Context { requester, ..context() }
    };
    let request = app(&scene.registry, "1.2.3");
    for context in [of("b"), context()] {
        let error = scene.bench.client.pull_chart(&context, &request).await.unwrap_err();
        assert!(error.chain().contains("as anonymous"), "{}", error.chain());
    }
    assert!(scene.registry.requests().iter().all(|seen| seen.authorization.is_none()));
    scene.bench.client.pull_chart(&of("a"), &request).await.unwrap();
    assert!(scene.bench.client.pull_chart(&of("b"), &request).await.is_err(), "nor of what it fetched");
}

#[tokio::test]
async fn r29_a_hit_looks_like_a_miss() {
    let scene = Scene::new(Auth::basic("user", "canary")).await;
    let request = app(&scene.registry, "1.2.3");
    let pull =
        || async { format!("{:?}", scene.bench.client.pull_chart(&context(), &request).await.unwrap()) };
    assert_eq!(pull().await, pull().await, "nothing in an answer tells whether another one was first");
    let absent = app(&scene.registry, "9.9.9");
    let fail =
        || async { format!("{:?}", scene.bench.client.pull_chart(&context(), &absent).await.unwrap_err()) };
    assert_eq!(fail().await, fail().await);
}

#[tokio::test]
async fn r30_a_server_that_repeats_what_it_was_sent() {
    let scene = Scene::new(Auth::basic("user", "canary")).await;
    scene.registry.intercept(|seen| {
        let sent = seen.authorization.clone()?;
        Some(Reply::error(403, "DENIED", &format!("\u{1b}[31mdenied: {sent} is user:canary")))
    });
    let text = scene.fail().await;
    assert!(text.contains("DENIED") && !text.contains('\u{1b}'), "{text}");
}

#[tokio::test]
async fn r30_addresses_of_token_servers_are_shown_without_their_queries() {
    let registry = Registry::start(Options { auth: Auth::None, ..Options::default() }).await;
    let realm = format!("{}/token?key=canary", registry.url());
    drop(registry);
    let scene = Scene::new(token_at(realm)).await;
    scene.fail().await;
}

#[tokio::test]
async fn r30_signed_addresses_are_secrets() {
    let scene = Scene::new(Auth::basic("user", "canary")).await;
    let there = format!("{}/blob?X-Amz-Signature=canary", scene.registry.url());
    scene.registry.intercept(move |seen| {
        if seen.path.contains("X-Amz-Signature") {
            return Some(Reply::new(403).body("<Error><Signature>canary</Signature></Error>"));
        }
        seen.path.contains("/blobs/").then(|| Reply::redirect(&there))
    });
    scene.fail().await;
}
