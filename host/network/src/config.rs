//! What the operator says about the network.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use policy::{METADATA, Reach};
use url::Host;

use crate::transport::{ProxyUrl, Tls, Transport};
use crate::{Origin, Resolver, SystemResolver};

/// The settings of a [`crate::Client`].
#[derive(Clone)]
pub struct Config {
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// What is known of particular hosts.
    pub hosts: Vec<HostConfig>,
    /// What holds for all other hosts.
    pub unlisted: Unlisted,
    /// A directory with a PEM file per host, named by the host without its port, as Argo CD mounts
    /// `argocd-tls-certs-cm`. Such a file replaces the roots for its host.
    pub certificates: Option<PathBuf>,
    /// Proxies for hosts that don't have their own.
    pub proxies: Proxies,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often to try.
    pub retries: Retries,
    /// Turns names into addresses.
    pub resolver: Arc<dyn Resolver>,
}

/// What is known of a host because the operator named it.
#[derive(Clone, Debug)]
pub struct HostConfig {
    /// The host in lower case.
    pub host: Host<String>,
    /// The port that this is for; `None` for the scheme's own.
    pub port: Option<u16>,
    /// Where its addresses may lie.
    pub reach: Reach,
    /// How to connect.
    pub transport: Transport,
}

/// What holds for hosts that nobody named.
#[derive(Clone, Copy, Debug)]
pub struct Unlisted {
    /// Where their addresses may lie. Targets of redirects are held to [`Reach::Public`] anyway.
    pub reach: Reach,
    /// Which ports they may have.
    pub ports: Ports,
}

/// Which ports may be connected to (rule R17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// 443, and 80 where `http` is allowed.
    Usual,
    /// Any: for the command line, whose user could connect there without us.
    Any,
}

/// Proxies, as the environment's `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` describe them.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// For `https`.
    pub https: Option<ProxyUrl>,
    /// For `http`.
    pub http: Option<ProxyUrl>,
    /// Hosts that are reached directly: comma-separated names, suffixes, addresses and networks.
    pub no_proxy: String,
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a connection including its TLS handshake.
    pub connect: Duration,
    /// For the head of an answer.
    pub answer: Duration,
    /// Between two pieces of a body.
    pub idle: Duration,
    /// For each kibibyte of a body, once this time has passed since its start: a floor of 1 KiB a
    /// window under a body that drips.
    pub drip_window: Duration,
}

/// How often to try what may be tried again.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// All tries together; 1 means no retry.
    pub attempts: u32,
    /// The first pause; each further one is up to twice as long.
    pub base: Duration,
    /// The longest pause, unless the server asks for a longer one.
    pub cap: Duration,
}

// === impl Config ===

impl Config {
    /// The settings for a service: public hosts only, apart from what `hosts` will name.
    #[must_use]
    pub fn new(user_agent: &str) -> Self {
        Self {
            user_agent: user_agent.to_owned(),
            hosts: Vec::new(),
            unlisted: Unlisted { reach: Reach::Public, ports: Ports::Usual },
            certificates: None,
            proxies: Proxies::default(),
            timeouts: Timeouts::default(),
            retries: Retries::default(),
            resolver: Arc::new(SystemResolver),
        }
    }

    /// The settings for asking the metadata services of clouds for the identity of this process (rule R16): their
    /// addresses and nothing else, over plain http as they want it, no proxy, and little patience, since on other
    /// machines nobody answers.
    #[must_use]
    pub fn metadata(user_agent: &str) -> Self {
        let transport = Transport { plain_http: true, ..Transport::default() };
        let host = |address: IpAddr| HostConfig {
            host: match address {
                IpAddr::V4(address) => Host::Ipv4(address),
                IpAddr::V6(address) => Host::Ipv6(address),
            },
            port: None,
            reach: Reach::Metadata,
            transport: transport.clone(),
        };
        let second = Duration::from_secs(1);
        Self {
            hosts: METADATA.into_iter().map(host).collect(),
            unlisted: Unlisted { reach: Reach::Metadata, ports: Ports::Usual },
            timeouts: Timeouts { connect: second, answer: 2 * second, ..Timeouts::default() },
            ..Self::new(user_agent)
        }
    }

    /// The roots of a host at any of its ports, as the files of [`Config::certificates`] are: its token server is
    /// often another port of it. Not to verify at all is for the one port that it was said of (rule R18).
    pub(crate) fn roots(&self, host: &Host<String>) -> Option<Arc<[u8]>> {
        let mut known = self.hosts.iter().filter(|known| known.host == *host);
        known.find_map(|known| match &known.transport.tls {
            Tls::Roots(pem) => Some(Arc::clone(pem)),
            Tls::Configured | Tls::Unverified => None,
        })
    }

    /// What is known of the host of `origin`.
    pub(crate) fn host(&self, origin: &Origin) -> Option<&HostConfig> {
        self.hosts.iter().find(|known| known.covers(origin))
    }
}

// === impl HostConfig ===

impl HostConfig {
    /// A host that the operator named: private addresses are fine, and so is this machine if it is
    /// the very host that was named.
    #[must_use]
    pub fn named(host: Host<String>, port: Option<u16>, transport: Transport) -> Self {
        Self { reach: named_reach(&host), host, port, transport }
    }

    fn covers(&self, origin: &Origin) -> bool {
        let port = self.port.unwrap_or(if origin.is_secure() { 443 } else { 80 });
        self.host == *origin.host() && port == origin.port()
    }
}

/// How far `host` may reach because somebody in charge wrote it down. Only who writes `localhost`
/// or its address gets this machine, not who writes a name that happens to lead here.
pub(crate) fn named_reach(host: &Host<String>) -> Reach {
    let local = match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if local { Reach::Loopback } else { Reach::Private }
}

// === impl Tls ===

impl Tls {
    /// The given PEM certificates instead of the usual roots.
    #[must_use]
    pub fn roots(pem: &[u8]) -> Self {
        Self::Roots(pem.into())
    }
}

// === impl Timeouts ===

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            idle: Duration::from_secs(15),
            drip_window: Duration::from_secs(30),
        }
    }
}

// === impl Retries ===

impl Default for Retries {
    fn default() -> Self {
        Self { attempts: 5, base: Duration::from_millis(250), cap: Duration::from_secs(3) }
    }
}
