//! Nobody in particular: for what lies outside of the place that a credential is for.

use network::broker::{Answer, BrokerError, Identity, Refusal, Scope};
use network::{Authorizer, Deadline, Request, Transport};

/// Sends nothing and answers nothing.
pub(crate) struct Anonymous;

#[async_trait::async_trait]
impl Authorizer for Anonymous {
    fn identity(&self) -> &Identity {
        &Identity::Anonymous
    }

    fn transport(&self) -> Option<&Transport> {
        None
    }

    async fn authorize(&self, _: &mut Request, _: &Scope, _: Deadline) -> Result<(), BrokerError> {
        Ok(())
    }

    async fn answer(&self, _: &Refusal, _: &Scope, _: Deadline) -> Result<Answer, BrokerError> {
        Ok(Answer::Final)
    }
}
