//! Scheme, host and port: what a secret is bound to.

use std::fmt;

use url::{Host, Url};

/// An `http` or `https` origin: scheme, host and port together.
///
/// The host is as the URL standard normalises it (lower case, IDNA, addresses in their one usual
/// spelling), so equal origins are equal values and look-alikes are not.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    secure: bool,
    host: Host<String>,
    port: u16,
}

/// A URL that can't be requested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsuitableUrl {
    /// Not `http` or `https`.
    #[error("scheme `{scheme}` can't be requested")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// No host.
    #[error("the address has no host")]
    NoHost,
    /// `user@` or `user:password@` before the host.
    #[error("the address carries a user name or a password")]
    UserInfo,
}

// === impl Origin ===

impl Origin {
    /// The origin of `url`, which must be `http` or `https` and without user name and password.
    pub fn of(url: &Url) -> Result<Self, UnsuitableUrl> {
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            scheme => return Err(UnsuitableUrl::Scheme { scheme: scheme.to_owned() }),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UnsuitableUrl::UserInfo);
        }
        let host = url.host().ok_or(UnsuitableUrl::NoHost)?.to_owned();
        let port = url.port_or_known_default().ok_or(UnsuitableUrl::NoHost)?;
        Ok(Self { secure, host, port })
    }

    /// Whether it is `https`.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host.
    #[must_use]
    pub const fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The port, also where it is the scheme's own.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.secure { ("https", 443) } else { ("http", 80) };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != usual {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Result<Origin, UnsuitableUrl> {
        Origin::of(&Url::parse(url).unwrap())
    }

    #[test]
    fn spelling_does_not_matter_but_everything_else_does() {
        let reference = origin("https://example.com/a").unwrap();
        assert_eq!(origin("HTTPS://EXAMPLE.com:443/b?c").unwrap(), reference);
        for other in [
            "http://example.com/a",
            "https://example.com:8443/a",
            "https://example.com.evil.test/a",
            "https://www.example.com/a",
            "https://example.com./a",
        ] {
            assert_ne!(origin(other).unwrap(), reference, "{other}");
        }
        assert_eq!(origin("https://0x7f.1/").unwrap(), origin("https://127.0.0.1/").unwrap());
    }

    #[test]
    fn unsuitable_urls() {
        assert_eq!(origin("https://user@example.com/"), Err(UnsuitableUrl::UserInfo));
        assert_eq!(origin("file:///etc/passwd"), Err(UnsuitableUrl::Scheme { scheme: "file".to_owned() }));
    }

    #[test]
    fn display_leaves_out_the_usual_port() {
        assert_eq!(origin("https://a.test:443/x").unwrap().to_string(), "https://a.test");
        assert_eq!(origin("http://[::1]:5000/x").unwrap().to_string(), "http://[::1]:5000");
    }
}
