//! A conversation with one repository as one identity: credentials, refusals, answers.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use network::broker::{Answer as BrokerAnswer, Identity, Refusal, Scope};
use network::{Authorizer, Challenge, Deadline, Origin, Request, Response, Transport, Url};

use crate::error::{Answer, Attempt, Problem};
use crate::manifest::printable;
use crate::{Error, Services};

/// A refusal is answered twice at most: with a token, and with another where the first had expired.
const MAX_REFUSALS: u32 = 2;

/// One identity at one place.
pub(crate) struct Session {
    services: Services,
    authorizer: Arc<dyn Authorizer>,
    /// Scheme, host and port, with `/` as path.
    pub(crate) base: Url,
    scope: Scope,
    deadline: Deadline,
}

/// A request before it is addressed and authorised.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: &'static str,
    pub(crate) headers: Vec<(header::HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    pub(crate) limit: u64,
}

impl Ask {
    pub(crate) const fn get(url: Url, accept: &'static str, limit: u64) -> Self {
        Self { method: Method::GET, url, accept, headers: Vec::new(), body: Bytes::new(), limit }
    }

    pub(crate) fn head(url: Url, accept: &'static str) -> Self {
        Self { method: Method::HEAD, ..Self::get(url, accept, 0) }
    }

    fn to_request(
        &self,
        transport: Option<&Transport>,
        deadline: Deadline,
    ) -> Result<Request, network::Error> {
        let request = Request::new(self.method.clone(), self.url.clone(), deadline)
            .map_err(|source| network::Error::Url { url: without_query(&self.url), source })?;
        let mut request = request
            .with_header(header::ACCEPT, HeaderValue::from_static(self.accept))
            .with_transport(transport.cloned())
            .with_body_limit(self.limit)
            .with_body(self.body.clone());
        for (name, value) in &self.headers {
            request = request.with_header(name.clone(), value.clone());
        }
        Ok(request)
    }
}

// === impl Session ===

impl Session {
    pub(crate) fn new(
        services: Services,
        authorizer: Arc<dyn Authorizer>,
        base: Url,
        scope: Scope,
        deadline: Deadline,
    ) -> Self {
        Self { services, authorizer, base, scope, deadline }
    }

    pub(crate) fn identity(&self) -> &Identity {
        self.authorizer.identity()
    }

    pub(crate) const fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// How the answers of this conversation may be trusted. What was fetched without verification
    /// never stands in for what was fetched with it (rule R27).
    pub(crate) fn trust(&self) -> &'static str {
        match (self.base.scheme(), self.services.network.verifies(&self.base, self.authorizer.transport())) {
            ("http", _) => "plain",
            (_, true) => "verified",
            (_, false) => "unverified",
        }
    }

    /// The address of `path` below `/v2/NAME/`.
    pub(crate) fn url(&self, path: &str) -> Result<Url, Problem> {
        let text = format!("{}v2/{}/{path}", self.base, self.scope.repository);
        Url::parse(&text).map_err(|_| Problem::Protocol("an address could not be built"))
    }

    /// Sends `ask` with this identity, answering refusals of the registry itself, and returns an
    /// answer with a status below 400.
    pub(crate) async fn send(&self, ask: &Ask, attempt: &Attempt) -> Result<Response, Error> {
        let response = self.exchange(ask, attempt).await?;
        if response.status().as_u16() < 400 {
            Ok(response)
        } else {
            Err(attempt.failed(self.explain(response).await))
        }
    }

    /// As [`Session::send`], but every answer is returned.
    pub(crate) async fn exchange(&self, ask: &Ask, attempt: &Attempt) -> Result<Response, Error> {
        let credentials = |error| attempt.failed(Problem::Credentials(error));
        let mut refusals = 0;
        loop {
            let request = ask.to_request(self.authorizer.transport(), self.deadline);
            let mut request = request.map_err(|error| attempt.failed(error))?;
            let origin = request.origin().clone();
            self.authorizer.authorize(&mut request, &self.scope, self.deadline).await.map_err(credentials)?;
            let response =
                self.services.network.send(request).await.map_err(|error| attempt.failed(error))?;
            refusals += 1;
            let Some(refusal) = refusal(&response, origin, refusals) else { return Ok(response) };
            let answer = self.authorizer.answer(&refusal, &self.scope, self.deadline).await;
            if answer.map_err(credentials)? == BrokerAnswer::Final || refusals > MAX_REFUSALS {
                return Ok(response);
            }
            // To its end, so that the connection is used again.
            response.excerpt().await;
        }
    }

    /// What an answer of 400 or above means.
    pub(crate) async fn explain(&self, response: Response) -> Problem {
        let (status, redirected) = (response.status(), response.is_redirected());
        let named = matches!(self.identity(), Identity::Named { .. });
        let answer = read_answer(status, &response.excerpt().await, named);
        let identity = self.identity().label().to_owned();
        match status {
            // What storage says behind a redirect is not about the artifact (§1.0, GHCR).
            _ if redirected => Problem::Status { answer },
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Problem::Unauthorized { identity, answer },
            StatusCode::NOT_FOUND => Problem::NotFound { identity, answer },
            _ => Problem::Status { answer },
        }
    }
}

/// The refusal that `response` is, if it may be answered: it came from the registry itself, not from
/// where it redirected to (rule R11).
fn refusal(response: &Response, origin: Origin, attempt: u32) -> Option<Refusal> {
    let challenges = Challenge::all(response.headers());
    let status = response.status();
    // ECR says 403 when a token has expired, and does so with a challenge.
    let asks =
        status == StatusCode::UNAUTHORIZED || (status == StatusCode::FORBIDDEN && !challenges.is_empty());
    let own = !response.is_redirected() && *response.origin() == origin;
    (asks && own).then(|| Refusal { origin, status: status.as_u16(), challenges, attempt })
}

/// The first error of an answer. Its message is left out where a secret was sent, because some
/// servers repeat what they were sent.
fn read_answer(status: StatusCode, body: &[u8], named: bool) -> Answer {
    let document: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let error = document.pointer("/errors/0");
    let field = |name: &str| error.and_then(|error| error.get(name)).and_then(serde_json::Value::as_str);
    let is_code =
        |code: &&str| code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let message = field("message").filter(|message| !message.is_empty() && !named);
    Answer {
        status: status.as_u16(),
        code: field("code").filter(is_code).map(str::to_owned),
        message: message.map(printable),
    }
}

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}
