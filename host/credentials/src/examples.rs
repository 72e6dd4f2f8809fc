//! Each Secret of `examples/credentials` is used as its registry wants it: the challenge of that registry, its token
//! server, and what is sent there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use network::broker::{Access, Answer, Refusal, Scope};
use network::{Challenge, Request};
use policy::{Destination, Requester};

use crate::audit::{Action, Outcome};
use crate::cloud::Environment;
use crate::config::{ArgocdConfig, CredentialsConfig};
use crate::testing::{Canned, Received, Recorder, Rewriting, Server, soon};
use crate::{Broker, Parts};

/// A registry that is used by hand.
struct Hand {
    example: &'static str,
    /// What is asked for.
    repository: &'static str,
    /// How it asks who is there.
    challenge: &'static str,
    /// Where it has tokens from; empty where it takes the password itself.
    realm: &'static str,
    service: &'static str,
    login: &'static str,
}

const HANDS: [Hand; 10] = [
    Hand {
        example: "docker-hub",
        repository: "registry-1.docker.io/acme/app",
        challenge: "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",\
                    scope=\"repository:acme/app:pull\"",
        realm: "https://auth.docker.io",
        service: "registry.docker.io",
        login: "acme-ci:dckr_pat_EXAMPLE",
    },
    Hand {
        example: "ghcr",
        repository: "ghcr.io/acme/app",
        challenge: "Bearer realm=\"https://ghcr.io/token\",service=\"ghcr.io\",scope=\"repository:user/image:pull\"",
        realm: "https://ghcr.io",
        service: "ghcr.io",
        login: "acme-ci:ghp_EXAMPLE",
    },
    Hand {
        example: "ghcr-app",
        repository: "ghcr.io/acme/charts/app",
        challenge: "Bearer realm=\"https://ghcr.io/token\",service=\"ghcr.io\",scope=\"repository:user/image:pull\"",
        realm: "https://ghcr.io",
        service: "ghcr.io",
        login: "x-access-token:ghs_EXAMPLE",
    },
    Hand {
        example: "gitlab-deploy-token",
        repository: "registry.gitlab.com/acme/group/charts/app",
        challenge: "Bearer realm=\"https://gitlab.com/jwt/auth\",service=\"container_registry\"",
        realm: "https://gitlab.com",
        service: "container_registry",
        login: "gitlab+deploy-token-1234:gldt-EXAMPLE",
    },
    Hand {
        example: "gitlab-job-token",
        repository: "registry.gitlab.com/acme/charts/app",
        challenge: "Bearer realm=\"https://gitlab.com/jwt/auth\",service=\"container_registry\"",
        realm: "https://gitlab.com",
        service: "container_registry",
        login: "gitlab-ci-token:glcbt-EXAMPLE",
    },
    Hand {
        example: "harbor-robot",
        repository: "harbor.corp.example/charts/app",
        challenge: "Bearer realm=\"https://harbor.corp.example/service/token\",service=\"harbor-registry\"",
        realm: "https://harbor.corp.example",
        service: "harbor-registry",
        login: "robot$charts+puller:EXAMPLE",
    },
    Hand {
        example: "quay-robot",
        repository: "quay.io/acme/app",
        challenge: "Bearer realm=\"https://quay.io/v2/auth\",service=\"quay.io\"",
        realm: "https://quay.io",
        service: "quay.io",
        login: "acme+puller:EXAMPLE",
    },
    Hand {
        example: "google-json-key",
        repository: "europe-west1-docker.pkg.dev/acme/charts/app",
        challenge: "Bearer realm=\"https://europe-west1-docker.pkg.dev/v2/token\",\
                    service=\"europe-west1-docker.pkg.dev\"",
        realm: "https://europe-west1-docker.pkg.dev",
        service: "europe-west1-docker.pkg.dev",
        login: "_json_key:{\"type\": \"service_account\", \"client_email\": \"puller@acme.iam.gserviceaccount.com\"}",
    },
    Hand {
        example: "azure-token",
        repository: "acme.azurecr.io/charts/app",
        challenge: "Bearer realm=\"https://acme.azurecr.io/oauth2/token\",service=\"acme.azurecr.io\"",
        realm: "https://acme.azurecr.io",
        service: "acme.azurecr.io",
        login: "puller:EXAMPLE",
    },
    Hand {
        example: "ecr-password",
        repository: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/charts/app",
        challenge: "Basic realm=\"https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/\",\
                    service=\"ecr.amazonaws.com\"",
        realm: "",
        service: "",
        login: "AWS:EXAMPLE",
    },
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/credentials")
}

/// Writes `stringData:` of an example as a volume mounts it: plain values, quoted ones and blocks.
fn mount(example: &str, directory: &Path) {
    let text = fs_err::read_to_string(folder().join(format!("{example}.yaml"))).unwrap();
    let (_, body) = text.split_once("stringData:\n").unwrap();
    let mut data: Vec<(&str, String)> = Vec::new();
    for line in body.lines() {
        match line.strip_prefix("    ") {
            Some(block) => {
                let (_, value) = data.last_mut().unwrap();
                *value = format!("{}{block}\n", value.trim_start_matches('|'));
            }
            None => {
                let (key, value) = line.trim().split_once(": ").unwrap();
                data.push((key, value.trim_matches(['\'', '"']).to_owned()));
            }
        }
    }
    fs_err::create_dir_all(directory).unwrap();
    for (key, value) in data {
        fs_err::write(directory.join(key), value).unwrap();
    }
}

fn broker(example: &str, wire: Rewriting, root: &Path) -> (Broker, Arc<Recorder>) {
    mount(example, &root.join(example));
    let (wire, audit) = (Arc::new(wire), Arc::new(Recorder::default()));
    let argocd = Some(ArgocdConfig::Secrets(root.to_owned()));
    let broker = Broker::new(Parts {
        config: CredentialsConfig { argocd, ..CredentialsConfig::default() },
        registries: vec![],
        environment: Environment::default(),
        wire: Arc::clone(&wire) as Arc<dyn crate::Wire>,
        metadata: wire,
        audit: Arc::clone(&audit) as Arc<dyn crate::audit::Sink>,
        helpers: None,
        kubernetes: None,
    });
    let broker = broker.unwrap();
    assert!(broker.problems().is_empty(), "{:?}", broker.problems());
    (broker, audit)
}

/// Drives the one who authorises as a registry's client does, until the registry would be satisfied.
async fn pull(broker: &Broker, hand: &Hand) {
    let requester = Requester { project: Some("team-a".to_owned()), application: None };
    let place = Destination::parse_reference(hand.repository).unwrap();
    let authorizer = network::Broker::authorizer(broker, &requester, &place, soon()).await.unwrap();
    assert_eq!(authorizer.identity().label(), format!("argocd/{}", hand.example));
    let host = place.origin().host();
    let url: url::Url = format!("https://{host}/v2/{}/manifests/1.0", place.path()).parse().unwrap();
    let scope = Scope { repository: place.path().to_owned(), access: Access::Pull };
    let mut first = Request::get(url.clone(), soon()).unwrap();
    authorizer.authorize(&mut first, &scope, soon()).await.unwrap();
    let headers =
        http::HeaderMap::from_iter([(http::header::WWW_AUTHENTICATE, hand.challenge.parse().unwrap())]);
    let (origin, challenges) = (first.origin().clone(), Challenge::all(&headers));
    let refusal = Refusal { origin, status: 401, challenges, attempt: 1 };
    assert_eq!(authorizer.answer(&refusal, &scope, soon()).await.unwrap(), Answer::Retry, "{}", hand.example);
    let mut second = Request::get(url, soon()).unwrap();
    authorizer.authorize(&mut second, &scope, soon()).await.unwrap();
}

fn judge(request: &Received, hand: &Hand) -> Canned {
    let (_, path) = hand.repository.split_once('/').unwrap();
    let query = request.query();
    let is = |name: &str, value: &str| query.get(name).is_some_and(|found| found == value);
    let login = format!("Basic {}", STANDARD.encode(hand.login));
    let asks = is("service", hand.service) && is("scope", &format!("repository:{path}:pull"));
    if request.method == "GET" && asks && request.header("authorization") == login {
        return Canned::new(200, r#"{"token": "t", "expires_in": 300}"#);
    }
    Canned::new(401, "")
}

#[tokio::test]
async fn every_registry_gets_what_it_asks_for() {
    for hand in &HANDS {
        let server = Server::start(move |request| judge(request, hand)).await;
        let wire = Rewriting::new([(hand.realm, &server)]);
        let root = tempfile::tempdir().unwrap();
        let (broker, audit) = broker(hand.example, wire, root.path());
        pull(&broker, hand).await;
        let tokens = usize::from(!hand.realm.is_empty());
        assert_eq!(server.received().len(), tokens, "{}", hand.example);
        let last = audit.events().pop().unwrap();
        assert_eq!((last.action, last.outcome), (Action::Apply, Outcome::Done), "{}", hand.example);
        assert_eq!(last.host, hand.repository.split('/').next().unwrap());
    }
}

/// Those that are no registry with tokens are used by other tests: Helm repositories, and certificates of clients.
#[test]
fn no_example_is_left_out() {
    let mut names: Vec<String> = fs_err::read_dir(folder())
        .unwrap()
        .map(|item| item.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| HANDS.iter().all(|hand| hand.example != name))
        .collect();
    names.sort();
    assert_eq!(names, ["jfrog", "private-registry"]);
    for (name, place) in [
        ("jfrog", "https://acme.jfrog.io/artifactory/api/helm/charts"),
        ("private-registry", "oci://registry.corp.example:5000/charts/app"),
    ] {
        let root = tempfile::tempdir().unwrap();
        let (broker, _) = broker(name, Rewriting::new([]), root.path());
        let requester = Requester { project: Some("team-a".to_owned()), application: None };
        let place = Destination::parse_reference(place).unwrap();
        let choice = broker.choose(&requester, &place).unwrap();
        assert_eq!(choice.entry.is_some(), name == "jfrog");
        assert_eq!(choice.transport.unwrap().identity.is_some(), name == "private-registry");
    }
}
