//! One person's cache: it is theirs whichever of their credentials filled it.
//!
//! A service remembers what was learned with a credential for that credential alone, in the process that has it. A
//! person's next command, and their vendored folder on a machine without credentials, have to find it again.

use std::sync::Arc;

use async_trait::async_trait;
use network::broker::{Answer, BrokerError, Identity, Refusal, Scope};
use network::{Authorizer, Broker, Deadline, Destination, Request, Requester, Transport};

/// All identities of one person.
pub(crate) struct Person<B>(pub(crate) B);

/// One of them, under the fingerprint that all have.
struct Own {
    identity: Identity,
    inner: Arc<dyn Authorizer>,
}

#[async_trait]
impl<B: Broker> Broker for Person<B> {
    async fn authorizer(
        &self,
        requester: &Requester,
        destination: &Destination,
        deadline: Deadline,
    ) -> Result<Arc<dyn Authorizer>, BrokerError> {
        let inner = self.0.authorizer(requester, destination, deadline).await?;
        let identity = Identity::Named { label: inner.identity().label().to_owned(), fingerprint: [0; 32] };
        Ok(Arc::new(Own { identity, inner }))
    }
}

#[async_trait]
impl Authorizer for Own {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn transport(&self) -> Option<&Transport> {
        self.inner.transport()
    }

    async fn authorize(
        &self,
        request: &mut Request,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<(), BrokerError> {
        self.inner.authorize(request, scope, deadline).await
    }

    async fn answer(
        &self,
        refusal: &Refusal,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Answer, BrokerError> {
        self.inner.answer(refusal, scope, deadline).await
    }
}
