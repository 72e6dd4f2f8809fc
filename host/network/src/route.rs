//! Where a request may go and how: the decision, made before any connection.

use std::net::IpAddr;
use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use policy::{Reach, admit};
use url::Host;

use crate::config::{Ports, named_reach};
use crate::error::Refusal;
use crate::transport::{ClientIdentity, ProxyChoice, ProxyUrl, Tls, Transport};
use crate::{Config, Error, Origin};

/// How to connect to an origin. Connections are shared by what has an equal route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    pub(crate) trust: Trust,
    pub(crate) identity: Option<ClientIdentity>,
    pub(crate) proxy: Option<ProxyUrl>,
    pub(crate) reach: Reach,
    /// Somebody in charge wrote this host down, so errors may tell what is wrong with it.
    pub(crate) named: bool,
}

/// Which certificates are trusted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Trust {
    /// None: no TLS is spoken, so that nothing has to be read.
    Nobody,
    /// The system's.
    System,
    /// These PEM certificates alone.
    Only(Arc<[u8]>),
    /// All.
    Unverified,
}

/// How a request came to an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Approach<'a> {
    /// The request is for it; what is stored beside its credential says how to connect.
    Direct(Option<&'a Transport>),
    /// A redirect led there.
    Redirected,
}

impl Route {
    /// Decides the way to `origin`.
    pub(crate) fn to(origin: &Origin, approach: Approach<'_>, config: &Config) -> Result<Self, Error> {
        let listed = config.host(origin);
        let own = match approach {
            Approach::Direct(transport) => transport,
            Approach::Redirected => None,
        };
        let named = listed.is_some() || own.is_some();
        let reach = match (listed, own, approach) {
            (Some(host), ..) => host.reach,
            (None, Some(_), _) => named_reach(origin.host()),
            (None, None, Approach::Redirected) => Reach::Public,
            (None, None, Approach::Direct(_)) => config.unlisted.reach,
        };
        let refuse = |refusal| Error::Refused { origin: origin.clone(), refusal, named };
        check_port(origin, named, approach, config).map_err(refuse)?;
        let transports = [own, listed.map(|host| &host.transport)];
        if !origin.is_secure() && !transports.iter().flatten().any(|transport| transport.plain_http) {
            return Err(refuse(Refusal::PlainHttp));
        }
        let proxy = proxy_for(origin, &transports, config);
        check_host(origin.host(), reach, named, proxy.is_some()).map_err(refuse)?;
        Ok(Self {
            trust: trust_for(origin, &transports, config)?,
            identity: transports.iter().flatten().find_map(|transport| transport.identity.clone()),
            proxy,
            reach,
            named,
        })
    }
}

fn check_port(origin: &Origin, named: bool, approach: Approach<'_>, config: &Config) -> Result<(), Refusal> {
    let any = config.unlisted.ports == Ports::Any && approach != Approach::Redirected;
    let usual = matches!(origin.port(), 443 | 80);
    if named || usual || any { Ok(()) } else { Err(Refusal::Port { port: origin.port() }) }
}

/// Literal addresses don't pass the resolver, and names don't if a proxy resolves them.
fn check_host(host: &Host<String>, reach: Reach, named: bool, proxied: bool) -> Result<(), Refusal> {
    let address = match host {
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => IpAddr::V6(*address),
        Host::Domain(name) if proxied && !named && reach == Reach::Public && is_internal_name(name) => {
            return Err(Refusal::InternalName);
        }
        Host::Domain(_) => return Ok(()),
    };
    admit(address, reach).map_err(Refusal::Address)
}

/// Names that can't be public: without a dot, or below a name that is reserved for inside.
fn is_internal_name(name: &str) -> bool {
    const INTERNAL: [&str; 8] =
        ["localhost", "local", "internal", "intranet", "lan", "svc", "home.arpa", "cluster.local"];
    let name = name.trim_end_matches('.');
    let below =
        |zone: &str| name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.contains('.') || INTERNAL.into_iter().any(below)
}

fn trust_for(origin: &Origin, transports: &[Option<&Transport>], config: &Config) -> Result<Trust, Error> {
    let chosen = transports.iter().flatten().find_map(|transport| match &transport.tls {
        Tls::Configured => None,
        Tls::Roots(pem) => Some(Trust::Only(Arc::clone(pem))),
        Tls::Unverified => Some(Trust::Unverified),
    });
    let chosen = chosen.or_else(|| config.roots(origin.host()).map(Trust::Only));
    match (chosen, &config.certificates) {
        _ if !origin.is_secure() => Ok(Trust::Nobody),
        (Some(trust), _) => Ok(trust),
        (None, Some(directory)) => {
            // A host can't climb out of the directory: hosts hold no `/`.
            let file = directory.join(origin.host().to_string());
            match fs_err::read(&file) {
                Ok(pem) => Ok(Trust::Only(pem.into())),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Trust::System),
                Err(source) => Err(Error::Certificates { origin: origin.clone(), source: source.into() }),
            }
        }
        (None, None) => Ok(Trust::System),
    }
}

/// Whether the server at `origin` must show a certificate that is trusted.
pub(crate) fn is_verified(origin: &Origin, own: Option<&Transport>, config: &Config) -> bool {
    let listed = config.host(origin).map(|host| &host.transport);
    let chosen = [own, listed].into_iter().flatten().find(|transport| transport.tls != Tls::Configured);
    origin.is_secure() && chosen.is_none_or(|transport| transport.tls != Tls::Unverified)
}

fn proxy_for(origin: &Origin, transports: &[Option<&Transport>], config: &Config) -> Option<ProxyUrl> {
    let own = transports.iter().flatten().find_map(|transport| match &transport.proxy {
        ProxyChoice::Configured => None,
        ProxyChoice::Through { proxy, no_proxy } => Some((proxy, no_proxy)),
    });
    let general = if origin.is_secure() { &config.proxies.https } else { &config.proxies.http };
    let (proxy, no_proxy) = own.or(general.as_ref().map(|proxy| (proxy, &config.proxies.no_proxy)))?;
    let matcher = Matcher::builder().all(proxy.url().as_str()).no(no_proxy.as_str()).build();
    let destination = origin.to_string().parse().ok()?;
    matcher.intercept(&destination).map(|_| proxy.clone())
}

#[cfg(test)]
mod tests;
