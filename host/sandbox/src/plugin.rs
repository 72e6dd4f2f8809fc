//! A plugin that is ready to be called, and the life of one call.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use cache::Digest;
use tokio::time::timeout_at;

use crate::capability::{Capabilities, Grants};
use crate::config::Limits;
use crate::contract::PluginPre;
use crate::contract::exports::tiphys::plugin::generator::{Metadata, ParameterAnnouncement};
use crate::contract::tiphys::plugin::types::{Application, Request};
use crate::error::{CallError, Fault, Limit};
use crate::instance::{Ask, Instance};
use crate::outcome::Outcome;
use crate::sandbox::{Cell, Inner, Origin};
use crate::state::State;

/// A component, compiled and linked. Each call runs in an instance of its own, which ends with it.
#[derive(Clone)]
pub struct Plugin(Arc<Ready>);

struct Ready {
    sandbox: Arc<Inner>,
    name: String,
    digest: Digest,
    grants: Grants,
    linked: PluginPre<State>,
    made: (Origin, Duration),
    /// Plugins that are made later of the same component find its code here.
    _component: Arc<Cell>,
}

/// What one call is given besides its request.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who answers its host calls.
    pub capabilities: Capabilities,
    /// What it may use.
    pub limits: Limits,
    /// When its caller loses patience.
    pub deadline: Option<Instant>,
    /// What the plugin's clock shows.
    pub time: SystemTime,
}

/// What can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// What the plugin is.
    Describe,
    /// Whether it is one for the application.
    Discover,
    /// The application's parameters.
    Parameters,
    /// The application's manifests.
    Generate,
}

// === impl Function ===

impl fmt::Display for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Describe => "describe",
            Self::Discover => "discover",
            Self::Parameters => "parameters",
            Self::Generate => "generate",
        })
    }
}

// === impl Call ===

impl Call {
    /// A call without capabilities or deadline, with the default limits, at the epoch.
    #[must_use]
    pub fn new() -> Self {
        Self {
            capabilities: Capabilities::default(),
            limits: Limits::DEFAULT,
            deadline: None,
            time: SystemTime::UNIX_EPOCH,
        }
    }

    /// When the call has to end, and what to say if it has not.
    fn end(&self, start: Instant) -> (Instant, Fault) {
        let wall = start + self.limits.wall;
        match self.deadline {
            Some(deadline) if deadline < wall => (deadline, Fault::Deadline),
            _ => (wall, Fault::Limit(Limit::Wall(self.limits.wall))),
        }
    }
}

impl Default for Call {
    fn default() -> Self {
        Self::new()
    }
}

// === impl Plugin ===

impl Plugin {
    pub(crate) fn new(
        sandbox: Arc<Inner>,
        name: String,
        digest: Digest,
        grants: Grants,
        linked: PluginPre<State>,
        made: (Origin, Duration),
        component: Arc<Cell>,
    ) -> Self {
        Self(Arc::new(Ready { sandbox, name, digest, grants, linked, made, _component: component }))
    }

    /// Its name in the operator's configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The digest of its component.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.0.digest
    }

    /// What it was granted.
    #[must_use]
    pub fn grants(&self) -> Grants {
        self.0.grants
    }

    /// Where its machine code came from, and how long it took to get it.
    #[must_use]
    pub fn origin(&self) -> (Origin, Duration) {
        self.0.made
    }

    /// What the plugin is.
    ///
    /// # Errors
    ///
    /// Fails if the plugin did not come to an answer.
    pub async fn describe(&self, call: Call) -> Result<Outcome<Metadata>, CallError> {
        let ask: Ask<(), Metadata> = |exports, store, ()| {
            Box::pin(async move {
                let metadata = exports.tiphys_plugin_generator().call_describe(store).await?;
                Ok((Ok(metadata), 0))
            })
        };
        self.run(Function::Describe, None, call, ask, &()).await
    }

    /// Whether the plugin is one for the application.
    ///
    /// # Errors
    ///
    /// Fails if the plugin did not come to an answer.
    pub async fn discover(&self, request: &Request, call: Call) -> Result<Outcome<bool>, CallError> {
        let ask: Ask<Request, bool> = |exports, store, request| {
            Box::pin(async move {
                Ok((exports.tiphys_plugin_generator().call_discover(store, request).await?, 0))
            })
        };
        self.run(Function::Discover, Some(&request.application), call, ask, request).await
    }

    /// The application's parameters.
    ///
    /// # Errors
    ///
    /// Fails if the plugin did not come to an answer.
    pub async fn parameters(
        &self,
        request: &Request,
        call: Call,
    ) -> Result<Outcome<Vec<ParameterAnnouncement>>, CallError> {
        let ask: Ask<Request, Vec<ParameterAnnouncement>> = |exports, store, request| {
            Box::pin(async move {
                Ok((exports.tiphys_plugin_generator().call_parameters(store, request).await?, 0))
            })
        };
        self.run(Function::Parameters, Some(&request.application), call, ask, request).await
    }

    /// The application's manifests, as the plugin wrote them.
    ///
    /// # Errors
    ///
    /// Fails if the plugin did not come to an answer.
    pub async fn generate(&self, request: &Request, call: Call) -> Result<Outcome<Vec<String>>, CallError> {
        let ask: Ask<Request, Vec<String>> = |exports, store, request| {
            Box::pin(async move {
                let manifests = exports.tiphys_plugin_generator().call_generate(store, request).await?;
                let size = manifests.iter().flatten().map(|text| text.len() as u64).sum();
                Ok((manifests, size))
            })
        };
        self.run(Function::Generate, Some(&request.application), call, ask, request).await
    }

    /// One call from its beginning to its end. Dropping the future ends the guest.
    async fn run<A, T>(
        &self,
        function: Function,
        application: Option<&Application>,
        call: Call,
        ask: Ask<A, T>,
        arguments: &A,
    ) -> Result<Outcome<T>, CallError> {
        let (end, late) = call.end(Instant::now());
        let mut instance = Instance::new(&self.0.sandbox, self.0.grants, application, call);
        let running = instance.run(&self.0.sandbox, &self.0.linked, ask, arguments);
        let answer = timeout_at(end.into(), running).await.unwrap_or(Err(late));
        instance.finish(answer).map_err(|end| CallError {
            plugin: self.0.name.clone(),
            function,
            fault: end.fault,
            stderr: end.stderr,
            usage: end.usage,
        })
    }
}
