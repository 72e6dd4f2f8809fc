//! A header value that carries a secret, and the one place that it may be sent to.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::InvalidHeaderValue;

use crate::Origin;

/// The value of an `Authorization` header, bound to an origin (rule R10).
///
/// Nothing reads it back: [`crate::Client`] alone writes it into a request, and only into one for
/// its origin. Its `Debug` shows the origin.
#[derive(Clone)]
pub struct Authorization {
    origin: Origin,
    value: HeaderValue,
}

/// An attempt to send a secret elsewhere than to its own origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a credential for `{bound}` was about to be sent to `{other}`")]
pub struct NotForOrigin {
    /// The origin that the secret is for.
    pub bound: Origin,
    /// The origin of the request.
    pub other: Origin,
}

// === impl Authorization ===

impl Authorization {
    /// `Basic` with user name and password (RFC 7617).
    pub fn basic(origin: Origin, user: &str, password: &str) -> Result<Self, InvalidHeaderValue> {
        let pair = STANDARD.encode(format!("{user}:{password}"));
        Self::raw(origin, &format!("Basic {pair}"))
    }

    /// `Bearer` with a token (RFC 6750).
    pub fn bearer(origin: Origin, token: &str) -> Result<Self, InvalidHeaderValue> {
        Self::raw(origin, &format!("Bearer {token}"))
    }

    /// The whole value, for schemes of cloud providers.
    pub fn raw(origin: Origin, value: &str) -> Result<Self, InvalidHeaderValue> {
        let mut value = HeaderValue::from_str(value)?;
        value.set_sensitive(true);
        Ok(Self { origin, value })
    }

    /// The origin that it is for.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The value, for a request to `origin`; none for any other.
    pub(crate) fn for_origin(&self, origin: &Origin) -> Option<&HeaderValue> {
        (self.origin == *origin).then_some(&self.value)
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("origin", &self.origin).finish_non_exhaustive()
    }
}
