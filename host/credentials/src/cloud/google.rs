//! Google: an access token, which Artifact Registry takes as the password of `oauth2accesstoken`.

use std::path::Path;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::HeaderName;
use network::Deadline;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use super::calendar::rfc3339;
use super::{Error, Minted, Speaker, read_file, read_json};
use crate::audit::seconds;
use crate::config::GoogleIdentity;
use crate::secret::Secret;
use crate::token::Fetched;
use crate::wire::{Call, Reply};

const METADATA: &str = "the metadata server of Google";
const TOKEN: &str = "the token endpoint of Google";
const STS: &str = "the security token service of Google";
const IAM: &str = "the service account credentials API of Google";

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";
const STS_URL: &str = "https://sts.googleapis.com/v1/token";
const IAM_PREFIX: &str = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/";

/// The address of the metadata server; its name would have to be resolved by somebody.
const METADATA_URL: &str =
    "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token";

/// How long the metadata server of a new pod may take until it knows the pod, and how often it is asked meanwhile.
const START_PATIENCE: Duration = Duration::from_secs(10);
const START_PAUSE: Duration = Duration::from_millis(500);

/// The longest life of an assertion that Google takes.
const ASSERTION_LIFE: u64 = 3600;

const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// The file that `GOOGLE_APPLICATION_CREDENTIALS` names.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Credentials {
    ServiceAccount(ServiceAccount),
    ExternalAccount(ExternalAccount),
}

#[derive(Deserialize)]
struct ServiceAccount {
    client_email: String,
    private_key: Secret,
    #[serde(default)]
    private_key_id: Option<String>,
    #[serde(default)]
    token_uri: Option<String>,
}

#[derive(Deserialize)]
struct ExternalAccount {
    audience: String,
    subject_token_type: String,
    token_url: String,
    #[serde(default)]
    service_account_impersonation_url: Option<String>,
    credential_source: CredentialSource,
}

#[derive(Deserialize)]
struct CredentialSource {
    #[serde(default)]
    file: Option<std::path::PathBuf>,
    #[serde(default)]
    format: Option<Format>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Format {
    Text,
    Json { subject_token_field_name: String },
}

#[derive(Deserialize)]
struct AccessToken {
    access_token: Secret,
    expires_in: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Impersonated {
    access_token: Secret,
    expire_time: String,
}

/// The password for a registry.
pub(super) async fn mint(
    speaker: &Speaker,
    identity: &GoogleIdentity,
    deadline: Deadline,
) -> Result<Fetched<Minted>, Error> {
    let mut token = match &speaker.environment.google.credentials_file {
        Some(file) => from_file(speaker, file, deadline).await?,
        None => from_metadata(speaker, deadline).await?,
    };
    if let Some(account) = &identity.impersonate {
        token = impersonate(speaker, &token.value, account, deadline).await?;
    }
    let Fetched { value: password, life } = token;
    Ok(Fetched { value: Minted::Password { username: "oauth2accesstoken", password }, life })
}

async fn from_metadata(speaker: &Speaker, deadline: Deadline) -> Result<Fetched<Secret>, Error> {
    let flavor = HeaderName::from_static("metadata-flavor");
    let call = Call::get(fixed(METADATA_URL)?).with_header(flavor.clone(), "Google");
    let reply = ask_metadata(speaker, &call, deadline.at_most(START_PATIENCE)).await?;
    // Whoever else listens at that address does not say so.
    if reply.is_success() && reply.headers.get(flavor).is_none_or(|value| value != "Google") {
        return Err(Error::Malformed { service: METADATA, problem: "it is from somebody else" });
    }
    read_token(METADATA, &reply)
}

/// Asks until there is an answer that counts. Where nobody is at the address, the first question ends without one, and
/// is not repeated.
async fn ask_metadata(speaker: &Speaker, call: &Call, deadline: Deadline) -> Result<Reply, Error> {
    loop {
        let asked = Instant::now();
        let outcome = speaker.ask_metadata(METADATA, call.clone(), deadline).await;
        let early = match &outcome {
            Ok(reply) => reply.status == 404 || reply.status >= 500,
            Err(_) => asked.elapsed() < START_PAUSE,
        };
        if !early || deadline.remaining() <= START_PAUSE {
            return outcome;
        }
        tokio::time::sleep(START_PAUSE).await;
    }
}

async fn from_file(speaker: &Speaker, file: &Path, deadline: Deadline) -> Result<Fetched<Secret>, Error> {
    let text = read_file(VARIABLE, file)?;
    let reason = "it is neither a service account's nor an external account's";
    let wrong = |_| Error::Forbidden { what: "the file of `GOOGLE_APPLICATION_CREDENTIALS`", reason };
    match serde_json::from_str(text.expose()).map_err(wrong)? {
        Credentials::ServiceAccount(account) => service_account(speaker, &account, deadline).await,
        Credentials::ExternalAccount(account) => external_account(speaker, &account, deadline).await,
    }
}

async fn service_account(
    speaker: &Speaker,
    account: &ServiceAccount,
    deadline: Deadline,
) -> Result<Fetched<Secret>, Error> {
    if account.token_uri.as_deref().is_some_and(|uri| uri != TOKEN_URL) {
        let reason = "it is not Google's token endpoint";
        return Err(Error::Forbidden { what: "`token_uri`", reason });
    }
    let offset = speaker.clock.offset();
    let reply = ask_with_assertion(speaker, account, deadline).await?;
    // A wrong clock makes the assertion one of the future or the past; by now it is put right.
    if reply.is_success() || speaker.clock.offset() == offset {
        return read_token(TOKEN, &reply);
    }
    read_token(TOKEN, &ask_with_assertion(speaker, account, deadline).await?)
}

async fn ask_with_assertion(
    speaker: &Speaker,
    account: &ServiceAccount,
    deadline: Deadline,
) -> Result<Reply, Error> {
    let assertion = assertion(account, speaker.clock.now())?;
    let fields =
        [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.expose())];
    speaker.ask(TOKEN, Call::post_form(fixed(TOKEN_URL)?, &fields), deadline).await
}

/// A signed statement that we are the account (RFC 7523).
fn assertion(account: &ServiceAccount, now: SystemTime) -> Result<Secret, Error> {
    let issued = seconds(now);
    let header = match &account.private_key_id {
        Some(id) => serde_json::json!({"alg": "RS256", "typ": "JWT", "kid": id}),
        None => serde_json::json!({"alg": "RS256", "typ": "JWT"}),
    };
    let claims = serde_json::json!({
        "iss": account.client_email, "scope": SCOPE, "aud": TOKEN_URL,
        "iat": issued, "exp": issued + ASSERTION_LIFE,
    });
    let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(&header), encode(&claims));
    let key = RsaKeyPair::from_pkcs8(&der(account.private_key.expose())?).map_err(|_| Error::Key)?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .map_err(|_| Error::Key)?;
    Ok(Secret::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))))
}

/// The bytes inside `-----BEGIN PRIVATE KEY-----`.
fn der(pem: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
    let (_, rest) = pem.split_once("-----BEGIN PRIVATE KEY-----").ok_or(Error::Key)?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----").ok_or(Error::Key)?;
    let body: zeroize::Zeroizing<String> = body.split_whitespace().collect::<String>().into();
    STANDARD.decode(body.as_bytes()).map(Into::into).map_err(|_| Error::Key)
}

/// Workload identity federation.
async fn external_account(
    speaker: &Speaker,
    account: &ExternalAccount,
    deadline: Deadline,
) -> Result<Fetched<Secret>, Error> {
    if account.token_url != STS_URL {
        let reason = "it is not Google's security token service";
        return Err(Error::Forbidden { what: "`token_url`", reason });
    }
    let subject = subject_token(&account.credential_source)?;
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("audience", account.audience.as_str()),
        ("scope", SCOPE),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("subject_token_type", account.subject_token_type.as_str()),
        ("subject_token", subject.expose()),
    ];
    let reply = speaker.ask(STS, Call::post_form(fixed(STS_URL)?, &fields), deadline).await?;
    let token = read_token(STS, &reply)?;
    match &account.service_account_impersonation_url {
        None => Ok(token),
        Some(url) => impersonate_at(speaker, &token.value, url, deadline).await,
    }
}

/// Only files: an address or a program in a credentials file would be fetched or run by this host.
fn subject_token(source: &CredentialSource) -> Result<Secret, Error> {
    let reason = "only a `file` is accepted, no `url`, `executable` or environment";
    let file = source.file.as_deref().ok_or(Error::Forbidden { what: "`credential_source`", reason })?;
    let text = read_file("credential_source.file", file)?;
    match &source.format {
        None | Some(Format::Text) => Ok(Secret::new(text.expose().trim().to_owned())),
        Some(Format::Json { subject_token_field_name: field }) => {
            let value: serde_json::Value = serde_json::from_str(text.expose()).unwrap_or_default();
            let token = value.get(field).and_then(|token| token.as_str());
            let reason = "the field for the token is not there";
            let token = token.ok_or(Error::Forbidden { what: "the file of `credential_source`", reason })?;
            Ok(Secret::new(token.to_owned()))
        }
    }
}

async fn impersonate(
    speaker: &Speaker,
    token: &Secret,
    account: &str,
    deadline: Deadline,
) -> Result<Fetched<Secret>, Error> {
    impersonate_at(speaker, token, &format!("{IAM_PREFIX}{account}:generateAccessToken"), deadline).await
}

async fn impersonate_at(
    speaker: &Speaker,
    token: &Secret,
    address: &str,
    deadline: Deadline,
) -> Result<Fetched<Secret>, Error> {
    let account = address.strip_prefix(IAM_PREFIX).and_then(|rest| rest.strip_suffix(":generateAccessToken"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_".contains(&byte);
    if !account.is_some_and(|account| !account.is_empty() && account.bytes().all(plain)) {
        let reason = "it is not the name of a service account";
        return Err(Error::Forbidden { what: "the account to impersonate", reason });
    }
    let body = serde_json::json!({"scope": [SCOPE], "lifetime": "3600s"}).to_string();
    let call = Call::post(fixed(address)?, "application/json", Secret::new(body))
        .with_header(http::header::AUTHORIZATION, &format!("Bearer {}", token.expose()));
    let reply = speaker.ask(IAM, call, deadline).await?;
    let answer: Impersonated = read_json(IAM, &reply)?;
    let end = rfc3339(&answer.expire_time);
    let end = end.ok_or(Error::Malformed { service: IAM, problem: "`expireTime` is no time" })?;
    Ok(Fetched { value: answer.access_token, life: speaker.clock.until(end, &reply) })
}

fn read_token(service: &'static str, reply: &Reply) -> Result<Fetched<Secret>, Error> {
    let AccessToken { access_token, expires_in } = read_json(service, reply)?;
    Ok(Fetched { value: access_token, life: Duration::from_secs(expires_in) })
}

fn fixed(address: &str) -> Result<Url, Error> {
    Url::parse(address).map_err(|_| Error::Forbidden { what: "an address", reason: "it is none" })
}

#[cfg(test)]
mod tests;
