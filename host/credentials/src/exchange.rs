//! From a challenge to a token (the token protocol of container registries).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use network::{Challenge, Deadline, Origin, Transport};
use policy::Destination;
use serde::Deserialize;
use url::Url;

use crate::error::Error;
use crate::secret::Secret;
use crate::token::{Failure, Fetched};
use crate::wire::{Call, Proof, Wire};

/// The life of a token whose server says nothing about it.
const DEFAULT_LIFE: Duration = Duration::from_secs(60);

/// The longest life that is believed.
const MAX_LIFE: Duration = Duration::from_secs(24 * 3600);

const CLIENT: &str = "tiphys";

/// Where a token comes from, as a challenge says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Realm {
    pub(crate) url: Url,
    pub(crate) service: Option<String>,
}

/// What a registry understands, learnt from its challenges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Basic,
    Bearer(Realm),
}

/// A request for a token.
pub(crate) struct Exchange<'a> {
    pub(crate) realm: &'a Realm,
    pub(crate) origin: &'a Origin,
    pub(crate) scope: &'a str,
    pub(crate) login: Option<Credential<'a>>,
    pub(crate) transport: Option<Transport>,
    pub(crate) label: &'a str,
    pub(crate) destination: &'a Destination,
}

/// What a token server is shown.
#[derive(Clone, Copy)]
pub(crate) enum Credential<'a> {
    Password { username: &'a str, password: &'a Secret },
    RefreshToken(&'a Secret),
}

#[derive(Deserialize)]
struct Answer {
    token: Option<Secret>,
    access_token: Option<Secret>,
    expires_in: Option<u64>,
}

// === impl Method ===

impl Method {
    /// The best way that `challenges` offer: a token before a password.
    pub(crate) fn choose(challenges: &[Challenge]) -> Option<Self> {
        let bearer = challenges.iter().filter(|challenge| challenge.scheme() == "bearer");
        let realm = bearer.filter_map(Realm::of).next().map(Self::Bearer);
        let basic = || challenges.iter().any(|challenge| challenge.scheme() == "basic");
        realm.or_else(|| basic().then_some(Self::Basic))
    }
}

// === impl Realm ===

impl Realm {
    fn of(challenge: &Challenge) -> Option<Self> {
        let url = Url::parse(challenge.parameter("realm")?).ok()?;
        Some(Self { url, service: challenge.parameter("service").map(str::to_owned) })
    }
}

// === impl Exchange ===

impl Exchange<'_> {
    /// Asks for the token. The realm must have been admitted.
    pub(crate) async fn run(
        &self,
        wire: &dyn Wire,
        deadline: Deadline,
    ) -> Result<Fetched<Secret>, Failure<Error>> {
        let call = self.call().with_transport(self.transport.clone());
        let network =
            |cause| Failure::Passing(Error::Network { destination: self.destination.clone(), cause });
        let reply = call.send(wire, deadline).await.map_err(network)?;
        if !reply.is_success() {
            let error = Error::Refused {
                realm: self.origin.clone(),
                label: self.label.to_owned(),
                destination: self.destination.clone(),
                status: reply.status,
            };
            let refused = matches!(reply.status, 400 | 401 | 403);
            return Err(if refused { Failure::Refused(error) } else { Failure::Passing(error) });
        }
        self.read(reply.body.expose())
    }

    fn call(&self) -> Call {
        match self.login {
            Some(Credential::RefreshToken(token)) => {
                let mut fields = vec![("grant_type", "refresh_token"), ("client_id", CLIENT)];
                fields.extend(self.parameters());
                fields.push(("refresh_token", token.expose()));
                Call::post_form(self.realm.url.clone(), &fields)
            }
            Some(Credential::Password { username, password }) => {
                let proof = Proof::Password { username, password }.header_value();
                self.get().with_header(http::header::AUTHORIZATION, &proof)
            }
            None => self.get(),
        }
    }

    fn get(&self) -> Call {
        let mut url = self.realm.url.clone();
        url.query_pairs_mut().extend_pairs(self.parameters()).append_pair("client_id", CLIENT);
        Call::get(url)
    }

    fn parameters(&self) -> Vec<(&'static str, &str)> {
        let service = self.realm.service.as_deref().map(|service| ("service", service));
        let scope = (!self.scope.is_empty()).then_some(("scope", self.scope));
        service.into_iter().chain(scope).collect()
    }

    fn read(&self, body: &str) -> Result<Fetched<Secret>, Failure<Error>> {
        let malformed = |problem| Failure::Passing(Error::Malformed { realm: self.origin.clone(), problem });
        let answer: Answer = serde_json::from_str(body).map_err(|_| malformed("it is no JSON object"))?;
        let present = |token: &Secret| !token.expose().is_empty();
        let value = answer.token.filter(present).or(answer.access_token.filter(present));
        let value = value.ok_or_else(|| malformed("it has no `token`"))?;
        let life = answer.expires_in.map(Duration::from_secs).or_else(|| life_of_jwt(&value));
        Ok(Fetched { value, life: life.unwrap_or(DEFAULT_LIFE).min(MAX_LIFE) })
    }
}

/// The life that a JSON Web Token states by itself. Its signature is not for us to check.
pub(crate) fn life_of_jwt(token: &Secret) -> Option<Duration> {
    #[derive(Deserialize)]
    struct Claims {
        exp: f64,
        iat: Option<f64>,
        nbf: Option<f64>,
    }
    let payload = token.expose().split('.').nth(1)?;
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    // Both ends by the server's clock, so that ours does not matter.
    Duration::try_from_secs_f64(claims.exp - claims.iat.or(claims.nbf)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> Secret {
        Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)))
    }

    #[test]
    fn the_life_of_a_jwt_is_counted_by_its_own_clock() {
        assert_eq!(life_of_jwt(&jwt(r#"{"iat": 1000, "exp": 1300}"#)), Some(Duration::from_secs(300)));
        assert_eq!(life_of_jwt(&jwt(r#"{"nbf": 1000, "exp": 1300}"#)), Some(Duration::from_secs(300)));
        for useless in [r#"{"exp": 1300}"#, r#"{"iat": 1300, "exp": 1000}"#, "{}", "x"] {
            assert_eq!(life_of_jwt(&jwt(useless)), None, "{useless}");
        }
        assert_eq!(life_of_jwt(&Secret::new("opaque".to_owned())), None);
    }
}
