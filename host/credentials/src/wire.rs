//! The one exit for secrets (rules R10–R13): requests of this crate's own, and the header of a caller's request.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use network::{Authorization, Client, Deadline, Redirects, Request, Response, Transport};
use url::Url;

use crate::secret::Secret;

/// The longest answer of a token server, in bytes (rule R19).
const MAX_ANSWER: u64 = 128 << 10;

/// How often a `POST` that met a passing failure is sent in all.
const ATTEMPTS: u32 = 3;

/// The pause before the second try; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// A request of this crate's own. Redirects of it are never followed (rule R13).
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(HeaderName, Secret)>,
    pub(crate) body: Option<Secret>,
    pub(crate) transport: Option<Transport>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Secret,
}

/// Why nothing came back.
pub type WireError = Arc<dyn std::error::Error + Send + Sync>;

/// Sends a [`Call`]. Tests put a rewriting layer before it, so that fixed names lead to local servers.
#[async_trait]
pub trait Wire: Send + Sync + 'static {
    /// Sends `call` once.
    ///
    /// # Errors
    /// If there is no answer within the deadline. Every status is an answer.
    async fn send(&self, call: Call, deadline: Deadline) -> Result<Reply, WireError>;
}

/// A text that no header may have.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("it has a line break or a control character")]
pub(crate) struct UnfitForHeader;

// === impl Call ===

impl Call {
    pub(crate) fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: Vec::new(), body: None, transport: None }
    }

    pub(crate) fn post(url: Url, content_type: &str, body: Secret) -> Self {
        let call = Self { method: Method::POST, body: Some(body), ..Self::get(url) };
        call.with_header(http::header::CONTENT_TYPE, content_type)
    }

    pub(crate) fn post_form(url: Url, fields: &[(&str, &str)]) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::post(url, "application/x-www-form-urlencoded", Secret::new(form))
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, Secret::new(value.to_owned())));
        self
    }

    pub(crate) fn with_transport(mut self, transport: Option<Transport>) -> Self {
        self.transport = transport;
        self
    }

    /// Sends it; a `POST` again after 429, 5xx and broken connections while the deadline lasts, as the network does
    /// with a `GET` by itself. What is asked for here are tokens, so asking twice does no harm.
    pub(crate) async fn send(self, wire: &dyn Wire, deadline: Deadline) -> Result<Reply, WireError> {
        let attempts = if self.method == Method::GET { 1 } else { ATTEMPTS };
        let mut pause = PAUSE;
        for _ in 1..attempts {
            let outcome = wire.send(self.clone(), deadline).await;
            let passing = outcome.as_ref().map_or(true, |reply| reply.status == 429 || reply.status >= 500);
            let asked = outcome.as_ref().ok().and_then(Reply::retry_after);
            let wait = asked.unwrap_or(pause);
            if !passing || wait >= deadline.remaining() {
                return outcome;
            }
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        wire.send(self, deadline).await
    }

    fn into_request(
        self,
        limit: u64,
        deadline: Deadline,
    ) -> Result<Request, Box<dyn std::error::Error + Send + Sync>> {
        let mut request = Request::new(self.method, self.url, deadline)?
            .with_redirects(Redirects::Refuse)
            .with_body_limit(limit)
            .with_transport(self.transport);
        for (name, value) in self.headers {
            if name == http::header::AUTHORIZATION {
                let proof = Authorization::raw(request.origin().clone(), value.expose());
                request.authorize(proof.map_err(|_| UnfitForHeader)?)?;
                continue;
            }
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| UnfitForHeader)?;
            value.set_sensitive(true);
            request = request.with_header(name, value);
        }
        Ok(match self.body {
            Some(body) => request.with_body(body.expose().to_owned().into()),
            None => request,
        })
    }
}

// === impl Reply ===

impl Reply {
    /// When the server thinks it is; lifetimes are counted from there, whatever this machine's clock says.
    pub(crate) fn date(&self) -> Option<std::time::SystemTime> {
        httpdate::parse_http_date(self.headers.get(http::header::DATE)?.to_str().ok()?).ok()
    }

    /// How long the server wants to be left alone, whether it says so in seconds or as a date.
    fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let now = self.date().unwrap_or_else(std::time::SystemTime::now);
        Some(httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default())
    }

    pub(crate) const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

// === impl Client ===

#[async_trait]
impl Wire for Client {
    async fn send(&self, call: Call, deadline: Deadline) -> Result<Reply, WireError> {
        let request = call.into_request(MAX_ANSWER, deadline).map_err(WireError::from)?;
        let wrap = |error: network::Error| {
            WireError::from(Box::from(error) as Box<dyn std::error::Error + Send + Sync>)
        };
        let response = Self::send(self, request).await.map_err(wrap)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.map_err(wrap)?;
        let body = Secret::new(String::from_utf8_lossy(&bytes).into_owned());
        Ok(Reply { status, headers, body })
    }
}

/// Sends a call whose answer is read piece by piece, at most `limit` bytes of it.
pub(crate) async fn open(
    client: &Client,
    call: Call,
    limit: u64,
    deadline: Deadline,
) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
    Ok(client.send(call.into_request(limit, deadline)?).await?)
}

/// Writes a login into the header of a request, which must go to the origin that the proof is for.
pub(crate) fn sign(request: &mut Request, proof: &Proof<'_>) -> Result<(), UnfitForHeader> {
    let origin = request.origin().clone();
    let authorization = match proof {
        Proof::Password { username, password } => Authorization::basic(origin, username, password.expose()),
        Proof::Bearer(token) => Authorization::bearer(origin, token.expose()),
    };
    request.authorize(authorization.map_err(|_| UnfitForHeader)?).map_err(|_| UnfitForHeader)
}

/// What is shown to a server.
#[derive(Clone, Debug)]
pub(crate) enum Proof<'a> {
    Password { username: &'a str, password: &'a Secret },
    Bearer(&'a Secret),
}

// === impl Proof ===

impl Proof<'_> {
    /// What nobody may see of it.
    pub(crate) const fn secret(&self) -> &Secret {
        match self {
            Self::Password { password, .. } => password,
            Self::Bearer(token) => token,
        }
    }

    /// The value of the `Authorization` header.
    pub(crate) fn header_value(&self) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        match self {
            Self::Password { username, password } => {
                format!("Basic {}", STANDARD.encode(format!("{username}:{}", password.expose())))
            }
            Self::Bearer(token) => format!("Bearer {}", token.expose()),
        }
    }
}
