//! Who used which credential for what: one event per use (rule R33).

use std::time::SystemTime;

use serde::Serialize;

/// One use of a credential, without a word of its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// When, in seconds since 1970.
    pub time: u64,
    /// The application, as Argo CD named it.
    pub application: Option<String>,
    /// Its project.
    pub project: Option<String>,
    /// What was asked for: registry and path, without query.
    pub reference: String,
    /// The digest that was asked for, where the request names one.
    pub digest: Option<String>,
    /// The credential.
    pub credential: String,
    /// The host that it was shown to.
    pub host: String,
    /// What was done.
    pub action: Action,
    /// What came of it.
    pub outcome: Outcome,
}

/// What was done with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It, or a token made of it, was put into a request.
    Apply,
    /// It was shown to a token server for a token.
    Exchange,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Sent; or a token came back.
    Done,
    /// The other side refused it.
    Refused,
    /// There was no answer, or none that makes sense.
    Failed,
    /// A rule of this host's forbids it; nothing was sent.
    Denied,
}

/// Takes events. It must neither wait nor fail.
pub trait Sink: Send + Sync + 'static {
    /// Takes one event.
    fn record(&self, event: &Event);
}

/// Events as log lines of target `audit`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log;

// === impl Log ===

impl Sink for Log {
    fn record(&self, event: &Event) {
        tracing::info!(
            target: "audit",
            application = event.application.as_deref(),
            project = event.project.as_deref(),
            reference = %event.reference,
            digest = event.digest.as_deref(),
            credential = %event.credential,
            host = %event.host,
            action = ?event.action,
            outcome = ?event.outcome,
            "credential used"
        );
    }
}

/// Seconds since 1970.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
