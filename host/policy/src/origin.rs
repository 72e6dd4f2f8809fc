//! Scheme, host and port: what has to be equal for a credential to be sent (rules R5 and R10).

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use url::Host;

/// The host that answers for Docker Hub, whose other names mean the same registry.
pub const DOCKER_HUB: &str = "registry-1.docker.io";

/// Names of Docker Hub that users write and that are no API hosts themselves.
const DOCKER_HUB_ALIASES: [&str; 2] = ["docker.io", "index.docker.io"];

/// Whether the wire is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// `https://` and `oci://`.
    Tls,
    /// `http://`. What was meant for TLS never matches it.
    Plain,
}

/// A host name or address in its one spelling: ASCII (IDNA), lower-case, without a final dot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryHost(Arc<str>);

/// Where a connection goes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    transport: Transport,
    host: RegistryHost,
    port: u16,
}

/// A text that names no host, or names one in a way that could be read in two ways.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseOriginError {
    /// There is no host.
    #[error("no host in `{0}`")]
    NoHost(String),
    /// `user@` or `user:password@`.
    #[error("a user name or password before the host; credentials belong in a Secret")]
    UserInfo,
    /// The host is no DNS name or IP address, or an address in an unusual spelling.
    #[error("`{0}` is not a host name or an IP address in its usual form")]
    Host(String),
    /// The port is no number from 1 to 65535 without sign or leading zeros.
    #[error("`{0}` is not a port from 1 to 65535")]
    Port(String),
}

// === impl Transport ===

impl Transport {
    /// The port where none is written.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Tls => 443,
            Self::Plain => 80,
        }
    }
}

// === impl RegistryHost ===

impl RegistryHost {
    /// Reads a host name, an IPv4 address or an IPv6 address in brackets.
    ///
    /// # Errors
    /// If it is empty, has escapes, is no name by the rules of DNS and IDNA, or is an address that is spelled
    /// in another than its usual form (such as `0x7f.1`).
    pub fn parse(text: &str) -> Result<Self, ParseOriginError> {
        let wrong = || ParseOriginError::Host(text.to_owned());
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.is_empty() || text.contains('%') {
            return Err(wrong());
        }
        match Host::parse(name).map_err(|_| wrong())? {
            Host::Domain(domain) if is_dns_name(&domain) => Ok(Self(domain.into())),
            Host::Ipv4(address) if address.to_string() == name => Ok(Self(name.into())),
            Host::Ipv6(address) => Ok(Self(format!("[{address}]").into())),
            Host::Domain(_) | Host::Ipv4(_) => Err(wrong()),
        }
    }

    /// The name, or the address as it is written in a URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, where it is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.0.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    fn canonical(self) -> Self {
        if DOCKER_HUB_ALIASES.contains(&self.as_str()) { Self(DOCKER_HUB.into()) } else { self }
    }
}

/// Letters, digits, hyphens and underscores in labels of 1 to 63, at most 253 in all.
fn is_dns_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(allowed);
    name.len() <= 253 && name.split('.').all(label)
}

impl fmt::Display for RegistryHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RegistryHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

// === impl Origin ===

impl Origin {
    /// Reads `host[:port]`, as it stands between `://` and the first `/`.
    ///
    /// The names of Docker Hub become the one that answers.
    ///
    /// # Errors
    /// If there is a user name, no host, or a port that is none.
    pub fn parse(transport: Transport, authority: &str) -> Result<Self, ParseOriginError> {
        if authority.contains('@') {
            return Err(ParseOriginError::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        if host.is_empty() {
            return Err(ParseOriginError::NoHost(authority.to_owned()));
        }
        let port = port.map_or(Ok(transport.default_port()), parse_port)?;
        Ok(Self { transport, host: RegistryHost::parse(host)?.canonical(), port })
    }

    /// The origin of a request that is about to be sent; none where it is neither `http` nor `https`.
    ///
    /// No other name stands for Docker Hub here: what counts is the host that is connected to.
    #[must_use]
    pub fn of_url(url: &url::Url) -> Option<Self> {
        let transport = match url.scheme() {
            "https" => Transport::Tls,
            "http" => Transport::Plain,
            _ => return None,
        };
        let host = RegistryHost::parse(url.host_str()?).ok()?;
        Some(Self { transport, host, port: url.port_or_known_default()? })
    }

    /// Whether the wire is encrypted.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// The host.
    #[must_use]
    pub const fn host(&self) -> &RegistryHost {
        &self.host
    }

    /// The port, written or not.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.transport == Transport::Plain {
            f.write_str("http://")?;
        }
        fmt::Display::fmt(&self.host, f)?;
        if self.port == self.transport.default_port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), ParseOriginError> {
    if authority.starts_with('[') {
        let wrong = || ParseOriginError::Host(authority.to_owned());
        let end = authority.find(']').ok_or_else(wrong)? + 1;
        let (host, rest) = authority.split_at_checked(end).ok_or_else(wrong)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(wrong()),
        };
    }
    Ok(authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))))
}

fn parse_port(text: &str) -> Result<u16, ParseOriginError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let port = if plain { text.parse().ok() } else { None };
    port.ok_or_else(|| ParseOriginError::Port(text.to_owned()))
}
