//! Three clouds and their registries on this machine, and the proxy that leads their names there. What they are sent
//! is checked; what they give are canaries; and they repeat all that they are sent in a header.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use test_registry::{Authority, Options, Registry, Reply, Seen};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::forms::canary;

pub(crate) const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
pub(crate) const GOOGLE: &str = "europe-docker.pkg.dev";
pub(crate) const ACR: &str = "acme.azurecr.io";

/// What answers behind the proxy.
const NAMES: [&str; 8] = [
    ECR,
    GOOGLE,
    ACR,
    "sts.eu-west-1.amazonaws.com",
    "api.ecr.eu-west-1.amazonaws.com",
    "sts.googleapis.com",
    "iamcredentials.googleapis.com",
    "login.microsoftonline.com",
];

/// What the clouds give, each a canary by this name.
pub(crate) const GIVEN: [&str; 9] = [
    "sts-key",
    "sts-session",
    "ecr-password",
    "google-federated",
    "google-access",
    "google-bearer",
    "entra",
    "acr-refresh",
    "acr-access",
];

pub(crate) struct Cloud {
    registry: Registry,
    authority: Arc<Authority>,
    proxy: u16,
    is_revoked: Arc<AtomicBool>,
}

impl Cloud {
    /// With `archive` as the chart `app` in each registry, below a folder for each cloud.
    pub(crate) async fn start(archive: &[u8]) -> Self {
        let authority = Arc::new(Authority::new());
        let names = NAMES.map(str::to_owned).to_vec();
        let registry =
            Registry::start(Options { tls: Some((Arc::clone(&authority), names)), ..Options::default() })
                .await;
        for cloud in ["aws", "google", "azure"] {
            registry.push_chart(&format!("{cloud}/app"), "1.2.3", archive);
        }
        let is_revoked = Arc::<AtomicBool>::default();
        let refuses = Arc::clone(&is_revoked);
        registry.intercept(move |seen| {
            let said = format!("{} {:?} {}", seen.path, seen.headers, String::from_utf8_lossy(&seen.body));
            let said: String = said.chars().filter(|c| !c.is_control()).take(4000).collect();
            let reply =
                if refuses.load(Ordering::SeqCst) { Some(refusal(seen, &said)) } else { answer(seen) };
            reply.map(|reply| reply.header("x-said", &said))
        });
        let proxy = proxy(registry.port()).await;
        Self { registry, authority, proxy, is_revoked }
    }

    /// The address of the proxy.
    pub(crate) fn proxy(&self) -> String {
        format!("http://127.0.0.1:{}", self.proxy)
    }

    /// The certificates by which each name is trusted, by file name.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = (&'static str, String)> {
        NAMES.into_iter().map(|name| (name, self.authority.pem()))
    }

    /// From now on nothing is any good.
    pub(crate) fn revoke(&self) {
        self.is_revoked.store(true, Ordering::SeqCst);
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.registry.requests()
    }
}

/// What is given under this name. What Amazon gives has no character that XML escapes.
pub(crate) fn secret(name: &str) -> String {
    canary(name).replace('&', "")
}

fn form(seen: &Seen) -> HashMap<String, String> {
    let query = String::from_utf8_lossy(&seen.body).into_owned();
    let url = network::Url::parse(&format!("https://form.test/?{query}")).unwrap();
    url.query_pairs().into_owned().collect()
}

fn given(good: bool, body: String) -> Reply {
    if good { Reply::new(200).body(body) } else { Reply::error(400, "INVALID", "not what was expected") }
}

fn is_basic(seen: &Seen, user: &str, name: &str) -> bool {
    let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{}", secret(name))));
    seen.authorization.as_deref() == Some(&expected)
}

fn is_bearer(seen: &Seen, name: &str) -> bool {
    seen.authorization.as_deref() == Some(&format!("Bearer {}", secret(name)))
}

/// What a service answers, or a registry to who has not proved anything; none where the registry's content is meant.
fn answer(seen: &Seen) -> Option<Reply> {
    let fields = form(seen);
    let is = |name: &str, value: &str| fields.get(name).is_some_and(|found| found == value);
    Some(match seen.path.split('?').next().unwrap() {
        "/" if is("Action", "AssumeRoleWithWebIdentity") => {
            given(is("WebIdentityToken", &canary("web-identity")), sts())
        }
        "/" => given(
            seen.headers.get("x-amz-security-token").is_some_and(|sent| *sent == *secret("sts-session")),
            ecr(),
        ),
        "/v1/token" => {
            let token = json!({"access_token": secret("google-federated"), "expires_in": 3599});
            given(is("subject_token", &canary("subject")), token.to_string())
        }
        path if path.ends_with(":generateAccessToken") => {
            let token = json!({"accessToken": secret("google-access"), "expireTime": "2099-01-01T00:00:00Z"});
            given(is_bearer(seen, "google-federated"), token.to_string())
        }
        "/v2/token" => {
            let token = json!({"token": secret("google-bearer"), "expires_in": 300});
            given(is_basic(seen, "oauth2accesstoken", "google-access"), token.to_string())
        }
        "/tenant/oauth2/v2.0/token" => {
            let token = json!({"access_token": secret("entra"), "expires_in": 3599});
            given(is("client_secret", &canary("azure")), token.to_string())
        }
        "/oauth2/exchange" => {
            let token = json!({"refresh_token": secret("acr-refresh")});
            given(is("access_token", &secret("entra")), token.to_string())
        }
        "/oauth2/token" => {
            let token = json!({"access_token": secret("acr-access"), "expires_in": 300});
            given(is("refresh_token", &secret("acr-refresh")), token.to_string())
        }
        path if path.starts_with("/v2/aws/") && is_basic(seen, "AWS", "ecr-password") => return None,
        path if path.starts_with("/v2/google/") && is_bearer(seen, "google-bearer") => return None,
        path if path.starts_with("/v2/azure/") && is_bearer(seen, "acr-access") => return None,
        path => challenge(&challenge_at(path)?),
    })
}

/// The challenge of the registry below this path; none where one of a cloud's services is.
fn challenge_at(path: &str) -> Option<String> {
    match path.split('/').nth(2)? {
        "aws" => Some("Basic realm=\"r\"".to_owned()),
        "google" => Some(format!("Bearer realm=\"https://{GOOGLE}/v2/token\",service=\"{GOOGLE}\"")),
        "azure" => Some(format!("Bearer realm=\"https://{ACR}/oauth2/token\",service=\"{ACR}\"")),
        _ => None,
    }
}

/// What is answered when nothing is any good: registries ask who it is, and services say no, with `said` wherever one of
/// them has the code of an error.
fn refusal(seen: &Seen, said: &str) -> Reply {
    let errors = [json!({"code": said, "message": said})];
    let body = json!({"__type": said, "error": said, "errors": errors}).to_string();
    match challenge_at(&seen.path) {
        Some(challenge) => Reply::new(401).header("www-authenticate", &challenge).body(body),
        None => Reply::new(403).body(body),
    }
}

fn challenge(text: &str) -> Reply {
    Reply::error(401, "UNAUTHORIZED", "who are you?").header("www-authenticate", text)
}

fn sts() -> String {
    format!(
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
         <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken>\
         <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
         </AssumeRoleWithWebIdentityResponse>",
        secret("sts-key"),
        secret("sts-session"),
    )
}

fn ecr() -> String {
    let token = STANDARD.encode(format!("AWS:{}", secret("ecr-password")));
    json!({"authorizationData": [{"authorizationToken": token, "expiresAt": 4.0e9}]}).to_string()
}

/// A proxy that leads every tunnel to `port`.
async fn proxy(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(tunnel(client, port));
        }
    });
    own
}

async fn tunnel(client: TcpStream, port: u16) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let mut line = String::new();
    while client.read_line(&mut line).await? > 0 && !line.ends_with("\r\n\r\n") {}
    if !NAMES.iter().any(|name| line.starts_with(&format!("CONNECT {name}:443 "))) {
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    }
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}
