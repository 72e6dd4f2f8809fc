use std::sync::Mutex;

use super::*;
use crate::testing::{Canned, Rewriting, Server, soon};

/// Exchanges that reach the given servers by name, and nothing else.
pub(super) fn clouds(environment: Environment, names: &[(&str, &Server)]) -> Clouds {
    let wire = Arc::new(Rewriting::new(names.iter().copied()));
    Clouds::new(environment, Arc::clone(&wire) as Arc<dyn Wire>, wire)
}

/// Ways that fail the first times that each service is asked.
struct Moody {
    wire: Rewriting,
    status: u16,
    /// How often each service has failed.
    failed: Mutex<std::collections::HashMap<String, u32>>,
}

#[async_trait::async_trait]
impl Wire for Moody {
    async fn send(&self, call: Call, deadline: Deadline) -> Result<Reply, WireError> {
        let name = format!("{} {}", call.method, call.url);
        let turn = {
            let mut failed = self.failed.lock().unwrap();
            let count = failed.entry(name).or_default();
            *count += 1;
            *count
        };
        // `POST`s are repeated by whoever sends them; `GET`s by the network, which this stands for.
        if call.method != http::Method::POST || turn > 2 {
            return self.wire.send(call, deadline).await;
        }
        let headers = http::HeaderMap::from_iter([(http::header::RETRY_AFTER, "0".parse().unwrap())]);
        Ok(Reply { status: self.status, headers, body: Secret::new("canary".to_owned()) })
    }
}

/// Checks how an exchange takes the failures of each of its services, of which the last is asked by `POST`.
pub(super) async fn endures(
    environment: &Environment,
    config: &IdentityConfig,
    host: &str,
    names: &[(&str, &Server)],
) {
    let over = |wire: Arc<dyn Wire>| Clouds::new(environment.clone(), Arc::clone(&wire), wire);
    for status in [429, 500, 502, 503, 504] {
        let wire = Rewriting::new(names.iter().copied());
        let moody = Arc::new(Moody { wire, status, failed: Mutex::default() });
        let found = minted(&over(Arc::clone(&moody) as _), config, host).await;
        assert!(found.is_ok(), "{host}, {status}: {found:?}");
        let failed: Vec<u32> = moody.failed.lock().unwrap().values().copied().collect();
        assert!(failed.contains(&3), "{host}, {status}: {failed:?}");
    }
    let (name, _) = names.last().unwrap();
    for (status, body) in
        [(400, "{}"), (401, "canary"), (403, ""), (200, "canary"), (200, r#"{"x": "canary"}"#)]
    {
        let refusing = Server::start(move |_| Canned::new(status, body)).await;
        let names: Vec<(&str, &Server)> = names
            .iter()
            .map(|(other, server)| (*other, if other == name { &refusing } else { *server }))
            .collect();
        let clouds = clouds(environment.clone(), &names);
        for _ in 0..2 {
            let error = minted(&clouds, config, host).await.unwrap_err();
            assert!(!error.contains("canary"), "{host}, {status}: {error}");
        }
        assert_eq!(refusing.received().len(), 1, "{host}, {status} {body}: a refusal is not asked for again");
    }
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = Server::at(silent.local_addr().unwrap().port());
    let all: Vec<(&str, &Server)> = names.iter().map(|(name, _)| (*name, &silent)).collect();
    let began = std::time::Instant::now();
    let host = RegistryHost::parse(host).unwrap();
    let outcome = clouds(environment.clone(), &all)
        .mint(config, &host, Deadline::after(Duration::from_millis(300)))
        .await;
    assert!(outcome.is_err() && began.elapsed() < Duration::from_secs(5), "{host}: {:?}", began.elapsed());
}

/// What was minted, for comparing.
pub(super) async fn minted(clouds: &Clouds, config: &IdentityConfig, host: &str) -> Result<String, String> {
    let host = RegistryHost::parse(host).unwrap();
    match clouds.mint(config, &host, soon()).await {
        Ok(lease) => Ok(match &lease.value {
            Minted::Password { username, password } => format!("{username}:{}", password.expose()),
            Minted::RefreshToken(token) => format!("refresh {}", token.expose()),
        }),
        Err(error) => Err(error.to_string()),
    }
}

/// A date as servers write it, `skew` seconds from now.
pub(super) fn date(skew: i64) -> String {
    let now = std::time::SystemTime::now();
    let seconds = Duration::from_secs(skew.unsigned_abs());
    httpdate::fmt_http_date(if skew < 0 { now - seconds } else { now + seconds })
}

/// Rule R8 once more at the moment of use: whose registry it is.
#[tokio::test]
async fn nothing_is_minted_for_somebody_elses_host() {
    let clouds = clouds(Environment::default(), &[]);
    let aws = IdentityConfig::Aws(crate::config::AwsIdentity { projects: vec!["a".into()], roles: vec![] });
    for host in ["ghcr.io", "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.com", "acme.azurecr.io"] {
        let error = minted(&clouds, &aws, host).await.unwrap_err();
        assert!(error.contains("is no registry of aws"), "{host}: {error}");
    }
}

#[test]
fn only_the_code_of_a_refusal_is_kept() {
    for (body, expected) in [
        (
            "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>canary</Message></Error></ErrorResponse>",
            "ExpiredToken",
        ),
        (r#"{"__type": "com.amazon#AccessDeniedException", "message": "canary"}"#, "AccessDeniedException"),
        (r#"{"error": "invalid_client", "error_description": "canary"}"#, "invalid_client"),
        (r#"{"error": {"status": "PERMISSION_DENIED", "message": "canary"}}"#, "PERMISSION_DENIED"),
    ] {
        assert_eq!(code_of(body).as_deref(), Some(expected));
    }
    for body in ["canary", r#"{"error": "has a canary in it"}"#, "<Code>\u{1b}[31mcanary</Code>", ""] {
        assert_eq!(code_of(body), None, "{body}");
    }
}

#[tokio::test]
async fn passing_failures_are_asked_again_and_refusals_are_not() {
    let answers = std::sync::Mutex::new(vec![503, 429]);
    let server = Server::start(move |_| match answers.lock().unwrap().pop() {
        Some(status) => Canned::new(status, ""),
        None => Canned::new(400, r#"{"error": "invalid_grant"}"#),
    })
    .await;
    let wire = Rewriting::new([("https://a.test", &server)]);
    let call = Call::post_form("https://a.test/token".parse().unwrap(), &[]);
    assert_eq!(call.send(&wire, soon()).await.unwrap().status, 400);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_slow_service_ends_at_the_deadline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let transport = network::Transport { plain_http: true, ..network::Transport::default() };
    let call = Call::get(url.parse().unwrap()).with_transport(Some(transport));
    let began = std::time::Instant::now();
    let deadline = Deadline::after(Duration::from_millis(300));
    assert!(call.send(&crate::testing::client(), deadline).await.is_err());
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}
