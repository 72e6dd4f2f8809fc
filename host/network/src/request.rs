//! One request, with all that limits it.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use url::Url;

use crate::{Authorization, Deadline, NotForOrigin, Origin, Transport, UnsuitableUrl};

/// The most that is read of an answer whose limit the caller did not set: 4 MiB.
pub const DEFAULT_BODY_LIMIT: u64 = 4 << 20;

/// A request to one origin.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) origin: Origin,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) authorization: Option<Authorization>,
    pub(crate) transport: Option<Transport>,
    pub(crate) redirects: Redirects,
    pub(crate) body_limit: u64,
    pub(crate) deadline: Deadline,
}

/// Whether redirects are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// At most five, by rule R12: never from `https` to `http`, and without authorization, client
    /// certificate and transport of the first origin as soon as one leads elsewhere.
    Follow,
    /// Not at all: whoever asked gets the answer with its 3xx status (rule R13).
    Refuse,
}

// === impl Request ===

impl Request {
    /// A request. It follows redirects if it is a `GET` or a `HEAD`.
    pub fn new(method: Method, url: Url, deadline: Deadline) -> Result<Self, UnsuitableUrl> {
        let safe = matches!(method, Method::GET | Method::HEAD);
        Ok(Self {
            origin: Origin::of(&url)?,
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            authorization: None,
            transport: None,
            redirects: if safe { Redirects::Follow } else { Redirects::Refuse },
            body_limit: DEFAULT_BODY_LIMIT,
            deadline,
        })
    }

    /// A `GET`.
    pub fn get(url: Url, deadline: Deadline) -> Result<Self, UnsuitableUrl> {
        Self::new(Method::GET, url, deadline)
    }

    /// A `HEAD`.
    pub fn head(url: Url, deadline: Deadline) -> Result<Self, UnsuitableUrl> {
        Self::new(Method::HEAD, url, deadline)
    }

    /// A `POST` of a form, as token endpoints take it. It follows no redirect, so its body goes to
    /// one place once (rule R13).
    pub fn post_form(url: Url, fields: &[(&str, &str)], deadline: Deadline) -> Result<Self, UnsuitableUrl> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Self::new(Method::POST, url, deadline)?;
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        Ok(request.with_header(header::CONTENT_TYPE, form_type).with_body(form.into()))
    }

    /// Sets a header. Secrets go through [`Request::authorize`] instead.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: Bytes) -> Self {
        self.body = body;
        self
    }

    /// Sets how many bytes of the answer's body are read at most; a longer one is an error.
    #[must_use]
    pub const fn with_body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Says how to connect to the request's origin.
    #[must_use]
    pub fn with_transport(mut self, transport: Option<Transport>) -> Self {
        self.transport = transport;
        self
    }

    /// Sets whether redirects are followed.
    #[must_use]
    pub const fn with_redirects(mut self, redirects: Redirects) -> Self {
        self.redirects = redirects;
        self
    }

    /// Sends `authorization` along. It must be for the origin of this request.
    pub fn authorize(&mut self, authorization: Authorization) -> Result<(), NotForOrigin> {
        if *authorization.origin() != self.origin {
            return Err(NotForOrigin { bound: authorization.origin().clone(), other: self.origin.clone() });
        }
        self.authorization = Some(authorization);
        Ok(())
    }

    /// Where it goes.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Its address.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }
}
