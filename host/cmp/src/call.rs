//! One call from its first message to its answer.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use generate::{Call, Service, SourceAccess, SourceView, Target, TreePath};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status, Streaming};
use tracing::Instrument as _;

use crate::admission::{Admission, Permit};
use crate::askpass::RepoServer;
use crate::deadline::Deadline;
use crate::environment;
use crate::error::{CallError, Phase, Subject};
use crate::limits::Limits;
use crate::proto::plugin::AppStreamRequest;
use crate::receive;

/// The service with its question already chosen.
pub(crate) type Ask<T> =
    fn(&dyn Service<SourceView>, Target, Call<SourceView>) -> BoxFuture<'_, Result<T, generate::Error>>;

/// What all calls on all sockets share.
pub(crate) struct Calls {
    pub(crate) service: Arc<dyn Service<SourceView>>,
    pub(crate) admission: Admission,
    pub(crate) limits: Limits,
    pub(crate) longest: Duration,
    pub(crate) spool: PathBuf,
    /// Calls in progress, those that wait included.
    pub(crate) active: watch::Sender<usize>,
    /// Set when calls in progress have to end.
    pub(crate) stopping: CancellationToken,
}

/// A call in progress.
struct Running<'a> {
    calls: &'a Calls,
    deadline: Deadline,
    subject: Subject,
}

/// Counts a call as long as it lives.
struct Active<'a>(&'a watch::Sender<usize>);

// === impl Calls ===

impl Calls {
    /// Receives an application and asks the service about it. On failure the rest of the stream is
    /// taken before the error is given.
    pub(crate) async fn answer<T>(
        &self,
        target: Target,
        phase: Phase,
        request: Request<Streaming<AppStreamRequest>>,
        ask: Ask<T>,
    ) -> Result<T, Status> {
        let _active = Active::new(&self.active);
        let (metadata, _, mut stream) = request.into_parts();
        let headers = metadata.into_headers();
        let deadline = Deadline::new(&headers, self.longest);
        let span = tracing::info_span!(
            "call",
            call = phase.name(),
            plugin = match &target {
                Target::Plugin(name) => Some(name),
                Target::Discovery => None,
            },
            application = tracing::field::Empty,
            traceparent = headers.get("traceparent").and_then(|value| value.to_str().ok()),
        );
        let subject = Subject { application: String::new(), target };
        let mut running = Running { calls: self, deadline, subject };
        async {
            match running.run(phase, &mut stream, ask).await {
                Ok(answer) => {
                    tracing::info!(seconds = deadline.elapsed().as_secs_f64(), "call answered");
                    Ok(answer)
                }
                Err(error) => Err(running.refuse(error, &mut stream).await),
            }
        }
        .instrument(span)
        .await
    }
}

// === impl Running ===

impl Running<'_> {
    async fn run<T>(
        &mut self,
        phase: Phase,
        stream: &mut Streaming<AppStreamRequest>,
        ask: Ask<T>,
    ) -> Result<T, CallError> {
        let metadata = self.within(Phase::Metadata, receive::metadata(stream)).await??;
        self.name(environment::application_name(&metadata.env));
        let access = |ticket| SourceAccess { ticket, askpass: Arc::new(RepoServer) };
        let source_access = environment::ticket(&metadata.env).map(access);
        let request = environment::request(metadata.env)?;
        let directory = TreePath::parse(&metadata.app_rel_path)?;

        let _permit: Permit = self.within(Phase::Queue, self.calls.admission.enter()).await??;
        let files = receive::files(stream, metadata.checksum, self.calls.limits, &self.calls.spool);
        let tree = self.within(Phase::Files, files).await??;
        let view = SourceView::new(Arc::new(tree), directory)?;

        let call = Call { request, tree: view, deadline: Some(self.deadline.work), source_access };
        let answer = ask(&*self.calls.service, self.subject.target.clone(), call);
        self.within(phase, answer).await?.map_err(CallError::Generate)
    }

    /// Takes what is left of the stream, as far as there is time, and says why the call fails.
    async fn refuse(&self, error: CallError, stream: &mut Streaming<AppStreamRequest>) -> Status {
        let until = Instant::from_std(self.deadline.answer);
        let _ = tokio::time::timeout_at(until, receive::drain(stream)).await;
        let status = Status::from(error);
        let seconds = self.deadline.elapsed().as_secs_f64();
        tracing::warn!(seconds, code = ?status.code(), message = status.message(), "call failed");
        status
    }

    fn name(&mut self, application: &str) {
        application.clone_into(&mut self.subject.application);
        tracing::Span::current().record("application", application);
    }

    /// What `work` gives, unless the deadline passes or the server stops before that.
    async fn within<T>(&self, phase: Phase, work: impl Future<Output = T>) -> Result<T, CallError> {
        let subject = || self.subject.clone();
        tokio::select! {
            biased;
            outcome = work => Ok(outcome),
            () = tokio::time::sleep_until(Instant::from_std(self.deadline.work)) => {
                Err(CallError::Deadline { limit: self.deadline.limit, subject: subject(), phase })
            }
            () = self.calls.stopping.cancelled() => Err(CallError::Stopping { subject: subject(), phase }),
        }
    }
}

// === impl Active ===

impl<'a> Active<'a> {
    fn new(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
