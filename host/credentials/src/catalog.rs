//! Everything that all sources hold at one moment, filed for selection. A reload makes a new one and replaces the
//! old one whole (rule R31).

use std::sync::Arc;

use network::Transport;
use policy::realm::Trust;
use policy::{Destination, Kind, Outcome, Project, Projects, Selection};

use crate::config::IdentityConfig;
use crate::entry::{Entry, Login, Problem};
use crate::error::Error;
use crate::source::Contents;

/// All entries.
#[derive(Debug)]
pub(crate) struct Catalog {
    logins: Selection<Arc<Entry>>,
    connections: Selection<Arc<Entry>>,
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) problems: Vec<Problem>,
}

/// What was chosen for a destination.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// The entry with the login; none means that everybody may ask.
    pub(crate) entry: Option<Arc<Entry>>,
    /// How to connect; none where nobody in charge named the place.
    pub(crate) transport: Option<Transport>,
}

// === impl Catalog ===

impl Catalog {
    pub(crate) fn new(contents: Contents) -> Self {
        let Contents { mut entries, problems } = contents;
        lend_azure_identity(&mut entries);
        let entries: Vec<Arc<Entry>> = entries.into_iter().map(Arc::new).collect();
        let filed = |fits: fn(&Entry) -> bool| {
            let fitting = entries.iter().filter(|entry| fits(entry));
            Selection::new(fitting.map(|entry| (entry.scope(), Arc::clone(entry))))
        };
        let logins = filed(|entry| !matches!(entry.login, Login::Nothing));
        let connections = filed(|entry| entry.transport.is_some());
        Self { logins, connections, entries, problems }
    }

    /// The one credential and connection for a destination and project.
    pub(crate) fn choose(
        &self,
        destination: &Destination,
        project: Option<&Project>,
    ) -> Result<Choice, Error> {
        let entry = decide(&self.logins, destination, project)?;
        let connection = decide(&self.connections, destination, project)?;
        let named = entry.is_some().then(Transport::default);
        let transport = connection.and_then(|connection| connection.transport.clone()).or(named);
        Ok(Choice { entry, transport })
    }

    /// All entries that apply, best first.
    pub(crate) fn candidates(
        &self,
        destination: &Destination,
        project: Option<&Project>,
    ) -> Vec<&Arc<Entry>> {
        self.logins.candidates(destination, project).into_iter().map(|candidate| candidate.entry).collect()
    }
}

fn decide(
    selection: &Selection<Arc<Entry>>,
    destination: &Destination,
    project: Option<&Project>,
) -> Result<Option<Arc<Entry>>, Error> {
    match selection.select(destination, project) {
        Outcome::None => Ok(None),
        Outcome::One(entry) => Ok(Some(Arc::clone(entry))),
        Outcome::Tie(entries) => {
            let mut labels: Vec<String> = entries.into_iter().map(|entry| entry.label.clone()).collect();
            labels.sort_unstable();
            Err(Error::Tie { destination: destination.clone(), labels })
        }
        Outcome::Broken(entry) => {
            let reason = match &entry.login {
                Login::Broken(reason) => reason.clone(),
                _ => String::new(),
            };
            Err(Error::Broken { destination: destination.clone(), label: entry.label.clone(), reason })
        }
    }
}

/// A Secret with `useAzureWorkloadIdentity` may use the identity where, and for whom, the operator enabled it; by
/// itself it enables nothing (rule R8).
fn lend_azure_identity(entries: &mut [Entry]) {
    let enabled: Vec<(Destination, Projects, IdentityConfig)> = entries
        .iter()
        .filter_map(|entry| match &entry.login {
            Login::Ambient(config @ IdentityConfig::Azure(_)) => {
                Some((entry.prefix.clone(), entry.projects.clone(), config.clone()))
            }
            _ => None,
        })
        .collect();
    for entry in entries.iter_mut().filter(|entry| matches!(entry.login, Login::AzureWanted)) {
        let lender = enabled.iter().find(|(prefix, projects, _)| {
            entry.prefix.is_under(prefix) && admits_all(projects, &entry.projects)
        });
        entry.login = match lender {
            Some((_, _, config)) => Login::Ambient(config.clone()),
            None => Login::Broken(NOT_ENABLED.to_owned()),
        };
    }
}

const NOT_ENABLED: &str = "`useAzureWorkloadIdentity` alone has no effect; the operator enables it for a registry \
                           and its projects with `identity: {ambient: azure, projects: […]}` under `registries:`";

fn admits_all(enabled: &Projects, wanted: &Projects) -> bool {
    match wanted {
        Projects::Every => *enabled == Projects::Every,
        Projects::Only(names) => names.iter().all(|name| enabled.admit(Some(name))),
    }
}

/// What the operator allows for the realm of a registry.
pub(crate) fn trust_for(
    trusts: &[(Destination, Trust)],
    destination: &Destination,
    plain_http: bool,
) -> Trust {
    let covering = trusts.iter().filter(|(prefix, _)| destination.is_under(prefix));
    let longest = covering.max_by_key(|(prefix, _)| prefix.depth());
    let realms = longest.map(|(_, trust)| trust.realms.clone()).unwrap_or_default();
    Trust { realms, plain_http }
}

/// The word for a kind of source.
pub(crate) const fn source_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Static => "tiphys.yaml",
        Kind::Identity => "cloud identity",
        Kind::Repository => "Argo CD repository Secret",
        Kind::Template => "Argo CD repo-creds Secret",
        Kind::Docker => "auth file",
        Kind::Helm => "Helm registry configuration",
    }
}
