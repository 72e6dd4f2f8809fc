//! Rule R30: with every kind of secret loaded, and servers that repeat what they are sent, no secret is in any
//! output: errors with their causes, logs at the finest level, audit events, explanations, and `Debug` of what
//! leaves this crate. Each is looked for as it is, in base64, in hexadecimal digits and as in a URL.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use network::broker::{Access, Refusal, Scope};
use network::{Authorizer, Challenge, Request};
use policy::{Destination, Requester};
use tracing_subscriber::fmt::MakeWriter;
use url::Url;

use crate::audit::{Log, Sink};
use crate::cloud::Environment;
use crate::config::{
    ArgocdConfig, AwsIdentity, AzureIdentity, CredentialsConfig, EntryConfig, GoogleIdentity, IdentityConfig,
    KubernetesConfig, RegistryConfig,
};
use crate::testing::{Canned, Recorder, Rewriting, Server, soon};
use crate::token::lock;
use crate::{Broker, Parts, Secret};

/// A secret of its own for each place, so that a find says where it came from.
fn canary(name: &str) -> String {
    format!("canary-{name}/+=?&-yranac")
}

/// The forms in which a secret could be written.
fn forms(secret: &str) -> Vec<String> {
    let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    // What is encoded together with something before it is shifted by up to two bytes; the middle stays the same.
    let shifted = (0..3).map(|shift| {
        let encoded = STANDARD_NO_PAD.encode(format!("{}{secret}", "x".repeat(shift)));
        encoded[4..encoded.len() - 4].to_owned()
    });
    let mut forms = vec![secret.to_owned(), hex::encode(secret), url];
    forms.push(URL_SAFE_NO_PAD.encode(secret));
    forms.extend(shifted);
    forms
}

/// Everything that was written.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn add(&self, text: impl std::fmt::Debug) {
        lock(&self.0).extend_from_slice(format!("{text:?}\n").as_bytes());
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&lock(&self.0)).into_owned()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Keeps events and logs them.
struct Both(Arc<Recorder>);

impl Sink for Both {
    fn record(&self, event: &crate::audit::Event) {
        Log.record(event);
        self.0.record(event);
    }
}

/// Repeats all that it is sent, in every place of an answer.
async fn parrot(status: u16) -> Server {
    Server::start(move |request| {
        let said = format!("{} {:?} {}", request.target, request.headers, request.body);
        let line: String = said.chars().filter(|c| !c.is_control()).take(2000).collect();
        let body =
            serde_json::json!({"error": line, "error_description": line, "message": line, "__type": line});
        Canned::new(status, body.to_string()).with("x-said", line)
    })
    .await
}

fn write(root: &std::path::Path, name: &str, pairs: &[(&str, String)]) {
    let directory = root.join(name);
    fs_err::create_dir_all(&directory).unwrap();
    for (key, value) in pairs {
        fs_err::write(directory.join(key), value).unwrap();
    }
}

/// Places with a secret of every kind.
fn secrets(root: &std::path::Path) -> CredentialsConfig {
    let text = |text: &str| text.to_owned();
    let proxy = format!("http://user:{}@proxy.corp:3128", "canary-proxy-yranac");
    for (name, pairs) in [
        ("password", vec![("password", canary("password")), ("username", text("u")), ("proxy", proxy)]),
        ("bearer", vec![("bearerToken", canary("bearer"))]),
        ("tls", vec![("tlsClientCertData", canary("certificate")), ("tlsClientCertKey", canary("key"))]),
        ("broken", vec![("password", canary("broken")), ("insecure", canary("flag"))]),
        ("header", vec![("password", text("p")), ("bearerToken", canary("unused"))]),
        ("control", vec![("bearerToken", format!("{}\u{7}", canary("control")))]),
    ] {
        let all = [&[("url", format!("oci://{name}.corp")), ("type", text("oci"))][..], &pairs].concat();
        write(&root.join("secrets"), name, &all);
    }
    let key = [("url", text("oci://europe-docker.pkg.dev/p")), ("gcpServiceAccountKey", canary("gcp"))];
    write(&root.join("secrets"), "google", &key);
    write(
        &root.join("secrets"),
        "nowhere",
        &[("url", format!("oci://u:{}@x", canary("url"))), ("type", text("oci"))],
    );
    fs_err::write(root.join("password"), canary("file")).unwrap();
    let auths = BTreeMap::from([
        ("auth.corp", serde_json::json!({"auth": STANDARD.encode(format!("u:{}", canary("auth")))})),
        ("identity.corp", serde_json::json!({"identitytoken": canary("identitytoken")})),
        ("registry.corp", serde_json::json!({"registrytoken": canary("registrytoken")})),
    ]);
    fs_err::write(root.join("config.json"), serde_json::json!({"auths": auths}).to_string()).unwrap();
    fs_err::write(root.join("half.json"), format!(r#"{{"auths": {{"x": "{}"#, canary("half"))).unwrap();
    CredentialsConfig {
        argocd: Some(ArgocdConfig::Secrets(root.join("secrets"))),
        docker: vec![root.join("config.json"), root.join("half.json")],
        helm: vec![],
        entries: vec![EntryConfig {
            prefix: text("file.corp"),
            projects: vec![],
            username: Some(text("u")),
            password: None,
            password_file: Some(root.join("password")),
            token_file: None,
        }],
    }
}

const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

fn registries() -> Vec<RegistryConfig> {
    let projects = vec!["a".to_owned()];
    let entry = |prefix: &str, identity| RegistryConfig {
        prefix: prefix.to_owned(),
        identity: Some(identity),
        ..RegistryConfig::default()
    };
    vec![
        entry(ECR, IdentityConfig::Aws(AwsIdentity { projects: projects.clone(), roles: vec![] })),
        entry(
            "gcr.io",
            IdentityConfig::Google(GoogleIdentity { projects: projects.clone(), impersonate: None }),
        ),
        entry(
            "acme.azurecr.io",
            IdentityConfig::Azure(AzureIdentity { projects, client_id: None, tenant_id: None }),
        ),
    ]
}

fn environment(root: &std::path::Path) -> Environment {
    let key =
        serde_json::json!({"type": "service_account", "client_email": "e", "private_key": canary("private")});
    fs_err::write(root.join("google.json"), key.to_string()).unwrap();
    let mut environment = Environment::default();
    environment.aws.access_key_id = Some("AKIA".to_owned());
    environment.aws.secret_access_key = Some(Secret::new(canary("aws")));
    environment.aws.session_token = Some(Secret::new(canary("session")));
    environment.google.credentials_file = Some(root.join("google.json"));
    environment.azure.client_id = Some("c".to_owned());
    environment.azure.tenant_id = Some("t".to_owned());
    environment.azure.client_secret = Some(Secret::new(canary("azure")));
    environment
}

const PLACES: [&str; 15] = [
    "password.corp",
    "bearer.corp",
    "tls.corp",
    "broken.corp",
    "header.corp",
    "control.corp",
    "europe-docker.pkg.dev/p",
    "auth.corp",
    "identity.corp",
    "registry.corp",
    "file.corp",
    ECR,
    "gcr.io",
    "acme.azurecr.io",
    "nobody.corp",
];

/// Drives an authorizer as a registry's client would whose registry refuses everything.
async fn exercise(broker: &Broker, asked: &dyn network::Broker, place: &str, output: &Output) {
    let requester = Requester { project: Some("a".to_owned()), application: Some("app".to_owned()) };
    let destination = Destination::parse_reference(&format!("{place}/x/app")).unwrap();
    output.add(broker.explain(&destination.to_string(), Some("a")));
    output.add(serde_json::to_string(&broker.explain(&destination.to_string(), None)).unwrap());
    let authorizer = match asked.authorizer(&requester, &destination, soon()).await {
        Ok(authorizer) => authorizer,
        Err(error) => return report(&*error, output),
    };
    output.add((authorizer.identity(), authorizer.transport()));
    for scheme in ["Bearer", "Basic"] {
        refuse(&*authorizer, &destination, scheme, output).await;
    }
}

async fn refuse(authorizer: &dyn Authorizer, destination: &Destination, scheme: &str, output: &Output) {
    let host = destination.origin().host();
    let url: Url = format!("https://{host}/v2/{}/manifests/1", destination.path()).parse().unwrap();
    let scope = Scope { repository: destination.path().to_owned(), access: Access::Pull };
    let mut headers = http::HeaderMap::new();
    let challenge = format!(r#"{scheme} realm="https://{host}/token",service="s""#);
    headers.insert("www-authenticate", challenge.parse().unwrap());
    for attempt in 1..=3 {
        let mut request = Request::get(url.clone(), soon()).unwrap();
        if let Err(error) = authorizer.authorize(&mut request, &scope, soon()).await {
            report(&*error, output);
        }
        output.add(&request);
        let origin = request.origin().clone();
        let refusal = Refusal { origin, status: 401, challenges: Challenge::all(&headers), attempt };
        match authorizer.answer(&refusal, &scope, soon()).await {
            Ok(answer) => output.add(answer),
            Err(error) => report(&*error, output),
        }
    }
}

fn report(error: &dyn policy::Diagnose, output: &Output) {
    output.add(error);
    output.add(error.to_string());
    output.add(error.hint());
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        output.add(inner);
        output.add(inner.to_string());
        cause = inner.source();
    }
}

#[tokio::test]
async fn no_secret_is_in_any_output() {
    let output = Output::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(output.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    for status in [200, 400, 401, 403, 500] {
        let root = tempfile::tempdir().unwrap();
        let server = parrot(status).await;
        let origins: Vec<String> = PLACES
            .iter()
            .map(|place| format!("https://{}", place.split('/').next().unwrap()))
            .chain(["https://api.ecr.eu-west-1.amazonaws.com".to_owned()])
            .chain(["https://login.microsoftonline.com".to_owned()])
            .collect();
        let wire = Arc::new(Rewriting::new(origins.iter().map(|origin| (origin.as_str(), &server))));
        let recorder = Arc::new(Recorder::default());
        let broker = Broker::new(Parts {
            config: secrets(root.path()),
            registries: registries(),
            environment: environment(root.path()),
            wire: Arc::clone(&wire) as Arc<dyn crate::Wire>,
            metadata: wire,
            audit: Arc::new(Both(Arc::clone(&recorder))),
            helpers: None,
            kubernetes: None,
        })
        .unwrap();
        for place in PLACES {
            exercise(&broker, &broker, place, &output).await;
        }
        output.add(broker.problems());
        for event in recorder.events() {
            output.add(serde_json::to_string(&event).unwrap());
        }
        let said: String = server.received().iter().map(|request| format!("{request:?}")).collect();
        assert!(said.contains(&canary("identitytoken")) || said.contains("canary-identitytoken"), "{said}");
    }
    let text = output.text();
    assert!(
        text.contains("argocd/password") && text.contains("credential used"),
        "nothing was written:\n{text}"
    );
    let names = [
        "password",
        "bearer",
        "certificate",
        "key",
        "broken",
        "flag",
        "unused",
        "control",
        "gcp",
        "url",
        "file",
        "auth",
        "identitytoken",
        "registrytoken",
        "half",
        "private",
        "aws",
        "session",
        "azure",
    ];
    assert_free_of(&text, names.map(canary).into_iter().chain(["canary-proxy-yranac".to_owned()]));
}

#[track_caller]
fn assert_free_of(text: &str, secrets: impl IntoIterator<Item = String>) {
    for secret in secrets {
        for form in forms(&secret) {
            let found = text.lines().find(|line| line.contains(&form));
            assert!(found.is_none(), "`{secret}` as `{form}` in:\n{}", found.unwrap_or_default());
        }
    }
}

/// Secrets out of the Kubernetes API, which asks for the service account's token and then repeats it.
async fn api(status: u16) -> Server {
    let object = |name: &str, pairs: &[(&str, String)]| {
        let data: BTreeMap<&str, String> =
            pairs.iter().map(|(key, value)| (*key, STANDARD.encode(value))).collect();
        let labels = serde_json::json!({"argocd.argoproj.io/secret-type": "repository"});
        serde_json::json!({"metadata": {"name": name, "labels": labels}, "data": data})
    };
    let oci = |host: &str| ("url", format!("oci://{host}"));
    let items = [
        object("watched", &[oci("watched.corp"), ("password", canary("watched"))]),
        object("ssh", &[oci("ssh.corp"), ("sshPrivateKey", canary("ssh"))]),
        object("torn", &[oci("torn.corp"), ("password", canary("torn")), ("insecure", canary("said"))]),
    ];
    let list = serde_json::json!({"metadata": {"resourceVersion": "1"}, "items": items}).to_string();
    Server::start(move |request| {
        assert_eq!(request.header("authorization"), format!("Bearer {}", canary("account")));
        let body = if status == 200 { list.clone() } else { format!("{:?}", request.headers) };
        Canned::new(status, body)
    })
    .await
}

struct Kept;

impl crate::Helpers for Kept {
    fn ask(&self, helper: &str, _: &str) -> Result<Option<(String, Secret)>, String> {
        match helper {
            "login" => Ok(Some(("u".to_owned(), Secret::new(canary("kept"))))),
            "token" => Ok(Some(("<token>".to_owned(), Secret::new(canary("refresh"))))),
            _ => Err("it ended with status 1".to_owned()),
        }
    }
}

/// Lends the credential of the source to who knows the number.
struct Lends;

#[async_trait::async_trait]
impl crate::AskPass for Lends {
    async fn ask(&self, ticket: &crate::Ticket) -> Result<(String, Secret), String> {
        assert_eq!(ticket.nonce(), canary("nonce"));
        Ok(("u".to_owned(), Secret::new(canary("lent"))))
    }
}

#[tokio::test]
async fn no_secret_of_others_is_in_any_output() {
    let output = Output::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(output.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let places =
        ["watched.corp", "ssh.corp", "torn.corp", "login.corp", "token.corp", "fails.corp", "lent.corp"];
    for status in [200, 401, 410] {
        let root = tempfile::tempdir().unwrap();
        let (api, server) = (api(status).await, parrot(401).await);
        let token_file = root.path().join("account");
        fs_err::write(&token_file, canary("account")).unwrap();
        let helpers = r#"{"credHelpers": {"login.corp": "login", "token.corp": "token", "fails.corp": "x"}}"#;
        fs_err::write(root.path().join("config.json"), helpers).unwrap();
        let origins = places.map(|place| format!("https://{place}"));
        let wire = Arc::new(Rewriting::new(origins.iter().map(|origin| (origin.as_str(), &server))));
        let broker = Broker::new(Parts {
            config: CredentialsConfig {
                argocd: Some(ArgocdConfig::Kubernetes(KubernetesConfig { namespace: "argocd".to_owned() })),
                docker: vec![root.path().join("config.json")],
                ..CredentialsConfig::default()
            },
            registries: vec![],
            environment: Environment::default(),
            wire: Arc::clone(&wire) as Arc<dyn crate::Wire>,
            metadata: wire,
            audit: Arc::new(Log),
            helpers: Some(Arc::new(Kept)),
            kubernetes: Some(crate::KubernetesAccess {
                api: format!("http://127.0.0.1:{}", api.port).parse().unwrap(),
                token_file,
                ca_file: None,
            }),
        })
        .unwrap();
        broker.list_kubernetes().await;
        output.add(broker.problems());
        let ticket = crate::Ticket { socket: "/tmp/ask".into(), nonce: Secret::new(canary("nonce")) };
        output.add(&ticket);
        let access = crate::SourceAccess { ticket, askpass: Arc::new(Lends) };
        let source = Destination::parse_prefix("oci://lent.corp").unwrap();
        let lending = crate::SourceBroker::new(broker.clone(), source, access);
        for place in places {
            exercise(&broker, &lending, place, &output).await;
        }
        let said: String = server.received().iter().map(|request| format!("{request:?}")).collect();
        for used in ["kept", "refresh", "lent"].iter().chain((status == 200).then_some(&"watched")) {
            assert!(forms(&canary(used)).iter().any(|form| said.contains(form)), "`{used}` was never used");
        }
    }
    let text = output.text();
    for expected in ["argocd/watched", "argocd/source of the application", "the Kubernetes API"] {
        assert!(text.contains(expected), "`{expected}` is nowhere:\n{text}");
    }
    let names = ["watched", "ssh", "torn", "said", "account", "kept", "refresh", "nonce", "lent"];
    assert_free_of(&text, names.map(canary));
}

/// Rule R32: nothing in this crate runs a program, outside its tests.
#[test]
fn no_program_is_run() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut pending = vec![root];
    while let Some(directory) = pending.pop() {
        for item in fs_err::read_dir(directory).unwrap() {
            let path = item.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                pending.push(path);
            } else if name != "tests.rs" && name != "canary.rs" {
                let text = fs_err::read_to_string(&path).unwrap();
                assert!(!text.contains("process::Command"), "{}", path.display());
            }
        }
    }
}
