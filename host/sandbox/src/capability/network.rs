//! `network`: HTTP to granted hosts.

use async_trait::async_trait;
use bytes::Bytes;

use super::Capability;
use super::credentials::Credential;
use crate::contract::tiphys::plugin::network::{Host, HttpRequest, HttpResponse};
use crate::contract::tiphys::plugin::types::{Blame, Failure};
use crate::observation::{Parts, Seen, Subject};
use crate::state::State;

/// HTTP, as one plugin may use it.
#[async_trait]
pub trait Network: Send + Sync {
    /// Sends `request` and waits for the whole answer, redirects followed.
    ///
    /// # Errors
    ///
    /// Fails if the host is not granted or cannot be reached, or if `credential` was found for
    /// another destination.
    async fn send(&self, request: Request, credential: Option<Credential>) -> Result<Response, Failure>;
}

/// A request of a plugin. Headers that only the host may set are already refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// An absolute address.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
}

/// The answer to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Names and values. `set-cookie` and `www-authenticate` are withheld from the plugin.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

impl Host for State {
    async fn send(&mut self, request: HttpRequest) -> wasmtime::Result<Result<HttpResponse, Failure>> {
        self.enter()?;
        let Some(network) = self.capabilities.network.clone() else {
            return Ok(Err(Capability::Network.absent()));
        };
        let credential = match &request.credential {
            Some(handle) => Some(self.table.get(handle)?.clone()),
            None => None,
        };
        let request = Request {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
        };
        if let Err(failure) = request.check() {
            return Ok(Err(failure));
        }
        let subject = request.subject(credential.as_ref());
        let response = self.wait(network.send(request, credential)).await;
        self.observe(subject, seen(&response))?;
        match response {
            Ok(response) => Ok(Ok(self.answer(response)?)),
            Err(failure) => Ok(Err(failure)),
        }
    }
}

impl State {
    fn answer(&mut self, response: Response) -> wasmtime::Result<HttpResponse> {
        let headers = response.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        Ok(HttpResponse {
            status: response.status,
            headers: headers.filter(|(name, _)| !is_withheld(name)).collect(),
            body: self.push_blob(response.body)?,
        })
    }
}

// === impl Request ===

impl Request {
    /// What the contract forbids, whoever implements [`Network`].
    fn check(&self) -> Result<(), Failure> {
        if !METHODS.contains(&self.method.as_str()) {
            return Err(refusal(format!("method `{}` is not allowed", self.method)));
        }
        for (name, value) in &self.headers {
            if is_reserved(name) {
                return Err(refusal(format!("header `{name}` is not for plugins to set")));
            }
            if [name, value].iter().any(|text| text.contains(['\r', '\n', '\0'])) {
                return Err(refusal(format!("header `{}` has a line break", name.escape_debug())));
            }
        }
        Ok(())
    }

    fn subject(&self, credential: Option<&Credential>) -> Subject {
        let mut parts = Parts::new();
        parts.add(&self.body);
        parts.extend(credential.map(|credential| &credential.label));
        parts.extend(self.headers.iter().flat_map(|(name, value)| [name, value]));
        let content = parts.finish();
        Subject::Response { method: self.method.clone(), url: self.url.clone(), content }
    }
}

/// Headers that carry a secret, or decide where the request goes.
fn is_reserved(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    matches!(name.as_str(), "authorization" | "cookie" | "host") || name.starts_with("proxy-")
}

/// Headers that tell of secrets.
fn is_withheld(name: &str) -> bool {
    matches!(name, "set-cookie" | "www-authenticate")
}

fn refusal(message: String) -> Failure {
    Failure { blame: Blame::Plugin, message, hint: None, location: None }
}

fn seen(response: &Result<Response, Failure>) -> Seen {
    Seen::of(response, |parts, response| {
        parts.add(response.status.to_le_bytes());
        parts.add(&response.body);
    })
}
