//! Opens the way outwards as the configuration says: network, credentials, cache, registries.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use credentials::config::{CredentialsConfig, RegistryConfig as Registry};
use credentials::{Broker, Environment, KubernetesAccess, Parts, audit};
use generate::capability::{Ledger, ProjectPace};
use network::{ClientIdentity, HostConfig, Ports, Proxies, ProxyUrl, Reach, Tls, Transport, Unlisted, Url};
use registry::{
    Client, Freshness, Keyring, Mirror, Pattern, PublicKey, Signer, SigstoreIdentity, TrustRoot, VerifyPolicy,
};

use crate::config::{Config, CosignConfig, MirrorTrust, RegistryConfig, TlsConfig, VerifyConfig};
use crate::exit::{Code, Failure};
use crate::helper::DockerHelpers;
use crate::person::Person;
use crate::version::USER_AGENT;
use crate::{shared, variable};

/// Where Argo CD mounts `argocd-tls-certs-cm`.
const ARGOCD_CERTIFICATES: &str = "/app/config/tls";

/// Where a pod finds the token and the authorities of its service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// For whom the way is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// For the applications of others: public hosts and those that the operator named.
    Service,
    /// For the person at the keyboard, who reaches the same hosts without us, and has credentials at home.
    Person,
}

/// The way outwards.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) network: network::Client,
    pub(crate) broker: Broker,
    pub(crate) registry: Client,
    /// How current answers of registries have to be.
    pub(crate) freshness: Freshness,
    /// Where it is written down what plugins fetch.
    pub(crate) ledger: Option<Arc<Ledger>>,
    /// How fast each project fetches.
    pub(crate) pace: ProjectPace,
}

/// Opens the way outwards; what was fetched is kept in `folder`.
pub(crate) fn open(config: &Config, folder: &Path, purpose: Purpose) -> Result<Outside, Failure> {
    let network = network::Client::new(network_config(config, purpose)?);
    let broker = broker(config, &network, purpose)?;
    let store = store(config, folder)?;
    let identities: Arc<dyn network::Broker> = match purpose {
        Purpose::Service => Arc::new(broker.clone()),
        Purpose::Person => Arc::new(Person(broker.clone())),
    };
    let registry = Client::new(registry_config(config)?, network.clone(), identities, store);
    let pace = ProjectPace::default();
    Ok(Outside { network, broker, registry, freshness: Freshness::Cached, ledger: None, pace })
}

/// What was fetched, in `folder` or, where that can't be written, until the machine restarts.
fn store(config: &Config, folder: &Path) -> Result<cache::Store, Failure> {
    let open = |path: PathBuf| cache::Store::open(&cache::Config { path, size: config.cache.size.0 });
    let store = open(folder.join("content")).or_else(|error| {
        tracing::warn!(%error, "what is fetched is kept until the machine restarts");
        // A folder that nobody else could have made beforehand.
        let private = tempfile::Builder::new().prefix("tiphys-").tempdir().ok();
        private.and_then(|folder| open(folder.keep().join("content")).ok()).ok_or_else(|| {
            Failure::platform(error).with_hint("`--cache DIR` names a folder that can be written")
        })
    })?;
    Ok(match shared::open(config)? {
        Some(shared) => store.with_shared(shared),
        None => store,
    })
}

fn network_config(config: &Config, purpose: Purpose) -> Result<network::Config, Failure> {
    let mut hosts = Vec::new();
    for registry in &config.registries {
        hosts.extend(host(registry)?);
    }
    let unlisted = match purpose {
        Purpose::Service => Unlisted { reach: Reach::Public, ports: Ports::Usual },
        Purpose::Person => Unlisted { reach: Reach::Loopback, ports: Ports::Any },
    };
    Ok(network::Config {
        hosts,
        unlisted,
        certificates: certificates(config),
        proxies: proxies()?,
        ..network::Config::new(USER_AGENT)
    })
}

/// The registry itself, and its mirrors: who names a mirror means it to be reached.
fn host(config: &RegistryConfig) -> Result<Vec<HostConfig>, Failure> {
    let transport = Transport { plain_http: config.plain_http, ..transport(&config.tls)? };
    let mut hosts = vec![named(&config.prefix, transport)?];
    for mirror in &config.mirrors {
        hosts.push(named(&mirror.location, Transport::default())?);
    }
    Ok(hosts)
}

fn named(prefix: &str, transport: Transport) -> Result<HostConfig, Failure> {
    let wrong = |problem: &dyn std::fmt::Display| {
        Failure::new(Code::Configuration, format!("registries: `{prefix}`: {problem}"))
            .with_hint("write `host[:port][/path]`")
    };
    if prefix.contains("://") {
        return Err(wrong(&"it must have no scheme"));
    }
    let authority = prefix.split('/').next().unwrap_or_default();
    let url: Url = format!("https://{authority}").parse().map_err(|error| wrong(&error))?;
    let host = url.host().ok_or_else(|| wrong(&"it has no host"))?.to_owned();
    // An explicit 443 is the scheme's own port, which `Url` leaves out.
    Ok(HostConfig::named(host, url.port(), transport))
}

fn transport(config: &TlsConfig) -> Result<Transport, Failure> {
    let tls = match &config.ca_file {
        _ if config.insecure => Tls::Unverified,
        Some(file) => Tls::roots(&read(file)?),
        None => Tls::Configured,
    };
    let identity = match (&config.cert_file, &config.key_file) {
        (Some(certificate), Some(key)) => Some(ClientIdentity::new(&read(certificate)?, &read(key)?)),
        (None, None) => None,
        _ => {
            let message = "registries: `tls.certFile` and `tls.keyFile` are only of use together";
            return Err(Failure::new(Code::Configuration, message));
        }
    };
    Ok(Transport { tls, identity, ..Transport::default() })
}

fn certificates(config: &Config) -> Option<PathBuf> {
    let mounted = || Some(PathBuf::from(ARGOCD_CERTIFICATES)).filter(|folder| folder.is_dir());
    config.network.certificates.as_deref().map(home).or_else(mounted)
}

fn proxies() -> Result<Proxies, Failure> {
    Ok(Proxies {
        https: proxy(&["HTTPS_PROXY", "https_proxy"])?,
        http: proxy(&["HTTP_PROXY", "http_proxy"])?,
        no_proxy: variable::first(&["NO_PROXY", "no_proxy"]).unwrap_or_default(),
    })
}

fn proxy(names: &[&str]) -> Result<Option<ProxyUrl>, Failure> {
    let Some(text) = variable::first(names).filter(|text| !text.is_empty()) else { return Ok(None) };
    let text = if text.contains("://") { text } else { format!("http://{text}") };
    let name = names.first().unwrap_or(&"");
    // The text may hold a password, so that it is not shown.
    let url = text.parse().map_err(|_| Failure::usage(format!("`{name}` is not the address of a proxy")))?;
    Ok(Some(ProxyUrl::new(url)))
}

fn broker(config: &Config, network: &network::Client, purpose: Purpose) -> Result<Broker, Failure> {
    let registries = config.registries.iter().map(|registry| Registry {
        prefix: registry.prefix.clone(),
        identity: registry.identity.clone(),
        realms: registry.realms.clone(),
        plain_http: registry.plain_http,
    });
    let broker = Broker::new(Parts {
        config: sources(config, purpose),
        registries: registries.collect(),
        environment: Environment::read(variable::read),
        wire: Arc::new(network.clone()),
        metadata: Arc::new(network::Client::new(network::Config::metadata(USER_AGENT))),
        audit: Arc::new(audit::Log),
        helpers: (purpose == Purpose::Person).then(|| Arc::new(DockerHelpers) as _),
        kubernetes: kubernetes(),
    });
    let broker = broker.map_err(|error| Failure::new(Code::Configuration, chain(&error)))?;
    for problem in broker.problems() {
        tracing::warn!(source = problem.label, reason = problem.reason, "a credential can't be used");
    }
    Ok(broker)
}

/// Where credentials are: as configured, else where Docker and Helm keep those of the person at the keyboard.
fn sources(config: &Config, purpose: Purpose) -> CredentialsConfig {
    let Some(mut sources) = config.credentials.clone() else {
        return if purpose == Purpose::Person { at_home() } else { CredentialsConfig::default() };
    };
    for file in sources.docker.iter_mut().chain(&mut sources.helm) {
        *file = home(&file.to_string_lossy());
    }
    sources
}

/// Where Helm keeps its logins.
pub(crate) fn helm_logins() -> PathBuf {
    let folder = || variable::read("HELM_CONFIG_HOME").map(PathBuf::from);
    let shared = || variable::read("XDG_CONFIG_HOME").map(|folder| Path::new(&folder).join("helm"));
    let below =
        || folder().or_else(shared).unwrap_or_else(|| home("~/.config/helm")).join("registry/config.json");
    variable::read("HELM_REGISTRY_CONFIG").map_or_else(below, PathBuf::from)
}

pub(crate) fn at_home() -> CredentialsConfig {
    let docker = variable::read("DOCKER_CONFIG").map_or_else(|| home("~/.docker"), PathBuf::from);
    let helm = helm_logins();
    let existing = |file: PathBuf| Some(file).filter(|file| file.is_file()).into_iter().collect();
    CredentialsConfig {
        docker: existing(docker.join("config.json")),
        helm: existing(helm),
        ..CredentialsConfig::default()
    }
}

fn kubernetes() -> Option<KubernetesAccess> {
    let host = variable::read("KUBERNETES_SERVICE_HOST")?;
    let port = variable::read("KUBERNETES_SERVICE_PORT").unwrap_or_else(|| "443".to_owned());
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let folder = Path::new(SERVICE_ACCOUNT);
    let ca_file = Some(folder.join("ca.crt")).filter(|file| file.is_file());
    let api = format!("https://{host}:{port}").parse().ok()?;
    Some(KubernetesAccess { api, token_file: folder.join("token"), ca_file })
}

fn registry_config(config: &Config) -> Result<registry::Config, Failure> {
    Ok(registry::Config {
        tag_ttl: config.cache.tag_ttl.0,
        stale_if_error: config.cache.stale_if_error.0,
        mirrors: config.registries.iter().flat_map(mirrors).collect(),
        verify: config.verify.iter().map(policy).collect::<Result<_, _>>()?,
        ..registry::Config::default()
    })
}

fn mirrors(config: &RegistryConfig) -> impl Iterator<Item = Mirror> {
    config.mirrors.iter().map(|mirror| Mirror {
        prefix: config.prefix.clone(),
        location: mirror.location.clone(),
        trust: match mirror.trust {
            MirrorTrust::DigestOnly => registry::MirrorTrust::DigestOnly,
            MirrorTrust::Resolve => registry::MirrorTrust::Resolve,
        },
    })
}

fn policy(config: &VerifyConfig) -> Result<VerifyPolicy, Failure> {
    let signer = |file: &String| {
        let pem = String::from_utf8_lossy(&read(file)?).into_owned();
        let wrong = |error| Failure::new(Code::Configuration, format!("verify: `{file}`: {error}"));
        PublicKey::from_pem(&pem).map(Signer::CosignKey).map_err(wrong)
    };
    let mut signers = config.cosign.keys.iter().map(signer).collect::<Result<Vec<_>, _>>()?;
    signers.extend(identity(&config.cosign)?.map(Signer::CosignIdentity));
    for file in &config.provenance.keyrings {
        let wrong = |error| Failure::new(Code::Configuration, format!("verify: `{file}`: {error}"));
        signers.push(Signer::Provenance(Keyring::parse(&read(file)?).map_err(wrong)?));
    }
    Ok(VerifyPolicy { pattern: pattern(&config.pattern)?, signers })
}

/// Who signs without a key of their own: both halves of a name, or it would be anybody's.
fn identity(config: &CosignConfig) -> Result<Option<SigstoreIdentity>, Failure> {
    let wrong = |problem: String| Failure::new(Code::Configuration, format!("verify: {problem}"));
    let (issuer, subject) = match (&config.issuer, &config.subject_regex) {
        (None, None) => return Ok(None),
        (Some(issuer), Some(subject)) => (issuer, subject),
        _ => {
            return Err(wrong(
                "`cosign.issuer` and `cosign.subjectRegex` are only of use together".to_owned(),
            ));
        }
    };
    let json = config.trusted_root.as_ref().map(|file| read(file)).transpose()?;
    let json = json.map(|json| String::from_utf8_lossy(&json).into_owned());
    let root = json.as_deref().map_or(TrustRoot::PublicGood, TrustRoot::Json);
    SigstoreIdentity::new(issuer, subject, root).map(Some).map_err(|error| wrong(error.to_string()))
}

/// A pattern of references; without a scheme it is one of registries.
pub(crate) fn pattern(text: &str) -> Result<Pattern, Failure> {
    let full = if text.contains("://") { text.to_owned() } else { format!("oci://{text}") };
    full.parse().map_err(|error| Failure::new(Code::Configuration, chain(&error)))
}

fn read(file: &str) -> Result<Vec<u8>, Failure> {
    fs_err::read(home(file)).map_err(|error| Failure::new(Code::Configuration, error))
}

/// The path with `~/` as the user's home.
fn home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), variable::read("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// `error` and what it came from, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}"))
}
