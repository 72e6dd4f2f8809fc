//! `credentials`: handles for what an application's project may use.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use credentials::{Broker, SourceBroker};
use network::Deadline;
use policy::{Destination, Requester};
use sandbox::capability::credentials::{Credential, Credentials};
use sandbox::{Blame, Failure};

use super::told;

/// How long repo-server may take to tell the credential of the application's source.
const PATIENCE: Duration = Duration::from_secs(10);

/// Finds credentials for one application.
pub(crate) struct Finder {
    broker: Broker,
    /// Who knows the credential of the application's source, where that is lent.
    lent: Option<SourceBroker>,
    requester: Requester,
}

impl Finder {
    /// What `requester` may use.
    pub(crate) fn new(broker: Broker, lent: Option<SourceBroker>, requester: &Requester) -> Self {
        Self { broker, lent, requester: requester.clone() }
    }
}

#[async_trait]
impl Credentials for Finder {
    async fn find(&self, url: &str) -> Result<Option<Credential>, Failure> {
        let destination = destination(url)?;
        let found = match &self.lent {
            Some(lent) => lent.find(&self.requester, &destination, Deadline::after(PATIENCE)).await,
            None => self.broker.find(&self.requester, &destination),
        };
        let found = found.map_err(|error| told(&error))?;
        Ok(found.map(|handle| Credential { label: handle.label().to_owned(), key: Arc::new(handle) }))
    }
}

fn destination(url: &str) -> Result<Destination, Failure> {
    Destination::parse_reference(url).map_err(|error| Failure {
        blame: Blame::Plugin,
        message: format!("no credential can be for `{}`: {error}", url.escape_debug()),
        hint: None,
        location: None,
    })
}
