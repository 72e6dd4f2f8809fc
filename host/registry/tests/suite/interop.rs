//! With real Helm and a real registry, where they are installed: both ways, and with every kind of
//! authentication, in the clear and over TLS by an authority of its own.

mod distribution;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use bytes::Bytes;
use registry::{ChartRequest, Image, media};
use test_registry::{Auth, Authority, Options, Registry};

use crate::bench::{Bench, CANARY, Setup, app_at, archive, context, host_at};
use crate::interop::distribution::Distribution;

/// Names under which Helm may be on the path. Those before 3.17 cannot be told a user name for a push.
const HELMS: [&str; 6] = ["helm", "helm-4.3", "helm-4.2", "helm-4.1", "helm-3.21", "helm-3.19"];

/// A `Chart.yaml` with all that Helm knows, and with texts that it changes or writes in a way of its own.
const CHART_YAML: &[u8] = br#"apiVersion: v2
name: app
version: 1.2.3+b.1
appVersion: 1.10
kubeVersion: ">=1.25.0-0 <2\n"
type: application
description: "  An <app>\n\t& more\u00a0space \u2028 bell \u0007, \u200b \U0001F600"
home: "https://a.test/?a=1&b=2\n"
icon: "a\tb"
sources: ["https://a.test/?x=<y>", "b\nc"]
keywords: [a, "b & c"]
maintainers:
- {name: "Ann\nBee", email: ann@a.test, url: "https://ann.test\t"}
- {name: Cy <cy>}
deprecated: true
condition: "a.enabled\n"
tags: "x,y\n"
unknown: ignored
annotations:
  org.opencontainers.image.title: other
  org.opencontainers.image.description: mine & <yours>
  lines: "a\nb\u2028\"c\" \\"
  empty: ""
dependencies:
- {name: b, version: 1.0.0, repository: "", alias: c, condition: c.enabled, tags: ["t\n"], enabled: true}
- name: b
  version: ">=1"
  repository: "file://charts/b"
  import-values: [data, {parent: p, child: "c<d>"}]
"#;

/// How a registry wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Open,
    Basic,
    Token,
}

enum Server {
    Ours(Registry),
    Debians(Distribution),
}

/// A registry to pull from and push to.
struct Place {
    name: String,
    kind: Kind,
    authority: Option<Arc<Authority>>,
    server: Server,
}

impl Place {
    async fn ours(kind: Kind, authority: Option<Arc<Authority>>) -> Self {
        let auth = match kind {
            Kind::Open => Auth::None,
            Kind::Basic => Auth::basic("user", "canary"),
            Kind::Token => Auth::token("user", "canary"),
        };
        let tls = authority.clone().map(|authority| (authority, Vec::new()));
        let server = Registry::start(Options { auth, tls, ..Options::default() }).await;
        Self::new("test-registry", kind, authority, Server::Ours(server))
    }

    async fn debians(kind: Kind, authority: Option<Arc<Authority>>) -> Option<Self> {
        let server = Distribution::start(kind, authority.as_ref()).await?;
        Some(Self::new("docker-registry", kind, authority, Server::Debians(server)))
    }

    fn new(name: &str, kind: Kind, authority: Option<Arc<Authority>>, server: Server) -> Self {
        let scheme = if authority.is_some() { "https" } else { "http" };
        Self { name: format!("{name} {kind:?} {scheme}"), kind, authority, server }
    }

    fn port(&self) -> u16 {
        match &self.server {
            Server::Ours(registry) => registry.port(),
            Server::Debians(registry) => registry.port,
        }
    }

    fn host(&self) -> String {
        format!("localhost:{}", self.port())
    }

    fn parent(&self) -> String {
        format!("oci://{}/charts", self.host())
    }

    fn bench(&self) -> Bench {
        let tokens = match &self.server {
            Server::Debians(Distribution { tokens: Some(tokens), .. }) => Some(tokens.port()),
            _ => None,
        };
        let ports = std::iter::once(self.port()).chain(tokens);
        let hosts = ports.map(|port| host_at("localhost", port, self.authority.as_deref()));
        let setup = Setup::new(hosts.collect());
        match self.kind {
            Kind::Open => setup.start(),
            Kind::Basic | Kind::Token => setup.with_credential(&self.host(), CANARY).start(),
        }
    }

    /// Runs Helm in `home`, with what it has to know about this place.
    async fn helm(&self, binary: &'static str, home: &Path, arguments: &str) -> Output {
        let mut words: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        match &self.authority {
            None => words.push("--plain-http".to_owned()),
            Some(authority) => {
                fs_err::write(home.join("ca.pem"), authority.pem()).unwrap();
                words.extend(["--ca-file", "ca.pem"].map(str::to_owned));
            }
        }
        if self.kind != Kind::Open {
            words.extend(["--username", "user", "--password", "canary"].map(str::to_owned));
        }
        let output = helm(binary, home, words).await;
        assert!(output.status.success(), "{binary} at {}: {output:?}", self.name);
        output
    }
}

/// Every kind of registry that is there, with every Helm that is there; says what is not.
async fn everywhere(test: &str, run: impl AsyncFn(&'static str, &Place)) {
    let helms: Vec<_> =
        HELMS.into_iter().filter(|helm| Command::new(helm).arg("version").output().is_ok()).collect();
    if helms.is_empty() {
        eprintln!("SKIPPED {test}: no helm on the path");
        return;
    }
    for (kind, secure) in
        [(Kind::Open, false), (Kind::Basic, true), (Kind::Token, false), (Kind::Token, true)]
    {
        let authority = || secure.then(|| Arc::new(Authority::new()));
        let ours = Some(Place::ours(kind, authority()).await);
        let debians = Place::debians(kind, authority()).await;
        if debians.is_none() {
            eprintln!("SKIPPED {test}: no docker-registry on the path");
        }
        for place in ours.iter().chain(&debians) {
            for helm in &helms {
                run(helm, place).await;
            }
        }
    }
}

async fn helm(binary: &'static str, home: &Path, arguments: Vec<String>) -> Output {
    let home = home.to_owned();
    let run = move || {
        let mut command = Command::new(binary);
        command.args(&arguments).current_dir(&home);
        for name in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "DOCKER_CONFIG", "HOME"] {
            command.env(name, &home);
        }
        command.output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn helm_pulls_what_we_push() {
    everywhere("helm_pulls_what_we_push", async |binary, place| {
        let bench = place.bench();
        let (archive, provenance) = (Bytes::from(archive("1.2.3")), Bytes::from_static(b"signed"));
        let (context, parent) = (context(), place.parent());
        let pushed = bench.client.push_chart(&context, &parent, archive.clone(), Some(provenance.clone()));
        pushed.await.unwrap();
        let home = tempfile::tempdir().unwrap();
        place.helm(binary, home.path(), &format!("pull {}/app --version ^1 --prov", place.parent())).await;
        let read = |name: &str| fs_err::read(home.path().join(name)).unwrap();
        assert_eq!(read("app-1.2.3.tgz"), archive, "{binary} at {}", place.name);
        assert_eq!(read("app-1.2.3.tgz.prov"), provenance, "{binary} at {}", place.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn we_pull_what_helm_pushes_and_push_the_same() {
    everywhere("we_pull_what_helm_pushes_and_push_the_same", async |binary, place| {
        let home = tempfile::tempdir().unwrap();
        let sub: &[u8] = b"apiVersion: v2\nname: b\nversion: 1.0.0\n";
        let files = [("Chart.yaml", CHART_YAML), ("values.yaml", b"a: 1\n"), ("charts/b/Chart.yaml", sub)];
        let archive = Bytes::from(test_registry::chart::tar_gz("app", &files));
        fs_err::write(home.path().join("app.tgz"), &archive).unwrap();
        place.helm(binary, home.path(), &format!("push app.tgz {}", place.parent())).await;
        let bench = place.bench();
        let request = app_at(&place.host(), "^1");
        let pulled = bench.client.pull_archive(&context(), &request).await.unwrap();
        assert_eq!((pulled.version.as_str(), &pulled.archive), ("1.2.3+b.1", &archive), "{}", place.name);
        assert_eq!(bench.client.versions(&context(), &request.source).await.unwrap(), ["1.2.3+b.1"]);
        let theirs = image(&bench, place).await;
        bench.client.push_chart(&context(), &place.parent(), archive, None).await.unwrap();
        let ours = image(&place.bench(), place).await;
        assert_eq!(lossy(&ours.blobs[0]), lossy(&theirs.blobs[0]), "{binary} at {}", place.name);
        // Helm leaves the type of the document out, and we the time of the push: it would be another one each time.
        let typed = format!("\"mediaType\":\"{}\",", media::IMAGE_MANIFEST);
        let ours = lossy(&ours.bytes).replacen(&typed, "", 1);
        assert_eq!(ours, without_time(&lossy(&theirs.bytes)), "{binary} at {}", place.name);
    })
    .await;
}

async fn image(bench: &Bench, place: &Place) -> Image {
    let reference = format!("{}/charts/app:1.2.3_b.1", place.host()).parse().unwrap();
    bench.client.pull_image(&context(), &reference).await.unwrap()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn without_time(manifest: &str) -> String {
    let (before, rest) = manifest.split_once("\"org.opencontainers.image.created\":").unwrap();
    let (_, after) = rest.split_once(',').unwrap();
    format!("{before}{after}")
}

/// Never more requests than Helm needs, and fewer the second time.
#[tokio::test]
async fn requests_beside_helms() {
    everywhere("requests_beside_helms", async |binary, place| {
        let Server::Ours(registry) = &place.server else { return };
        registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
        registry.push_chart("charts/app", "1.1.0", &archive("1.1.0"));
        for wanted in ["1.2.3", "^1"] {
            registry.forget();
            let home = tempfile::tempdir().unwrap();
            place.helm(binary, home.path(), &format!("pull {}/app --version {wanted}", place.parent())).await;
            let theirs = registry.log();
            registry.forget();
            let request = ChartRequest::parse(&place.parent(), "app", wanted).unwrap();
            let bench = place.bench();
            bench.client.pull_chart(&context(), &request).await.unwrap();
            let ours = registry.log();
            assert!(ours.len() < theirs.len(), "{binary}, {}: {ours:?}, {theirs:?}", place.name);
            assert_eq!(registry.connections(), 1, "{}", place.name);
            registry.forget();
            bench.client.pull_chart(&context(), &request).await.unwrap();
            assert_eq!(registry.log(), [""; 0]);
        }
    })
    .await;
}
