//! `credentials`: handles for what an application's project may use.

use std::sync::Arc;

use async_trait::async_trait;
use credentials::Broker;
use policy::{Destination, Requester};
use sandbox::capability::credentials::{Credential, Credentials};
use sandbox::{Blame, Failure};

use super::{Outside, told};

/// Finds credentials for one application.
pub(crate) struct Finder {
    broker: Broker,
    requester: Requester,
}

impl Finder {
    /// What `requester` may use.
    pub(crate) fn new(outside: Outside, requester: &Requester) -> Self {
        Self { broker: outside.broker, requester: requester.clone() }
    }
}

#[async_trait]
impl Credentials for Finder {
    async fn find(&self, url: &str) -> Result<Option<Credential>, Failure> {
        let destination = destination(url)?;
        let found = self.broker.find(&self.requester, &destination).map_err(|error| told(&error))?;
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
