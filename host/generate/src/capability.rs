//! What answers a plugin's host calls: the traits of `sandbox`, over the crates that do the work.

mod credentials;
mod entropy;
mod files;
mod ledger;
mod log;
mod lookup;
mod meter;
mod network;
mod registry;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use ::credentials::{SourceAccess, SourceBroker};
use ::policy::{Destination, Diagnose, FetchLimits, Grant, Requester};
use sandbox::{Blame, Capabilities, Failure};

use self::credentials::Finder;
pub use self::entropy::{EntropyMode, Key};
pub use self::ledger::{Ledger, Resolution, Resolutions};
pub(crate) use self::log::PluginLog;
use self::lookup::NoObjects;
use self::meter::Meter;
pub use self::meter::ProjectPace;
use self::network::GrantedHosts;
use self::registry::GrantedRegistries;
use crate::Application;

/// What a plugin is wired to.
#[derive(Clone)]
pub struct Wiring {
    /// The way outwards; absent where the plugin was granted nothing of it.
    pub outside: Option<Outside>,
    /// How random values are made.
    pub entropy: EntropyMode,
}

/// The way outwards: registries, hosts and credentials.
#[derive(Clone)]
pub struct Outside {
    /// Charts and artifacts.
    pub registry: ::registry::Client,
    /// HTTP.
    pub network: ::network::Client,
    /// Who finds credentials.
    pub broker: ::credentials::Broker,
    /// What the plugin may fetch.
    pub grant: Arc<Grant>,
    /// How current answers of registries have to be.
    pub freshness: ::registry::Freshness,
    /// Where it is written down what was fetched; a service keeps none.
    pub ledger: Option<Arc<Ledger>>,
    /// How fast each project fetches; all plugins share it.
    pub pace: ProjectPace,
}

impl Wiring {
    /// Who answers the host calls that `plugin` makes for `application`. Budgets begin anew.
    pub(crate) fn capabilities(
        &self,
        plugin: &str,
        application: &Application,
        access: Option<&SourceAccess>,
    ) -> Capabilities {
        let requester = requester(application);
        let lent = access.and_then(|access| self.outside.as_ref()?.lent(application, access));
        let outside = || self.outside.clone().map(|outside| outside.with(lent.as_ref()));
        let meter = outside().map(|outside| outside.meter(&requester));
        let metered = || outside().zip(meter.clone());
        Capabilities {
            source: None,
            registry: metered()
                .map(|(outside, meter)| Arc::new(GrantedRegistries::new(outside, &requester, meter)) as _),
            network: metered().map(|(outside, meter)| Arc::new(GrantedHosts::new(outside, meter)) as _),
            credentials: outside()
                .map(|outside| Arc::new(Finder::new(outside.broker, lent.clone(), &requester)) as _),
            entropy: Some(self.entropy.for_application(application)),
            lookup: Some(Arc::new(NoObjects)),
            log: Some(Arc::new(PluginLog::new(plugin, &application.name))),
        }
    }
}

impl Outside {
    /// Who knows the credential of the application's source. A source that is no address of HTTP, such as one over
    /// SSH, has none that could be used here.
    fn lent(&self, application: &Application, access: &SourceAccess) -> Option<SourceBroker> {
        let source = Destination::parse_prefix(&application.source.repo_url).ok()?;
        Some(SourceBroker::new(self.broker.clone(), source, access.clone()))
    }

    /// A budget for one render.
    fn meter(&self, requester: &Requester) -> Arc<Meter> {
        Arc::new(Meter::new(FetchLimits::default(), self.pace.clone(), requester))
    }

    /// `failure`, which came of `error`, once it is written down if somebody said no.
    fn refused(&self, error: &dyn Diagnose, failure: Failure) -> Failure {
        if let Some((ledger, denial)) = self.ledger.as_ref().zip(error.denial()) {
            ledger.denied(&failure.message, denial);
        }
        failure
    }

    /// The same way, with what is lent.
    fn with(mut self, lent: Option<&SourceBroker>) -> Self {
        if let Some(lent) = lent {
            self.registry = self.registry.with_broker(Arc::new(lent.clone()));
        }
        self
    }
}

/// On whose behalf is fetched (rule R2).
fn requester(application: &Application) -> Requester {
    Requester { project: application.project.clone(), application: Some(application.name.clone()) }
}

/// What a plugin is told when `error` came of its call.
fn failure(error: &dyn Diagnose, message: String) -> Failure {
    let blame = match error.blame() {
        ::policy::Blame::Application => Blame::Application,
        ::policy::Blame::Plugin => Blame::Plugin,
        ::policy::Blame::Platform => Blame::Platform,
    };
    Failure { blame, message, hint: error.hint(), location: None }
}

/// `error` and what it came from, in one line.
fn told(error: &dyn Diagnose) -> Failure {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let message = causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}"));
    failure(error, message)
}
