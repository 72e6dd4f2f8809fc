//! Walks the way of a request step by step: for `tiphys credentials test`.

use http::Method;
use network::broker::{Access, Answer, Refusal, Scope};
use network::{Authorizer, Challenge, Client, Deadline, Request};
use policy::{Destination, Diagnose, Requester};
use serde::Serialize;
use url::Url;

use crate::broker::Broker;

/// The steps that were taken, each without a word of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// What was asked for.
    pub reference: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Whether the registry answered with what was asked for.
    pub passed: bool,
    /// What to do, where that is known.
    pub hint: Option<String>,
}

/// Why the walk ends early.
struct Stop {
    reason: String,
    hint: Option<String>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What was done.
    pub action: String,
    /// What came of it.
    pub result: String,
}

impl Broker {
    /// Asks for `reference` as a pull would: chooses a credential, asks, answers the challenge, asks again.
    pub async fn probe(
        &self,
        client: &Client,
        requester: &Requester,
        reference: &str,
        deadline: Deadline,
    ) -> Probe {
        let mut probe =
            Probe { reference: reference.to_owned(), steps: Vec::new(), passed: false, hint: None };
        if let Err(Stop { reason, hint }) =
            self.walk(client, requester, reference, deadline, &mut probe).await
        {
            probe.step("stop", reason);
            probe.hint = hint;
        }
        probe
    }

    async fn walk(
        &self,
        client: &Client,
        requester: &Requester,
        reference: &str,
        deadline: Deadline,
        probe: &mut Probe,
    ) -> Result<(), Stop> {
        let destination = Destination::parse_reference(reference).map_err(|error| Stop::plain(&error))?;
        let found = network::Broker::authorizer(self, requester, &destination, deadline).await;
        let authorizer = found.map_err(|error| Stop::diagnosed(&*error))?;
        probe.step("choose a credential", authorizer.identity().label());
        let plain_http = authorizer.transport().is_some_and(|transport| transport.plain_http);
        let (url, scope) = target(reference, &destination, plain_http)?;
        for attempt in 1.. {
            let method = if scope.repository.is_empty() { Method::GET } else { Method::HEAD };
            let request =
                Request::new(method.clone(), url.clone(), deadline).map_err(|error| Stop::plain(&error))?;
            let accept = http::HeaderValue::from_static(ACCEPT);
            let mut request = request
                .with_header(http::header::ACCEPT, accept)
                .with_transport(authorizer.transport().cloned());
            let applied = authorizer.authorize(&mut request, &scope, deadline).await;
            applied.map_err(|error| Stop::diagnosed(&*error))?;
            let origin = request.origin().clone();
            let response = client.send(request).await.map_err(|error| Stop::diagnosed(&error))?;
            let status = response.status();
            probe.step(&format!("{method} {url}"), status.to_string());
            probe.passed = status.is_success();
            if !matches!(status.as_u16(), 401 | 403) || response.is_redirected() {
                return Ok(());
            }
            let challenges = Challenge::all(response.headers());
            let refusal = Refusal { origin, status: status.as_u16(), challenges, attempt };
            if probe.answer(&*authorizer, &refusal, &scope, deadline).await? == Answer::Final {
                return Ok(());
            }
        }
        Ok(())
    }
}

const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
                      application/vnd.docker.distribution.manifest.v2+json, */*";

// === impl Probe ===

impl Probe {
    fn step(&mut self, action: &str, result: impl Into<String>) {
        self.steps.push(Step { action: action.to_owned(), result: result.into() });
    }

    async fn answer(
        &mut self,
        authorizer: &dyn Authorizer,
        refusal: &Refusal,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Answer, Stop> {
        for challenge in &refusal.challenges {
            // The query of a realm may hold a secret of the registry's.
            let realm = challenge.parameter("realm").unwrap_or_default();
            let realm = realm.split('?').next().unwrap_or_default();
            let printable: String = realm.chars().filter(|c| !c.is_control()).take(200).collect();
            self.step(&format!("challenge `{}`", challenge.scheme()), format!("realm `{printable}`"));
        }
        let answer = authorizer.answer(refusal, scope, deadline).await;
        let answer = answer.map_err(|error| Stop::diagnosed(&*error))?;
        let told = match answer {
            Answer::Retry => "answered; asking again",
            Answer::Final => "nothing more can be offered",
        };
        self.step("answer the challenge", told);
        Ok(answer)
    }
}

// === impl Stop ===

impl Stop {
    fn plain(error: &dyn std::error::Error) -> Self {
        Self { reason: chain(error), hint: None }
    }

    fn diagnosed(error: &dyn Diagnose) -> Self {
        Self { reason: chain(error), hint: error.hint() }
    }
}

/// What to ask for: a manifest in a registry, the index of a Helm repository.
fn target(reference: &str, destination: &Destination, plain_http: bool) -> Result<(Url, Scope), Stop> {
    let wrong = |error: url::ParseError| Stop::plain(&error);
    if reference.starts_with("https://") || reference.starts_with("http://") {
        let base = reference.split('?').next().unwrap_or_default().trim_end_matches('/');
        let url = Url::parse(&format!("{base}/index.yaml")).map_err(wrong)?;
        return Ok((url, Scope { repository: String::new(), access: Access::Pull }));
    }
    let scheme = if plain_http { "http" } else { "https" };
    let repository = destination.path().to_owned();
    let version = version(reference);
    let url = format!("{scheme}://{}/v2/{repository}/manifests/{version}", destination.origin());
    Ok((Url::parse(&url).map_err(wrong)?, Scope { repository, access: Access::Pull }))
}

/// The digest or tag of a reference; `latest` where it has none.
fn version(reference: &str) -> &str {
    let last = reference.rsplit('/').next().unwrap_or_default();
    match (last.split_once('@'), last.split_once(':')) {
        (Some((_, digest)), _) => digest,
        (None, Some((_, tag))) => tag,
        (None, None) => "latest",
    }
}

/// An error with all its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
