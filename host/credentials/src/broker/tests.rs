//! The broker from end to end, against registries and token servers on this machine.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use network::broker::{Access, Answer, Refusal, Scope};
use network::{Challenge, Client, Request, Transport};
use url::Url;

use super::*;
use crate::audit::{Action, Outcome as Told};
use crate::secret::Secret;
use crate::testing::{Canned, Received, Recorder, Server, client, soon};

/// A broker over a directory of Secrets.
struct Bench {
    broker: Broker,
    audit: Arc<Recorder>,
    client: Client,
    root: tempfile::TempDir,
}

/// What came of asking a registry.
#[derive(Debug)]
struct Asked {
    status: u16,
    body: String,
}

impl Bench {
    fn new(secrets: &[&[(&str, &str)]]) -> Self {
        Self::with(secrets, Vec::new())
    }

    fn with(secrets: &[&[(&str, &str)]], registries: Vec<RegistryConfig>) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (index, secret) in secrets.iter().enumerate() {
            write(root.path(), &format!("repo-{index}"), secret);
        }
        let (audit, client) = (Arc::new(Recorder::default()), client());
        let broker = Broker::new(Parts {
            config: CredentialsConfig {
                argocd: Some(ArgocdConfig::Secrets(root.path().to_owned())),
                ..CredentialsConfig::default()
            },
            registries,
            environment: Environment::default(),
            wire: Arc::new(client.clone()),
            metadata: Arc::new(client.clone()),
            audit: Arc::clone(&audit) as Arc<dyn Sink>,
            helpers: None,
            kubernetes: None,
        });
        Self { broker: broker.unwrap(), audit, client, root }
    }

    fn parts(&self) -> Parts {
        Parts {
            config: self.broker.shared.config.clone(),
            registries: Vec::new(),
            environment: Environment::default(),
            wire: Arc::new(self.client.clone()),
            metadata: Arc::new(self.client.clone()),
            audit: Arc::clone(&self.audit) as Arc<dyn Sink>,
            helpers: None,
            kubernetes: None,
        }
    }

    async fn authorizer(&self, project: &str, place: &str) -> Result<Arc<dyn Authorizer>, BrokerError> {
        let destination = Destination::parse_reference(place).unwrap();
        network::Broker::authorizer(&self.broker, &requester(project), &destination, soon()).await
    }

    /// Asks for a manifest as a registry's client does.
    async fn ask(&self, project: &str, port: u16, repository: &str) -> Result<Asked, String> {
        let place = format!("oci://127.0.0.1:{port}/{repository}");
        let authorizer = self.authorizer(project, &place).await.map_err(told)?;
        let url = format!("http://127.0.0.1:{port}/v2/{repository}/manifests/1.0");
        self.ask_url(&*authorizer, &url, repository).await
    }

    async fn ask_url(
        &self,
        authorizer: &dyn Authorizer,
        url: &str,
        repository: &str,
    ) -> Result<Asked, String> {
        let scope = Scope { repository: repository.to_owned(), access: Access::Pull };
        for attempt in 1.. {
            let transport = Transport { plain_http: true, ..Transport::default() };
            let mut request = Request::get(Url::parse(url).unwrap(), soon())
                .unwrap()
                .with_transport(Some(authorizer.transport().cloned().unwrap_or(transport)));
            authorizer.authorize(&mut request, &scope, soon()).await.map_err(told)?;
            let origin = request.origin().clone();
            let response = self.client.send(request).await.map_err(|error| error.to_string())?;
            let status = response.status().as_u16();
            let challenges = Challenge::all(response.headers());
            let body = String::from_utf8(response.bytes().await.unwrap().to_vec()).unwrap();
            if !matches!(status, 401 | 403) {
                return Ok(Asked { status, body });
            }
            let refusal = Refusal { origin, status, challenges, attempt };
            let answer = authorizer.answer(&refusal, &scope, soon()).await.map_err(told)?;
            if answer == Answer::Final {
                return Ok(Asked { status, body });
            }
        }
        unreachable!()
    }
}

fn told(error: BrokerError) -> String {
    let mut text = error.to_string();
    let mut cause: Option<&dyn std::error::Error> = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

fn write(root: &Path, name: &str, pairs: &[(&str, &str)]) {
    let directory = root.join(name);
    fs_err::create_dir_all(&directory).unwrap();
    for (key, value) in pairs {
        fs_err::write(directory.join(key), value).unwrap();
    }
}

fn requester(project: &str) -> Requester {
    let named = (!project.is_empty()).then(|| project.to_owned());
    Requester { project: named, application: Some("app".to_owned()) }
}

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

/// A registry that wants tokens from `/token`, which gives them to the users whose password is `secret-USER`.
/// A token is `token-USER-SCOPE-N`.
async fn registry() -> Server {
    let numbers = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request| match request.path() {
        "/token" => token(request, &numbers),
        path => manifest(request, path),
    })
    .await
}

fn token(request: &Received, numbers: &std::sync::atomic::AtomicUsize) -> Canned {
    let query = request.query();
    if query.get("service").map(String::as_str) != Some("test") {
        return Canned::new(400, "no service");
    }
    let user = match request.header("authorization") {
        "" => "nobody".to_owned(),
        value => {
            let pair = STANDARD.decode(value.strip_prefix("Basic ").unwrap()).unwrap();
            let pair = String::from_utf8(pair).unwrap();
            let (user, password) = pair.split_once(':').unwrap();
            if password != format!("secret-{user}") {
                return Canned::new(401, format!("wrong password {password}"));
            }
            user.to_owned()
        }
    };
    let number = numbers.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let scope = query.get("scope").cloned().unwrap_or_default();
    let life = if user == "short" { 1 } else { 300 };
    Canned::new(200, format!(r#"{{"token": "token-{user}-{scope}-{number}", "expires_in": {life}}}"#))
}

fn manifest(request: &Received, path: &str) -> Canned {
    let repository = path.strip_prefix("/v2/").and_then(|rest| rest.split_once("/manifests/")).unwrap().0;
    let host = request.header("host");
    let challenge = format!(r#"Bearer realm="http://{host}/token",service="test",scope="ignored""#);
    let token = request.header("authorization").strip_prefix("Bearer token-").unwrap_or_default();
    match token.split_once('-') {
        Some((user, rest)) if rest.starts_with(&format!("repository:{repository}:pull-")) => {
            Canned::new(200, format!("{repository} for {user}"))
        }
        _ => Canned::new(401, "").with("www-authenticate", challenge),
    }
}

fn secret<'a>(url: &'a str, user: &'a str, password: &'a str, project: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("url", url),
        ("type", "oci"),
        ("username", user),
        ("password", password),
        ("project", project),
        ("insecureOCIForceHttp", "true"),
    ]
}

#[tokio::test]
async fn a_token_is_fetched_once_and_sent_at_once_from_then_on() {
    let server = registry().await;
    let url = format!("oci://127.0.0.1:{}/team", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    for _ in 0..3 {
        let asked = bench.ask("team-a", server.port, "team/app").await.unwrap();
        assert_eq!((asked.status, &*asked.body), (200, "team/app for ann"));
    }
    assert_eq!(server.count("/token"), 1);
    assert_eq!(server.count("/v2/team/app/manifests/1.0"), 4, "only the first is refused");
    for _ in 0..2 {
        for repository in ["team/other", "team/app"] {
            let asked = bench.ask("team-a", server.port, repository).await.unwrap();
            assert_eq!(asked.body, format!("{repository} for ann"));
        }
    }
    assert_eq!(server.count("/token"), 2, "a token is for one repository, and kept beside others");
}

/// Rules R6, R9 and R27: projects with credentials of their own at one host.
#[tokio::test]
async fn two_projects_never_get_each_others_content() {
    let server = registry().await;
    let url = format!("oci://127.0.0.1:{}/team", server.port);
    let bench = Bench::new(&[
        &secret(&url, "ann", "secret-ann", "team-a"),
        &secret(&url, "bob", "secret-bob", "team-b"),
    ]);
    for _ in 0..2 {
        assert_eq!(bench.ask("team-a", server.port, "team/app").await.unwrap().body, "team/app for ann");
        assert_eq!(bench.ask("team-b", server.port, "team/app").await.unwrap().body, "team/app for bob");
    }
    // Rule R2: no project, no credential of one.
    assert_eq!(bench.ask("", server.port, "team/app").await.unwrap_err(), plain_refused(server.port));
    let place = format!("127.0.0.1:{}/team/app", server.port);
    let ann = bench.authorizer("team-a", &place).await.unwrap().identity().clone();
    let bob = bench.authorizer("team-b", &place).await.unwrap().identity().clone();
    let nobody = bench.authorizer("", &place).await.unwrap().identity().clone();
    assert_ne!(ann, bob);
    assert_eq!(nobody, Identity::Anonymous);
}

/// Whoever has no Secret for the place may not send plain http to the token server either.
fn plain_refused(port: u16) -> String {
    format!("registry `127.0.0.1:{port}` asks for credentials to be sent without TLS to `127.0.0.1`")
        .replace("`127.0.0.1:", "`http://127.0.0.1:")
}

/// Rule R7: the chosen identity is refused; neither another nor nobody is tried.
#[tokio::test]
async fn nothing_falls_through_after_a_refusal() {
    let server = registry().await;
    let host = format!("oci://127.0.0.1:{}", server.port);
    let bench = Bench::new(&[
        &secret(&format!("{host}/team/app"), "ann", "wrong", ""),
        &secret(&format!("{host}/team"), "bob", "secret-bob", ""),
        &secret(&host, "cid", "secret-cid", ""),
    ]);
    let error = bench.ask("team-a", server.port, "team/app").await.unwrap_err();
    assert!(error.contains("refused `argocd/repo-0`") && error.contains("401"), "{error}");
    let logins: Vec<String> = server
        .received()
        .iter()
        .filter(|request| request.path() == "/token")
        .map(|request| request.header("authorization").to_owned())
        .collect();
    assert_eq!(logins, [basic("ann:wrong")]);
    // The refusal counts for a while, so that an account is not locked by a thousand applications.
    assert!(bench.ask("team-b", server.port, "team/app").await.is_err());
    assert_eq!(server.count("/token"), 1);
}

/// Rule R10: the realm is somebody else's. Nothing is sent there, not even a connection opened.
#[tokio::test]
async fn a_foreign_realm_gets_nothing() {
    let thief = Server::start(|_| Canned::new(200, r#"{"token": "x"}"#)).await;
    let realm = format!("http://localhost:{}/token", thief.port);
    let challenge = format!(r#"Bearer realm="{realm}",service="test""#);
    let server =
        Server::start(move |_| Canned::new(401, "").with("www-authenticate", challenge.clone())).await;
    let url = format!("oci://127.0.0.1:{}", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    let error = bench.ask("team-a", server.port, "app").await.unwrap_err();
    assert!(error.contains("asks for credentials to be sent to `localhost`"), "{error}");
    assert!(thief.received().is_empty());
    assert_eq!(bench.audit.events().last().unwrap().outcome, Told::Denied);
}

/// Rule R13: a token server that redirects is not followed.
#[tokio::test]
async fn a_redirect_of_the_token_server_is_not_followed() {
    let thief = Server::start(|_| Canned::new(200, r#"{"token": "x"}"#)).await;
    let location = format!("http://127.0.0.1:{}/token", thief.port);
    let server = Server::start(move |request| match request.path() {
        "/token" => Canned::new(307, "").with("location", location.clone()),
        _ => {
            let realm = format!("http://{}/token", request.header("host"));
            Canned::new(401, "").with("www-authenticate", format!(r#"Bearer realm="{realm}""#))
        }
    })
    .await;
    let url = format!("oci://127.0.0.1:{}", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    let error = bench.ask("team-a", server.port, "app").await.unwrap_err();
    assert!(error.contains("status 307"), "{error}");
    assert!(thief.received().is_empty());
}

/// Rule R10: an authorizer is for its own place.
#[tokio::test]
async fn a_credential_does_not_leave_its_destination() {
    let (server, other) = (registry().await, registry().await);
    let url = format!("oci://127.0.0.1:{}/team", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    let place = format!("oci://127.0.0.1:{}/team/app", server.port);
    let authorizer = bench.authorizer("team-a", &place).await.unwrap();
    for wrong in [
        format!("http://127.0.0.1:{}/v2/team/app/manifests/1", other.port),
        format!("http://127.0.0.1:{}/v2/elsewhere/app/manifests/1", server.port),
        format!("http://127.0.0.1:{}/v2/team-b/app/manifests/1", server.port),
        format!("http://localhost:{}/v2/team/app/manifests/1", server.port),
        format!("https://127.0.0.1:{}/v2/team%2fapp/manifests/1", server.port),
    ] {
        let error = bench.ask_url(&*authorizer, &wrong, "team/app").await.unwrap_err();
        assert!(error.contains("was about to be sent to"), "{wrong}: {error}");
    }
    assert!(server.received().is_empty() && other.received().is_empty());
}

#[tokio::test]
async fn a_thousand_applications_at_once_make_one_token_request() {
    let server = registry().await;
    let url = format!("oci://127.0.0.1:{}", server.port);
    let bench = Arc::new(Bench::new(&[&secret(&url, "ann", "secret-ann", "")]));
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..1000 {
        let (bench, port) = (Arc::clone(&bench), server.port);
        tasks.spawn(async move { bench.ask(&format!("project-{}", index % 7), port, "team/app").await });
    }
    for asked in tasks.join_all().await {
        assert_eq!(asked.unwrap().body, "team/app for ann");
    }
    assert_eq!(server.count("/token"), 1);
}

/// A revoked token is noticed by one 401 and replaced by one request.
#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let valid = Arc::new(std::sync::atomic::AtomicUsize::new(1));
    let now = Arc::clone(&valid);
    let server = Server::start(move |request| {
        let number = now.load(std::sync::atomic::Ordering::SeqCst);
        let realm = format!("http://{}/token", request.header("host"));
        match (request.path(), request.header("authorization")) {
            ("/token", _) => {
                Canned::new(200, format!(r#"{{"access_token": "t{number}", "expires_in": 300}}"#))
            }
            (_, value) if value == format!("Bearer t{number}") => Canned::new(200, "fine"),
            _ => Canned::new(401, "").with("www-authenticate", format!(r#"Bearer realm="{realm}""#)),
        }
    })
    .await;
    let url = format!("oci://127.0.0.1:{}", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    assert_eq!(bench.ask("a", server.port, "app").await.unwrap().status, 200);
    valid.store(2, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(bench.ask("a", server.port, "app").await.unwrap().status, 200);
    assert_eq!(bench.ask("a", server.port, "app").await.unwrap().status, 200);
    assert_eq!(server.count("/token"), 2);
    assert_eq!(server.count("/v2/app/manifests/1.0"), 5);
}

#[tokio::test]
async fn a_registry_that_refuses_every_token_is_asked_no_more_than_three_times() {
    let server = Server::start(|request| match request.path() {
        "/token" => Canned::new(200, r#"{"token": "t", "expires_in": 300}"#),
        _ => {
            let realm = format!("http://{}/token", request.header("host"));
            Canned::new(401, "").with("www-authenticate", format!(r#"Bearer realm="{realm}""#))
        }
    })
    .await;
    let url = format!("oci://127.0.0.1:{}", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    assert_eq!(bench.ask("a", server.port, "app").await.unwrap().status, 401);
    assert!(server.count("/v2/app/manifests/1.0") <= 3);
    assert!(server.count("/token") <= 2);
}

#[tokio::test]
async fn a_password_goes_only_where_it_was_asked_for() {
    let server = Server::start(|request| {
        if request.header("authorization") == basic("ann:secret-ann") {
            return Canned::new(200, "fine");
        }
        Canned::new(401, "").with("www-authenticate", r#"Basic realm="x""#)
    })
    .await;
    let url = format!("oci://127.0.0.1:{}", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    assert_eq!(bench.ask("a", server.port, "app").await.unwrap().status, 200);
    assert_eq!(server.received()[0].header("authorization"), "", "nothing before it is asked for");
    assert_eq!(bench.ask("a", server.port, "app").await.unwrap().status, 200);
    assert_eq!(server.received().len(), 3);
    let wrong = Bench::new(&[&secret(&url, "ann", "wrong", "")]);
    assert_eq!(wrong.ask("a", server.port, "app").await.unwrap().status, 401);
    assert_eq!(server.received().len(), 5, "a refused password is not sent again");
}

/// `proxy` and `noProxy` of a Secret.
#[tokio::test]
async fn the_proxy_of_a_secret_is_used_and_gets_its_own_password_only() {
    let proxy = Server::start(|_| Canned::new(200, "through the proxy")).await;
    let address = format!("http://u:secret-proxy@127.0.0.1:{}", proxy.port);
    let ask = async |no_proxy: &str| {
        let secret = secret("oci://registry.corp/team", "ann", "secret-ann", "");
        let bench = Bench::new(&[&[&secret[..], &[("proxy", &address), ("noProxy", no_proxy)]].concat()]);
        let authorizer = bench.authorizer("a", "oci://registry.corp/team/app").await.unwrap();
        bench.ask_url(&*authorizer, "http://registry.corp/v2/team/app/manifests/1.0", "team/app").await
    };
    assert_eq!(ask("").await.unwrap().body, "through the proxy");
    assert_eq!(ask("other.corp").await.unwrap().body, "through the proxy");
    let asked = proxy.received();
    assert_eq!(asked[0].target, "http://registry.corp/v2/team/app/manifests/1.0");
    assert_eq!(asked[0].header("proxy-authorization"), basic("u:secret-proxy"));
    assert_eq!(asked[0].header("authorization"), "");
    assert!(ask("other.corp,registry.corp").await.is_err(), "there is no such host");
    assert_eq!(proxy.received().len(), 2);
}

#[tokio::test]
async fn a_helm_repository_gets_the_password_at_once() {
    let server = Server::start(|request| {
        let known = request.header("authorization") == basic("ann:secret-ann");
        Canned::new(if known { 200 } else { 401 }, "")
    })
    .await;
    let url = format!("http://127.0.0.1:{}/charts", server.port);
    let pairs =
        [("url", &*url), ("type", "helm"), ("name", "x"), ("username", "ann"), ("password", "secret-ann")];
    let bench = Bench::new(&[&pairs]);
    let authorizer = bench.authorizer("a", &url).await.unwrap();
    let asked = bench.ask_url(&*authorizer, &format!("{url}/index.yaml"), "").await.unwrap();
    assert_eq!((asked.status, server.received().len()), (200, 1));
}

/// `bearerToken` of a Secret goes to the registry as it is, and to no token server.
#[tokio::test]
async fn a_bearer_token_is_sent_as_it_is() {
    let server = Server::start(|request| {
        let realm = format!("http://{}/token", request.header("host"));
        let good = request.header("authorization") == "Bearer secret-token";
        let refusal = Canned::new(401, "").with("www-authenticate", format!(r#"Bearer realm="{realm}""#));
        if good { Canned::new(200, "fine") } else { refusal }
    })
    .await;
    let url = format!("oci://127.0.0.1:{}", server.port);
    let of = |token| {
        Bench::new(&[&[
            ("url", &*url),
            ("type", "oci"),
            ("insecureOCIForceHttp", "true"),
            ("bearerToken", token),
        ]])
    };
    assert_eq!(of("secret-token").ask("a", server.port, "app").await.unwrap().body, "fine");
    assert_eq!(of("revoked").ask("a", server.port, "app").await.unwrap().status, 401);
    assert_eq!((server.received().len(), server.count("/token")), (2, 0));
}

#[tokio::test]
async fn a_refresh_token_is_posted() {
    let server = Server::start(|request| {
        let realm = format!("http://{}/token", request.header("host"));
        let form = request.form();
        match (request.method.as_str(), request.path(), request.header("authorization")) {
            ("POST", "/token", "") if form.get("refresh_token").map(String::as_str) == Some("canary") => {
                assert_eq!(form["grant_type"], "refresh_token");
                assert_eq!(form["service"], "s");
                assert_eq!(form["scope"], "repository:app:pull");
                assert_eq!(form["client_id"], "tiphys");
                Canned::new(200, r#"{"access_token": "t"}"#)
            }
            (_, _, "Bearer t") => Canned::new(200, "fine"),
            _ => Canned::new(401, "")
                .with("www-authenticate", format!(r#"Basic realm="x", Bearer realm="{realm}",service="s""#)),
        }
    })
    .await;
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("config.json");
    let key = format!("127.0.0.1:{}", server.port);
    fs_err::write(&file, format!(r#"{{"auths": {{"{key}": {{"identitytoken": "canary"}}}}}}"#)).unwrap();
    let url = format!("oci://127.0.0.1:{}", server.port);
    // The Secret says how to connect, the auth file who we are.
    let bench = Bench::new(&[&[("url", &url), ("type", "oci"), ("insecureOCIForceHttp", "true")]]);
    let mut parts = bench.parts();
    parts.config.docker = vec![file];
    let bench = Bench { broker: Broker::new(parts).unwrap(), ..bench };
    assert_eq!(bench.ask("a", server.port, "app").await.unwrap().body, "fine");
}

/// Rule R33.
#[tokio::test]
async fn every_use_is_recorded() {
    let server = registry().await;
    let url = format!("oci://127.0.0.1:{}/team", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "team-a")]);
    bench.ask("team-a", server.port, "team/app").await.unwrap();
    let events = bench.audit.events();
    let actions: Vec<(Action, Told)> = events.iter().map(|event| (event.action, event.outcome)).collect();
    assert_eq!(actions, [(Action::Exchange, Told::Done), (Action::Apply, Told::Done)]);
    let last = events.last().unwrap();
    assert_eq!(last.application.as_deref(), Some("app"));
    assert_eq!(last.project.as_deref(), Some("team-a"));
    assert_eq!(last.credential, "argocd/repo-0");
    assert_eq!(last.reference, "127.0.0.1/v2/team/app/manifests/1.0");
    assert_eq!(last.host, "127.0.0.1");
    assert!(last.time > 1_700_000_000);
}

/// Rule R31: what was written half is not seen, and a Secret that breaks takes nothing with it.
#[tokio::test]
async fn secrets_are_replaced_while_running() {
    let server = registry().await;
    let url = format!("oci://127.0.0.1:{}/team", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    let place = format!("{url}/app");
    let before = bench.authorizer("a", &place).await.unwrap().identity().clone();
    bench.broker.reload_if_changed().unwrap();
    assert_eq!(&before, bench.authorizer("a", &place).await.unwrap().identity(), "nothing has changed");

    write(bench.root.path(), "repo-0", &[("username", "robert"), ("password", "secret-robert")]);
    bench.broker.reload_if_changed().unwrap();
    assert_ne!(&before, bench.authorizer("a", &place).await.unwrap().identity());
    assert_eq!(bench.ask("a", server.port, "team/app").await.unwrap().body, "team/app for robert");

    write(bench.root.path(), "repo-1", &secret(&format!("{url}/broken"), "x", "y", ""));
    write(bench.root.path(), "repo-1", &[("insecure", "perhaps")]);
    bench.broker.reload_if_changed().unwrap();
    assert_eq!(bench.ask("a", server.port, "team/app").await.unwrap().status, 200);
    let error = bench.ask("a", server.port, "team/broken").await.unwrap_err();
    assert!(error.contains("`argocd/repo-1`") && error.contains("`insecure`"), "{error}");
    assert_eq!(bench.broker.problems()[0].label, "argocd/repo-1");
}

/// Rule R31: nobody holds what a Secret said before it was changed.
#[test]
fn what_was_replaced_is_let_go() {
    let bench = Bench::new(&[&secret("oci://ghcr.io/acme", "ann", "canary", "")]);
    let place = Destination::parse_reference("ghcr.io/acme/app").unwrap();
    let entry = bench.broker.choose(&requester("a"), &place).unwrap().entry.unwrap();
    let crate::entry::Login::Password { password, .. } = &entry.login else { panic!("{entry:?}") };
    let witness = password.witness();
    drop(entry);
    assert!(witness.upgrade().is_some());
    write(bench.root.path(), "repo-0", &[("password", "another one")]);
    bench.broker.reload_if_changed().unwrap();
    assert!(witness.upgrade().is_none());
}

#[tokio::test]
async fn a_handle_tells_its_label_and_nothing_else() {
    let bench = Bench::new(&[&secret("oci://ghcr.io/acme", "ann", "canary", "team-a")]);
    let place = Destination::parse_reference("https://ghcr.io/acme/app").unwrap();
    let handle = bench.broker.find(&requester("team-a"), &place).unwrap().unwrap();
    assert_eq!(handle.label(), "argocd/repo-0");
    assert_eq!(format!("{handle:?}"), r#"Handle("argocd/repo-0")"#);
    assert!(bench.broker.find(&requester("team-b"), &place).unwrap().is_none());
    assert!(bench.broker.find(&requester(""), &place).unwrap().is_none());
}

#[test]
fn an_explanation_names_what_was_chosen_and_what_was_not() {
    let bench = Bench::new(&[
        &secret("oci://ghcr.io/acme", "ann", "canary", "team-a"),
        &secret("oci://ghcr.io", "bob", "canary", ""),
        &secret("oci://ghcr.io/other", "cid", "canary", ""),
        &secret("oci://tie.corp", "cid", "canary", "t"),
        &secret("oci://tie.corp", "cid", "canary", "t"),
    ]);
    let explained = bench.broker.explain("ghcr.io/acme/app:1.0", Some("team-a"));
    assert_eq!(explained.outcome, crate::explain::Outcome::Credential { label: "argocd/repo-0".to_owned() });
    let labels: Vec<&str> = explained.candidates.iter().map(|listed| listed.label.as_str()).collect();
    assert_eq!(labels, ["argocd/repo-0", "argocd/repo-1"]);
    assert!(explained.passed_over[0].reason.contains("not below"), "{explained:?}");
    let tie = serde_json::to_string(&bench.broker.explain("tie.corp/x", Some("t"))).unwrap();
    assert!(tie.contains("`argocd/repo-3` and `argocd/repo-4`"), "{tie}");
    let none = bench.broker.explain("quay.io/acme/app", None);
    assert!(none.hint.unwrap().contains("url: oci://quay.io/acme/app"));
    let scoped = bench.broker.explain("tie.corp/x", None);
    assert!(scoped.hint.unwrap().contains("no project is given"));
    let wrong = bench.broker.explain("oci://user@ghcr.io/x", None);
    assert!(matches!(wrong.outcome, crate::explain::Outcome::Error { .. }));
}

/// The socket of repo-server, without gRPC.
struct Socket(std::sync::atomic::AtomicUsize);

#[async_trait]
impl crate::AskPass for Socket {
    async fn ask(&self, ticket: &crate::Ticket) -> Result<(String, Secret), String> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if ticket.nonce() == "good" {
            Ok(("ann".to_owned(), Secret::new("secret-ann".to_owned())))
        } else {
            Err("unknown nonce".to_owned())
        }
    }
}

fn source_broker(bench: &Bench, source: &str, nonce: &str) -> (crate::SourceBroker, Arc<Socket>) {
    let socket = Arc::new(Socket(0.into()));
    let ticket = crate::Ticket { socket: "/tmp/ask".into(), nonce: Secret::new(nonce.to_owned()) };
    let source = Destination::parse_prefix(source).unwrap();
    let access = crate::SourceAccess { ticket, askpass: Arc::clone(&socket) as Arc<_> };
    let broker = crate::SourceBroker::new(bench.broker.clone(), source, access);
    (broker, socket)
}

#[tokio::test]
async fn the_source_of_the_application_has_a_credential_of_its_own() {
    let bench = Bench::new(&[&secret("oci://own.corp/x", "bob", "secret-bob", "")]);
    let (broker, socket) = source_broker(&bench, "oci://ghcr.io/acme", "good");
    let label = async |place: &str| {
        let destination = Destination::parse_reference(place).unwrap();
        let found = network::Broker::authorizer(&broker, &requester("a"), &destination, soon()).await;
        found.unwrap().identity().label().to_owned()
    };
    assert_eq!(label("ghcr.io/acme/app").await, "argocd/source of the application");
    assert_eq!(label("ghcr.io/acme").await, "argocd/source of the application");
    assert_eq!(label("ghcr.io/acme-evil/app").await, "anonymous");
    assert_eq!(label("ghcr.io/other").await, "anonymous");
    assert_eq!(label("own.corp/x").await, "argocd/repo-0");
    assert_eq!(socket.0.load(std::sync::atomic::Ordering::SeqCst), 1);
    let (broker, _) = source_broker(&bench, "oci://ghcr.io/acme", "stale");
    let place = Destination::parse_reference("ghcr.io/acme/app").unwrap();
    let refused = network::Broker::authorizer(&broker, &requester("a"), &place, soon()).await;
    assert!(told(refused.err().unwrap()).contains("unknown nonce"));
}

#[tokio::test]
async fn a_probe_names_each_step() {
    let server = registry().await;
    let url = format!("oci://127.0.0.1:{}/team", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    let reference = format!("{url}/app:1.0");
    let probe = bench.broker.probe(&bench.client, &requester("a"), &reference, soon()).await;
    let results: Vec<&str> = probe.steps.iter().map(|step| step.result.as_str()).collect();
    let realm = format!("realm `http://127.0.0.1:{}/token`", server.port);
    assert_eq!(results, ["argocd/repo-0", "401 Unauthorized", &realm, "answered; asking again", "200 OK"]);
    assert!(probe.passed);
    let wrong = Bench::new(&[&secret(&url, "ann", "canary", "")]);
    let probe = wrong.broker.probe(&wrong.client, &requester("a"), &reference, soon()).await;
    let told = serde_json::to_string(&probe).unwrap();
    assert!(!probe.passed && told.contains("refused `argocd/repo-0`") && !told.contains("canary"), "{told}");
}

fn azure(projects: &[&str]) -> RegistryConfig {
    let projects = projects.iter().map(|&name| name.to_owned()).collect();
    let identity = crate::config::AzureIdentity { projects, client_id: None, tenant_id: None };
    RegistryConfig {
        prefix: "acme.azurecr.io".to_owned(),
        identity: Some(crate::config::IdentityConfig::Azure(identity)),
        ..RegistryConfig::default()
    }
}

/// Rule R8: a Secret can ask for the pod's identity, and only the operator gives it.
#[test]
fn a_secret_does_not_enable_the_identity_of_azure() {
    let wanting = [
        ("url", "oci://acme.azurecr.io/team"),
        ("type", "oci"),
        ("project", "team-a"),
        ("useAzureWorkloadIdentity", "true"),
    ];
    let place = Destination::parse_reference("acme.azurecr.io/team/app").unwrap();
    let label = |registries| {
        let bench = Bench::with(&[&wanting], registries);
        match bench.broker.find(&requester("team-a"), &place) {
            Ok(handle) => handle.map_or("anonymous".to_owned(), |handle| handle.label().to_owned()),
            Err(error) => error.to_string(),
        }
    };
    assert!(label(vec![]).contains("identity: {ambient: azure"));
    assert!(label(vec![azure(&["team-b"])]).contains("identity: {ambient: azure"));
    assert_eq!(label(vec![azure(&["team-a"])]), "argocd/repo-0");
    assert_eq!(label(vec![azure(&["*"])]), "argocd/repo-0");
}

/// At 80 % of its life a token is replaced behind the back of who uses it.
#[tokio::test]
async fn a_token_is_refreshed_before_it_ends_and_nobody_waits() {
    let server = registry().await;
    let url = format!("oci://127.0.0.1:{}", server.port);
    let bench = Bench::new(&[&secret(&url, "ann", "secret-ann", "")]);
    bench.ask("a", server.port, "app").await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(241)).await;
    tokio::time::resume();
    bench.ask("a", server.port, "app").await.unwrap();
    let sent = server.received().last().unwrap().header("authorization").to_owned();
    for _ in 0..200 {
        if server.count("/token") == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(server.count("/token"), 2);
    // The answer is on its way into the cache: whoever asks meanwhile is served with the old token.
    let mut asked = 2;
    let renewed = loop {
        bench.ask("a", server.port, "app").await.unwrap();
        asked += 1;
        let renewed = server.received().last().unwrap().header("authorization") != sent;
        if renewed || asked == 200 {
            break renewed;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(renewed, "the new token is used in the end");
    assert_eq!(server.count("/v2/app/manifests/1.0"), asked + 1, "one refusal, at the beginning");
}

#[tokio::test]
async fn auth_files_are_read_again_when_they_change() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("config.json");
    let auth =
        |user: &str| format!(r#"{{"auths": {{"ghcr.io": {{"username": "{user}", "password": "p"}}}}}}"#);
    fs_err::write(&file, auth("ann")).unwrap();
    let mut parts = Bench::new(&[]).parts();
    parts.config = CredentialsConfig { docker: vec![file.clone()], ..CredentialsConfig::default() };
    let broker = Broker::new(parts).unwrap();
    let place = Destination::parse_reference("ghcr.io/acme/app").unwrap();
    let identity = || {
        let choice = broker.choose(&requester("a"), &place).unwrap();
        broker.session(&requester("a"), &place, choice).identity().clone()
    };
    let before = identity();
    fs_err::write(&file, auth("robert")).unwrap();
    broker.reload_if_changed().unwrap();
    assert_ne!(before, identity());
    fs_err::remove_file(&file).unwrap();
    broker.reload_if_changed().unwrap();
    assert_eq!(identity(), Identity::Anonymous);
}
