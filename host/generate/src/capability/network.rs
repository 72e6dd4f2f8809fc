//! `network`: HTTP to the hosts that a plugin was granted.

use std::sync::Arc;

use async_trait::async_trait;
use credentials::Handle;
use network::broker::{Access, Answer, Refusal, Scope};
use network::{Authorizer, Challenge, Deadline, Redirects, Url};
use policy::{Blame as Blamed, Denial, Diagnose, NotGranted, OverBudget};
use sandbox::capability::credentials::Credential;
use sandbox::capability::network::{Network, Request, Response};
use sandbox::{Blame, Failure};

use super::meter::Meter;
use super::{Outside, told};

/// The longest body of an answer, in bytes.
const MAX_BODY: u64 = 64 << 20;

/// The most redirects in a row (rule R12).
const MAX_REDIRECTS: usize = 5;

/// HTTP, as one plugin may use it.
pub(crate) struct GrantedHosts {
    outside: Outside,
    meter: Arc<Meter>,
}

/// Why a request came to no answer.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("`{0}` is not an absolute address")]
    Address(String),
    #[error("`{0}` is not a header")]
    Header(String),
    #[error(transparent)]
    NotGranted(#[from] NotGranted),
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    #[error(transparent)]
    Unsuitable(#[from] network::UnsuitableUrl),
    #[error(transparent)]
    Network(#[from] network::Error),
    #[error("{0}")]
    Credential(Box<dyn Diagnose>),
    #[error("`{0}` redirects in circles")]
    Circles(String),
    #[error("`{0}` repeats the credential that it was sent, which is not for plugins to read")]
    Repeated(String),
}

// === impl GrantedHosts ===

impl GrantedHosts {
    /// What the plugin was granted of `outside`, as far as `meter` allows.
    pub(crate) fn new(outside: Outside, meter: Arc<Meter>) -> Self {
        Self { outside, meter }
    }

    /// Every hop must be granted, so redirects are followed here and not by the client. A credential stays with
    /// the first origin.
    async fn follow(&self, request: &Request, credential: Option<&Handle>) -> Result<Response, Error> {
        let watch = self.meter.start()?;
        let mut url: Url = request.url.parse().map_err(|_| Error::Address(shown(&request.url)))?;
        let mut authorizer = credential.map(Handle::authorizer);
        for _ in 0..=MAX_REDIRECTS {
            self.outside.grant.admit_request(&url)?;
            self.meter.spend_bytes(0)?;
            watch.turn().await?;
            let answer = self.ask(request, &url, authorizer, watch.deadline()).await?;
            let Some(next) = redirected(request, &url, &answer) else {
                let response = read(answer).await?;
                self.meter.spend_bytes(response.body.len())?;
                if credential.is_some_and(|handle| is_repeated(handle, &response)) {
                    return Err(Error::Repeated(shown(&request.url)));
                }
                return Ok(response);
            };
            if next.origin() != url.origin() {
                authorizer = None;
            }
            url = next;
        }
        Err(Error::Circles(shown(&request.url)))
    }

    /// One hop. A refusal is answered as often as the credential has something new to offer.
    async fn ask(
        &self,
        request: &Request,
        url: &Url,
        authorizer: Option<&Arc<dyn Authorizer>>,
        deadline: Deadline,
    ) -> Result<network::Response, Error> {
        let scope = Scope { repository: String::new(), access: Access::Pull };
        let mut attempt = 1;
        loop {
            let mut hop = to_wire(request, url, deadline)?;
            if let Some(authorizer) = authorizer {
                hop = hop.with_transport(authorizer.transport().cloned());
                authorizer.authorize(&mut hop, &scope, deadline).await.map_err(Error::Credential)?;
            }
            let origin = hop.origin().clone();
            let answer = self.outside.network.send(hop).await?;
            let Some(authorizer) = authorizer.filter(|_| answer.status().as_u16() == 401) else {
                return Ok(answer);
            };
            let challenges = Challenge::all(answer.headers());
            let refusal = Refusal { origin, status: 401, challenges, attempt };
            let offer = authorizer.answer(&refusal, &scope, deadline).await.map_err(Error::Credential)?;
            if offer == Answer::Final {
                return Ok(answer);
            }
            attempt += 1;
        }
    }
}

#[async_trait]
impl Network for GrantedHosts {
    async fn send(&self, request: Request, credential: Option<Credential>) -> Result<Response, Failure> {
        let handle = credential.as_ref().map(handle).transpose()?;
        self.follow(&request, handle).await.map_err(|error| match error {
            Error::Credential(error) => self.outside.refused(&*error, told(&*error)),
            error => self.outside.refused(&error, told(&error)),
        })
    }
}

/// What the broker gave along with the handle.
fn handle(credential: &Credential) -> Result<&Handle, Failure> {
    credential.key.downcast_ref().ok_or_else(|| Failure {
        blame: Blame::Platform,
        message: format!("credential `{}` is not one of this host's", credential.label),
        hint: None,
        location: None,
    })
}

fn to_wire(request: &Request, url: &Url, deadline: Deadline) -> Result<network::Request, Error> {
    let method = http::Method::from_bytes(request.method.as_bytes());
    let method = method.map_err(|_| Error::Header(shown(&request.method)))?;
    let mut wire = network::Request::new(method, url.clone(), deadline)?
        .with_redirects(Redirects::Refuse)
        .with_body_limit(MAX_BODY)
        .with_body(request.body.clone().into());
    for (name, value) in &request.headers {
        let wrong = || Error::Header(shown(name));
        let name = http::HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let value = http::HeaderValue::from_str(value).map_err(|_| wrong())?;
        wire = wire.with_header(name, value);
    }
    Ok(wire)
}

/// Where the answer leads. Only what is safe to ask twice is asked elsewhere.
fn redirected(request: &Request, url: &Url, answer: &network::Response) -> Option<Url> {
    let repeatable = matches!(request.method.as_str(), "GET" | "HEAD");
    if !repeatable || !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let next = url.join(answer.header("location")?).ok()?;
    // Down from TLS is no redirect that anybody meant (rule R12).
    (next.scheme() == url.scheme() || next.scheme() == "https").then_some(next)
}

async fn read(answer: network::Response) -> Result<Response, Error> {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    let headers = answer.headers().iter().filter_map(header).collect();
    Ok(Response { status: answer.status().as_u16(), headers, body: answer.bytes().await? })
}

/// Whether an answer has a secret of the request in it.
fn is_repeated(handle: &Handle, response: &Response) -> bool {
    let mut texts = response.headers.iter().map(|(_, value)| value.as_bytes()).chain([&response.body[..]]);
    texts.any(|text| handle.is_repeated_in(text))
}

/// An address without its query, which may hold what is nobody else's business.
fn shown(text: &str) -> String {
    let place = text.split(['?', '#']).next().unwrap_or_default();
    place.chars().take(200).flat_map(char::escape_debug).collect()
}

// === impl Error ===

impl Diagnose for Error {
    fn blame(&self) -> Blamed {
        match self {
            Self::NotGranted(error) => error.blame(),
            Self::OverBudget(error) => error.blame(),
            Self::Network(error) => error.blame(),
            Self::Credential(error) => error.blame(),
            Self::Address(_) | Self::Header(_) | Self::Unsuitable(_) => Blamed::Plugin,
            Self::Circles(_) | Self::Repeated(_) => Blamed::Platform,
        }
    }

    fn denial(&self) -> Option<Denial> {
        match self {
            Self::NotGranted(error) => error.denial(),
            Self::Network(error) => error.denial(),
            Self::Credential(error) => error.denial(),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotGranted(error) => error.hint(),
            Self::OverBudget(error) => error.hint(),
            Self::Network(error) => error.hint(),
            Self::Credential(error) => error.hint(),
            Self::Address(_)
            | Self::Header(_)
            | Self::Unsuitable(_)
            | Self::Circles(_)
            | Self::Repeated(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
