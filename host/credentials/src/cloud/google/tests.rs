//! Google's exchanges against services that check all that they receive.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use super::super::tests::{clouds, date, endures, minted};
use super::super::{Clouds, Environment};
use super::*;
use crate::config::IdentityConfig;
use crate::testing::{Canned, Received, Server};

const HOST: &str = "europe-west1-docker.pkg.dev";
const EMAIL: &str = "puller@acme.iam.gserviceaccount.com";

fn config(impersonate: Option<&str>) -> IdentityConfig {
    let impersonate = impersonate.map(str::to_owned);
    IdentityConfig::Google(GoogleIdentity { projects: vec!["a".to_owned()], impersonate })
}

/// An RSA key made for this test run; it needs `openssl`, which makes no other one for us.
struct Key {
    pem: String,
    public: Vec<u8>,
}

fn key() -> Option<Key> {
    let made = std::process::Command::new("openssl")
        .args(["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .ok()?;
    let pem = String::from_utf8(made.stdout).ok().filter(|pem| pem.contains("BEGIN PRIVATE KEY"))?;
    let pair = RsaKeyPair::from_pkcs8(&der(&pem).unwrap()).unwrap();
    Some(Key { pem, public: pair.public().as_ref().to_vec() })
}

fn with_file(content: &str) -> (Environment, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("credentials.json");
    fs_err::write(&file, content).unwrap();
    let mut environment = Environment::default();
    environment.google.credentials_file = Some(file);
    (environment, directory)
}

fn access_token(token: &str) -> Canned {
    Canned::new(200, format!(r#"{{"access_token": "{token}", "expires_in": 3599, "token_type": "Bearer"}}"#))
}

/// What the token endpoint makes of an assertion, by a clock that is `skew` seconds ahead.
fn judge_assertion(request: &Received, public: &[u8], skew: i64) -> Canned {
    let refuse = |code: &str| Canned::new(400, format!(r#"{{"error": "{code}"}}"#)).with("date", date(skew));
    let form = request.form();
    if form.get("grant_type").map(String::as_str) != Some("urn:ietf:params:oauth:grant-type:jwt-bearer") {
        return refuse("unsupported_grant_type");
    }
    let assertion = &form["assertion"];
    let (message, signature) = assertion.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let verifier = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
    if verifier.verify(message.as_bytes(), &signature).is_err() {
        return refuse("invalid_grant");
    }
    let part = |index: usize| -> serde_json::Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(message.split('.').nth(index).unwrap()).unwrap())
            .unwrap()
    };
    let (header, claims) = (part(0), part(1));
    let now = i64::try_from(seconds(SystemTime::now())).unwrap() + skew;
    let (issued, end) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    let fine = header["alg"] == "RS256"
        && header["kid"] == "key-1"
        && claims["iss"] == EMAIL
        && claims["scope"] == SCOPE
        && claims["aud"] == TOKEN_URL
        && (now - 300..=now + 300).contains(&issued)
        && end <= issued + 3600
        && end > now;
    if fine { access_token("sa-token").with("date", date(skew)) } else { refuse("invalid_grant") }
}

async fn token_service(public: Vec<u8>, skew: i64) -> Server {
    Server::start(move |request| judge_assertion(request, &public, skew)).await
}

fn account_file(key: &Key, extra: &str) -> String {
    let pem = serde_json::to_string(&key.pem).unwrap();
    format!(
        r#"{{"type": "service_account", "client_email": "{EMAIL}", "private_key": {pem}, "private_key_id": "key-1"{extra}}}"#
    )
}

fn reaching(environment: Environment, names: &[(&str, &Server)]) -> Clouds {
    clouds(environment, names)
}

#[tokio::test]
async fn the_key_of_a_service_account() {
    let Some(key) = key() else {
        eprintln!("SKIPPED: `openssl` is not there");
        return;
    };
    let (environment, _directory) = with_file(&account_file(&key, ""));
    for (skew, requests) in [(0, 1), (600, 2), (-600, 2)] {
        let service = token_service(key.public.clone(), skew).await;
        let clouds = reaching(environment.clone(), &[("https://oauth2.googleapis.com", &service)]);
        let found = minted(&clouds, &config(None), HOST).await;
        assert_eq!(found.as_deref(), Ok("oauth2accesstoken:sa-token"), "{skew}");
        assert_eq!(service.received().len(), requests, "{skew}");
    }
    let evil = r#", "token_uri": "https://evil.com/token""#;
    let (environment, _directory) = with_file(&account_file(&key, evil));
    let error = minted(&reaching(environment, &[]), &config(None), HOST).await.unwrap_err();
    assert!(error.contains("`token_uri` is not allowed"), "{error}");
}

#[tokio::test]
async fn the_metadata_server_and_who_only_sits_at_its_address() {
    let path = "/computeMetadata/v1/instance/service-accounts/default/token";
    let server = Server::start(move |request| {
        if request.target != path || request.header("metadata-flavor") != "Google" {
            return Canned::new(403, "");
        }
        access_token("metadata-token").with("metadata-flavor", "Google")
    })
    .await;
    let name = "http://169.254.169.254";
    let found = minted(&reaching(Environment::default(), &[(name, &server)]), &config(None), HOST).await;
    assert_eq!(found.as_deref(), Ok("oauth2accesstoken:metadata-token"));
    let stranger = Server::start(|_| access_token("x")).await;
    let clouds = reaching(Environment::default(), &[(name, &stranger)]);
    let error = minted(&clouds, &config(None), HOST).await.unwrap_err();
    assert!(error.contains("from somebody else"), "{error}");
}

/// The metadata server of a new pod refuses for a while.
#[tokio::test]
async fn the_metadata_server_of_a_new_pod_is_asked_again() {
    let answers = std::sync::Mutex::new(vec![404, 503]);
    let server = Server::start(move |_| match answers.lock().unwrap().pop() {
        Some(status) => Canned::new(status, ""),
        None => access_token("metadata-token").with("metadata-flavor", "Google"),
    })
    .await;
    let clouds = reaching(Environment::default(), &[("http://169.254.169.254", &server)]);
    let found = minted(&clouds, &config(None), HOST).await;
    assert_eq!(found.as_deref(), Ok("oauth2accesstoken:metadata-token"));
    assert_eq!(server.received().len(), 3);
}

fn federation(source: &str, extra: &str) -> String {
    format!(
        r#"{{"type": "external_account", "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "https://sts.googleapis.com/v1/token",
            "credential_source": {source}{extra}}}"#
    )
}

fn judge_federation(request: &Received) -> Canned {
    let form = request.form();
    let expected = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("audience", "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x"),
        ("scope", "https://www.googleapis.com/auth/cloud-platform"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ("subject_token", "cluster-token"),
    ];
    let fine = request.target == "/v1/token"
        && form.len() == expected.len()
        && expected.iter().all(|(name, value)| form.get(*name).map(String::as_str) == Some(value));
    if fine { access_token("federated") } else { Canned::new(400, r#"{"error": "invalid_request"}"#) }
}

fn judge_impersonation(request: &Received) -> Canned {
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap_or_default();
    let fine = request.method == "POST"
        && request.target == format!("/v1/projects/-/serviceAccounts/{EMAIL}:generateAccessToken")
        && request.header("authorization") == "Bearer federated"
        && request.header("content-type") == "application/json"
        && body == serde_json::json!({"scope": [SCOPE], "lifetime": "3600s"});
    if !fine {
        return Canned::new(403, r#"{"error": {"status": "PERMISSION_DENIED"}}"#);
    }
    Canned::new(200, r#"{"accessToken": "impersonated", "expireTime": "2099-01-01T00:00:00Z"}"#)
}

#[tokio::test]
async fn federation_with_and_without_impersonation() {
    let sts = Server::start(judge_federation).await;
    let iam = Server::start(judge_impersonation).await;
    let names = [("https://sts.googleapis.com", &sts), ("https://iamcredentials.googleapis.com", &iam)];
    let directory = tempfile::tempdir().unwrap();
    let (text, json) = (directory.path().join("text"), directory.path().join("json"));
    fs_err::write(&text, "cluster-token\n").unwrap();
    fs_err::write(&json, r#"{"id_token": "cluster-token"}"#).unwrap();
    let text = format!(r#"{{"file": "{}"}}"#, text.display());
    let json = format!(
        r#"{{"file": "{}", "format": {{"type": "json", "subject_token_field_name": "id_token"}}}}"#,
        json.display()
    );
    let url = format!(
        r#", "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{EMAIL}:generateAccessToken""#
    );
    for (source, extra, impersonate, expected) in [
        (&text, "", None, "federated"),
        (&json, "", None, "federated"),
        (&text, &*url, None, "impersonated"),
        (&text, "", Some(EMAIL), "impersonated"),
    ] {
        let (environment, _directory) = with_file(&federation(source, extra));
        let found = minted(&reaching(environment, &names), &config(impersonate), HOST).await;
        assert_eq!(found, Ok(format!("oauth2accesstoken:{expected}")));
    }
}

#[tokio::test]
async fn failures_of_every_kind() {
    let sts = Server::start(judge_federation).await;
    let iam = Server::start(judge_impersonation).await;
    let names = [("https://sts.googleapis.com", &sts), ("https://iamcredentials.googleapis.com", &iam)];
    let directory = tempfile::tempdir().unwrap();
    let token = directory.path().join("token");
    fs_err::write(&token, "cluster-token").unwrap();
    let (environment, _directory) =
        with_file(&federation(&format!(r#"{{"file": "{}"}}"#, token.display()), ""));
    endures(&environment, &config(None), HOST, &names[..1]).await;
    endures(&environment, &config(Some(EMAIL)), HOST, &names).await;
    let Some(key) = key() else {
        eprintln!("SKIPPED: `openssl` is not there");
        return;
    };
    let (environment, _directory) = with_file(&account_file(&key, ""));
    let service = token_service(key.public, 0).await;
    endures(&environment, &config(None), HOST, &[("https://oauth2.googleapis.com", &service)]).await;
}

#[tokio::test]
async fn sources_and_addresses_that_could_be_anybodys_are_refused() {
    let file = r#"{"file": "/nonexistent"}"#;
    let evil = r#", "service_account_impersonation_url": "https://evil.com/x:generateAccessToken""#;
    for (content, told) in [
        (federation(r#"{"url": "http://169.254.169.254/"}"#, ""), "`credential_source` is not allowed"),
        (federation(r#"{"executable": {"command": "id"}}"#, ""), "`credential_source` is not allowed"),
        (federation(r#"{"environment_id": "aws1"}"#, ""), "`credential_source` is not allowed"),
        (
            federation(file, "").replace("https://sts.googleapis.com", "https://evil.com"),
            "`token_url` is not allowed",
        ),
        (federation(file, evil), "failed to read the file"),
        (r#"{"type": "authorized_user"}"#.to_owned(), "neither a service account's"),
    ] {
        let (environment, _directory) = with_file(&content);
        let error = minted(&reaching(environment, &[]), &config(None), HOST).await.unwrap_err();
        assert!(error.contains(told), "{content}: {error}");
    }
    let sts = Server::start(judge_federation).await;
    let directory = tempfile::tempdir().unwrap();
    let token = directory.path().join("token");
    fs_err::write(&token, "cluster-token").unwrap();
    let (environment, _directory) =
        with_file(&federation(&format!(r#"{{"file": "{}"}}"#, token.display()), evil));
    let clouds = reaching(environment, &[("https://sts.googleapis.com", &sts)]);
    let error = minted(&clouds, &config(None), HOST).await.unwrap_err();
    assert!(error.contains("not the name of a service account"), "{error}");
}
