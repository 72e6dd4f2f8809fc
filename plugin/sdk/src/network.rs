//! HTTP to hosts that the operator granted.

use crate::Failure;
use crate::backend;
use crate::credentials::Credential;
use crate::registry::Blob;

/// A request, sent by [`Request::send`]. `authorization`, `cookie`, `host` and `proxy-*` are not for
/// plugins to set.
#[derive(Debug)]
pub struct Request<'a> {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    credential: Option<&'a Credential>,
}

/// The answer. Redirects were followed by the host, to granted hosts only.
#[derive(Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Lower-case names. `set-cookie` and `www-authenticate` are left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Blob,
}

// === impl Request ===

impl<'a> Request<'a> {
    /// A request for what is at `url`.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A request with `method`: `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`.
    #[must_use]
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        let (headers, body) = (Vec::new(), Vec::new());
        Self { method: method.into(), url: url.into(), headers, body, credential: None }
    }

    /// The same request with one more header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same request with a body.
    #[must_use]
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// The same request with a credential, which is sent along if it was found for this destination.
    #[must_use]
    pub fn with_credential(self, credential: &'a Credential) -> Self {
        Self { credential: Some(credential), ..self }
    }

    /// Sends the request and waits for the whole answer, whatever its status.
    ///
    /// # Errors
    ///
    /// Fails if the host is not granted or cannot be reached.
    pub fn send(self) -> Result<Response, Failure> {
        let request = backend::network::HttpRequest {
            method: self.method,
            url: self.url,
            headers: self.headers,
            body: self.body,
            credential: self.credential.map(|credential| &credential.0),
        };
        let response = backend::network::send(&request)?;
        let (status, headers) = (response.status, response.headers);
        Ok(Response { status, headers, body: Blob::new(response.body) })
    }
}

// === impl Response ===

impl Response {
    /// The value of the first header called `name` (in lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}
