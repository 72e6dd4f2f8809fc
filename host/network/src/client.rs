//! Sends requests: the way of each hop, redirects, retries.

use std::sync::Arc;
use std::time::SystemTime;

use http::header::{AUTHORIZATION, CONTENT_ENCODING, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use policy::AddressDenied;
use tokio::time::{Instant, timeout};
use url::{Host, Url};

use crate::connections::{Connections, MAX_HEADER_BYTES};
use crate::error::{RedirectProblem, Refusal};
use crate::response::{Body, innermost};
use crate::retry::{self, Gates};
use crate::route::{self, Approach, Route};
use crate::{Config, Error, HostConfig, Origin, Redirects, Request, Response, Transport};

/// The most redirects in a row (rule R12).
const MAX_REDIRECTS: usize = 5;

/// Sends requests. Clones share connections and what is known of busy servers.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    connections: Connections,
    gates: Gates,
}

/// Where a request stands on its way through redirects.
struct Hop {
    url: Url,
    origin: Origin,
    /// Still at the origin that was asked, without ever having been elsewhere: only then
    /// authorization, client certificate and transport apply. Coming back does not restore them.
    own: bool,
}

// === impl Client ===

impl Client {
    /// A client with these settings.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let inner = Inner { config, connections: Connections::new(), gates: Gates::default() };
        Self { inner: Arc::new(inner) }
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Whether the operator said that `host` speaks plain `http` at this port.
    #[must_use]
    pub fn speaks_plain_http(&self, host: &Host<String>, port: Option<u16>) -> bool {
        let same = |known: &&HostConfig| known.host == *host && known.port == port;
        self.inner.config.hosts.iter().find(same).is_some_and(|known| known.transport.plain_http)
    }

    /// Whether the server at `url` has to prove who it is; `transport` is what is stored beside its credential.
    #[must_use]
    pub fn verifies(&self, url: &Url, transport: Option<&Transport>) -> bool {
        Origin::of(url).is_ok_and(|origin| route::is_verified(&origin, transport, &self.inner.config))
    }

    /// Sends `request` and waits for the head of the answer. Every status is an answer.
    ///
    /// `GET` and `HEAD` are sent again after a failure that may pass, within the deadline and with
    /// growing pauses, or when the server says so. Dropping the future ends the request.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let retries = &self.inner.config.retries;
        let attempts = if retry::is_repeatable(&request.method) { retries.attempts } else { 1 };
        let mut attempt = 1;
        loop {
            self.inner.gates.pass(&request.origin, request.deadline).await?;
            let outcome = self.follow(&request).await;
            let Some(wait) = self.wait_before_next(&outcome, attempt) else { return outcome };
            if attempt >= attempts || wait >= request.deadline.remaining() {
                return outcome;
            }
            if let Ok(response) = outcome {
                // Read to its end, so that the connection is used again.
                response.excerpt().await;
            }
            tracing::debug!(origin = %request.origin, attempt, ?wait, "asking again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// How long to wait before asking again; `None` if the outcome stands. A server that asks for
    /// patience gets it from all requests.
    fn wait_before_next(
        &self,
        outcome: &Result<Response, Error>,
        attempt: u32,
    ) -> Option<std::time::Duration> {
        let pause = retry::pause(&self.inner.config.retries, attempt);
        match outcome {
            Err(error) => error.is_transient().then_some(pause),
            Ok(response) if retry::is_transient(response.status) => {
                let asked = retry::asked_for(&response.headers, SystemTime::now());
                if let Some(asked) = asked {
                    self.inner.gates.close(&response.origin, asked);
                }
                Some(asked.unwrap_or(pause))
            }
            Ok(_) => None,
        }
    }

    async fn follow(&self, request: &Request) -> Result<Response, Error> {
        let mut hop = Hop::first(request);
        for _ in 0..=MAX_REDIRECTS {
            let response = self.hop(request, &hop).await?;
            let redirects = request.redirects == Redirects::Follow && is_redirect(response.status);
            if !redirects {
                return Ok(response);
            }
            hop = hop.next(&response.headers)?;
            response.excerpt().await;
        }
        Err(Error::Redirect { origin: hop.origin, problem: RedirectProblem::TooMany })
    }

    async fn hop(&self, request: &Request, hop: &Hop) -> Result<Response, Error> {
        let Inner { config, connections, .. } = &*self.inner;
        let approach =
            if hop.own { Approach::Direct(request.transport.as_ref()) } else { Approach::Redirected };
        let route = Route::to(&hop.origin, approach, config)?;
        let client = connections.along(&route, &hop.origin, config)?;
        let patience = (config.timeouts.connect + config.timeouts.answer).min(request.deadline.remaining());
        let sent = timeout(patience, client.execute(hop.to_wire(request))).await;
        let response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(failed(&hop.origin, &route, &error)),
            Err(_) if request.deadline.remaining().is_zero() => {
                return Err(Error::Deadline { origin: hop.origin.clone() });
            }
            Err(_) => {
                return Err(Error::Stalled {
                    origin: hop.origin.clone(),
                    awaited: "answer",
                    after: patience,
                });
            }
        };
        tracing::debug!(
            method = %request.method, origin = %hop.origin, path = hop.url.path(),
            status = response.status().as_u16(), version = ?response.version(), "request"
        );
        self.received(request, hop, response)
    }

    fn received(&self, request: &Request, hop: &Hop, response: reqwest::Response) -> Result<Response, Error> {
        check_headers(response.headers(), &hop.origin)?;
        Ok(Response {
            status: response.status(),
            headers: response.headers().clone(),
            origin: hop.origin.clone(),
            redirected: !hop.own,
            body: Body {
                response,
                limit: request.body_limit,
                read: 0,
                window: (Instant::now(), 0),
                timeouts: self.inner.config.timeouts,
                deadline: request.deadline,
            },
        })
    }
}

// === impl Hop ===

impl Hop {
    fn first(request: &Request) -> Self {
        Self { url: request.url.clone(), origin: request.origin.clone(), own: true }
    }

    /// Where `headers` redirect to. `https` never becomes `http`, and `http` stays on its host.
    fn next(self, headers: &HeaderMap) -> Result<Self, Error> {
        let wrong = |problem| Error::Redirect { origin: self.origin.clone(), problem };
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let url = location.and_then(|location| self.url.join(location).ok());
        let url = url.ok_or_else(|| wrong(RedirectProblem::Unreadable))?;
        let origin = Origin::of(&url).map_err(|_| wrong(RedirectProblem::Unreadable))?;
        let downgrade =
            !origin.is_secure() && (self.origin.is_secure() || self.origin.host() != origin.host());
        if downgrade {
            return Err(wrong(RedirectProblem::PlainHttp(origin)));
        }
        let own = self.own && origin == self.origin;
        Ok(Self { url, origin, own })
    }

    fn to_wire(&self, request: &Request) -> reqwest::Request {
        let mut wire = reqwest::Request::new(request.method.clone(), self.url.clone());
        *wire.headers_mut() = request.headers.clone();
        let secret = request.authorization.as_ref().filter(|_| self.own);
        if let Some(value) = secret.and_then(|secret| secret.for_origin(&self.origin)) {
            wire.headers_mut().insert(AUTHORIZATION, value.clone());
        }
        if !request.body.is_empty() {
            *wire.body_mut() = Some(request.body.clone().into());
        }
        wire
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn check_headers(headers: &HeaderMap, origin: &Origin) -> Result<(), Error> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > MAX_HEADER_BYTES as usize {
        return Err(Error::Headers { origin: origin.clone() });
    }
    match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity" | b"") => Ok(()),
        Some(encoding) => Err(Error::Encoded {
            origin: origin.clone(),
            encoding: String::from_utf8_lossy(encoding).escape_debug().take(40).collect(),
        }),
    }
}

/// Sorts out why there was no answer.
fn failed(origin: &Origin, route: &Route, error: &reqwest::Error) -> Error {
    let origin = origin.clone();
    if let Some(denied) = cause::<AddressDenied>(error) {
        return Error::Refused { origin, refusal: Refusal::Address(*denied), named: route.named };
    }
    let cause = innermost(error);
    tracing::debug!(%origin, %cause, "no answer");
    if error.is_connect() || error.is_timeout() {
        return Error::Unreachable { origin, cause, named: route.named };
    }
    Error::Interrupted { origin, cause }
}

/// The first cause of `error` that is a `T`.
fn cause<T: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(found) = current.downcast_ref::<T>() {
            return Some(found);
        }
        cause = current.source();
    }
    None
}
