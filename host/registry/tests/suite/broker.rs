//! A broker with one credential: what the tests need of the real one, which has tests of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use network::broker::{Access, Answer, BrokerError, Identity, Refusal, Scope};
use network::{
    Authorization, Authorizer, Broker, Challenge, Deadline, Destination, Origin, Request, Requester,
    Transport, Url,
};

/// A user and a password.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
}

/// Gives its credential to whoever asks, whatever for.
pub(crate) struct TestBroker {
    authorizer: Arc<TestAuthorizer>,
}

struct TestAuthorizer {
    network: network::Client,
    identity: Identity,
    credential: Option<Credential>,
    basic: Mutex<bool>,
    tokens: Mutex<HashMap<String, String>>,
}

impl TestBroker {
    pub(crate) fn new(network: network::Client, credential: Option<Credential>) -> Self {
        let identity = match &credential {
            None => Identity::Anonymous,
            Some(credential) => {
                let mut fingerprint = [0; 32];
                let text = format!("{}:{}", credential.user, credential.password);
                fingerprint.iter_mut().zip(text.bytes()).for_each(|(byte, of)| *byte = of);
                Identity::Named { label: credential.user.to_owned(), fingerprint }
            }
        };
        let (basic, tokens) = (Mutex::new(false), Mutex::default());
        Self { authorizer: Arc::new(TestAuthorizer { network, identity, credential, basic, tokens }) }
    }
}

#[async_trait::async_trait]
impl Broker for TestBroker {
    async fn authorizer(
        &self,
        _: &Requester,
        _: &Destination,
        _: Deadline,
    ) -> Result<Arc<dyn Authorizer>, BrokerError> {
        Ok(Arc::clone(&self.authorizer) as Arc<dyn Authorizer>)
    }
}

fn key(scope: &Scope) -> String {
    format!("{}{}", scope.repository, if scope.access == Access::Push { "+" } else { "" })
}

impl TestAuthorizer {
    fn basic(&self, origin: &Origin) -> Option<Authorization> {
        let credential = self.credential.as_ref()?;
        Some(Authorization::basic(origin.clone(), credential.user, credential.password).unwrap())
    }

    /// Asks the realm, if it is on the registry's own host.
    async fn fetch_token(
        &self,
        challenge: &Challenge,
        refusal: &Refusal,
        deadline: Deadline,
    ) -> Option<String> {
        let mut realm: Url = challenge.parameter("realm")?.parse().ok()?;
        let pairs = ["service", "scope"].map(|name| Some((name, challenge.parameter(name)?)));
        realm.query_pairs_mut().extend_pairs(pairs.into_iter().flatten());
        let mut request = Request::get(realm, deadline).unwrap();
        if *request.origin() != refusal.origin {
            return None;
        }
        if let Some(basic) = self.basic(&refusal.origin) {
            request.authorize(basic).unwrap();
        }
        let response = self.network.send(request).await.unwrap();
        let document: serde_json::Value = serde_json::from_slice(&response.bytes().await.unwrap()).ok()?;
        document["token"].as_str().map(str::to_owned)
    }
}

#[async_trait::async_trait]
impl Authorizer for TestAuthorizer {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn transport(&self) -> Option<&Transport> {
        None
    }

    async fn authorize(&self, request: &mut Request, scope: &Scope, _: Deadline) -> Result<(), BrokerError> {
        let origin = request.origin().clone();
        let token = self.tokens.lock().unwrap().get(&key(scope)).cloned();
        if let Some(token) = token {
            request.authorize(Authorization::bearer(origin, &token).unwrap()).unwrap();
        } else if *self.basic.lock().unwrap()
            && let Some(basic) = self.basic(&origin)
        {
            request.authorize(basic).unwrap();
        }
        Ok(())
    }

    async fn answer(
        &self,
        refusal: &Refusal,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Answer, BrokerError> {
        let of = |scheme: &str| refusal.challenges.iter().find(|challenge| challenge.scheme() == scheme);
        self.tokens.lock().unwrap().remove(&key(scope));
        if let Some(challenge) = of("bearer") {
            let Some(token) = self.fetch_token(challenge, refusal, deadline).await else {
                return Ok(Answer::Final);
            };
            self.tokens.lock().unwrap().insert(key(scope), token);
            return Ok(Answer::Retry);
        }
        let fresh = of("basic").is_some() && self.credential.is_some() && refusal.attempt == 1;
        *self.basic.lock().unwrap() |= fresh;
        Ok(if fresh { Answer::Retry } else { Answer::Final })
    }
}
