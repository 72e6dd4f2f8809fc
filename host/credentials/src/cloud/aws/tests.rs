//! Amazon's exchanges against a service that checks all that it receives, and against moto.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::super::tests::{clouds, date, endures, minted};
use super::super::{Clouds, Environment};
use super::*;
use crate::config::IdentityConfig;
use crate::testing::{Canned, Received, Server};

const HOST: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const STS_NAME: &str = "https://sts.eu-west-1.amazonaws.com";
const ECR_NAME: &str = "https://api.ecr.eu-west-1.amazonaws.com";
const ROLE: &str = "arn:aws:iam::123456789012:role/puller";

fn config(roles: &[&str]) -> IdentityConfig {
    let role = |arn: &&str| AwsRole { arn: (*arn).to_owned(), external_id: Some("x1".to_owned()) };
    let roles = roles.iter().map(role).collect();
    IdentityConfig::Aws(AwsIdentity { projects: vec!["a".to_owned()], roles })
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// The keys that the fake service knows, by identifier.
fn known_keys(id: &str) -> Option<Keys> {
    let session_token = (id != "AKIASTATIC").then(|| secret(&format!("session-{id}")));
    let known = ["AKIASTATIC", "ASIAWEB", "ASIAROLE1", "ASIAROLE2", "ASIAPOD", "ASIAIMDS"].contains(&id);
    known.then(|| Keys {
        access_key_id: id.to_owned(),
        secret_access_key: secret(&format!("key-{id}")),
        session_token,
    })
}

/// Computes the signature anew over what arrived, and refuses one that is older or younger than five minutes by
/// the service's clock.
fn check_signature(request: &Received, service: &str, host: &str, skew: i64) -> Result<String, Canned> {
    let refuse = |code: &str| {
        Canned::new(403, format!(r#"{{"__type": "{code}", "message": "no"}}"#)).with("date", date(skew))
    };
    let value = request.header("authorization");
    let id = value.strip_prefix("AWS4-HMAC-SHA256 Credential=").and_then(|rest| rest.split('/').next());
    let keys = id.and_then(known_keys).ok_or_else(|| refuse("UnrecognizedClientException"))?;
    let stamp = request.header("x-amz-date");
    let signed = moment(stamp);
    let now = httpdate::parse_http_date(&date(skew)).unwrap();
    let apart = now.duration_since(signed).or_else(|_| signed.duration_since(now)).unwrap();
    if apart > Duration::from_secs(300) {
        return Err(refuse("InvalidSignatureException"));
    }
    let mut call = Call::post(host.parse().unwrap(), request.header("content-type"), secret(&request.body));
    if !request.header("x-amz-target").is_empty() {
        call = call.with_header(HeaderName::from_static("x-amz-target"), request.header("x-amz-target"));
    }
    let again = Signing { keys: &keys, region: "eu-west-1", service, time: signed }.sign(call);
    if again.headers.last().unwrap().1.expose() != value {
        return Err(refuse("SignatureDoesNotMatch"));
    }
    let token = keys.session_token.as_ref().map_or("", Secret::expose);
    if request.header("x-amz-security-token") != token {
        return Err(refuse("InvalidClientTokenId"));
    }
    Ok(keys.access_key_id)
}

/// The moment that `YYYYMMDDTHHMMSSZ` names.
fn moment(stamp: &str) -> SystemTime {
    let (date, time) = (&stamp[..8], &stamp[9..15]);
    let written = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    );
    crate::cloud::calendar::rfc3339(&written).unwrap()
}

fn sts_answer(action: &str, id: &str, skew: i64) -> Canned {
    Canned::new(
        200,
        format!(
            "<{action}Response><{action}Result><Credentials><AccessKeyId>{id}</AccessKeyId>\
             <SecretAccessKey>key-{id}</SecretAccessKey><SessionToken>session-{id}</SessionToken>\
             <Expiration>2026-01-01T00:00:00Z</Expiration></Credentials></{action}Result></{action}Response>"
        ),
    )
    .with("date", date(skew))
}

fn sts(request: &Received, skew: i64) -> Canned {
    let form = request.form();
    let denied = |code: &str| {
        Canned::new(403, format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"))
    };
    if request.method != "POST"
        || request.target != "/"
        || form.get("Version").map(String::as_str) != Some("2011-06-15")
    {
        return denied("InvalidAction");
    }
    match form["Action"].as_str() {
        "AssumeRoleWithWebIdentity" => {
            let expected =
                [("RoleArn", ROLE), ("RoleSessionName", "tiphys"), ("WebIdentityToken", "web-token")];
            let fine =
                expected.iter().all(|(name, value)| form.get(*name).map(String::as_str) == Some(value));
            let unsigned = request.header("authorization").is_empty();
            if fine && unsigned {
                sts_answer("AssumeRoleWithWebIdentity", "ASIAWEB", skew)
            } else {
                denied("InvalidIdentityToken")
            }
        }
        "AssumeRole" => match check_signature(request, "sts", &format!("{STS_NAME}/"), skew) {
            Err(refusal) => refusal,
            Ok(_) if form.get("ExternalId").map(String::as_str) != Some("x1") => denied("AccessDenied"),
            Ok(id) => {
                let (from, to) = match form["RoleArn"].rsplit('/').next().unwrap() {
                    "one" => ("AKIASTATIC", "ASIAROLE1"),
                    _ => ("ASIAROLE1", "ASIAROLE2"),
                };
                if id == from { sts_answer("AssumeRole", to, skew) } else { denied("AccessDenied") }
            }
        },
        _ => denied("InvalidAction"),
    }
}

fn ecr(request: &Received, skew: i64) -> Canned {
    let target = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
    let fine = request.method == "POST"
        && request.target == "/"
        && request.body == "{}"
        && request.header("content-type") == "application/x-amz-json-1.1"
        && request.header("x-amz-target") == target;
    if !fine {
        return Canned::new(400, r#"{"__type": "InvalidParameterException"}"#);
    }
    match check_signature(request, "ecr", &format!("{ECR_NAME}/"), skew) {
        Err(refusal) => refusal,
        Ok(id) => {
            let token = STANDARD.encode(format!("AWS:password:of:{id}"));
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64;
            let end = now + skew + 43_200;
            Canned::new(
                200,
                format!(
                    r#"{{"authorizationData": [{{"authorizationToken": "{token}", "expiresAt": {end}.5}}]}}"#
                ),
            )
            .with("date", date(skew))
        }
    }
}

/// The fake of both services, whose clocks are `skew` seconds ahead.
async fn services(skew: i64) -> (Server, Server) {
    let skew = Arc::new(AtomicI64::new(skew));
    let other = Arc::clone(&skew);
    let sts = Server::start(move |request| sts(request, skew.load(Ordering::SeqCst))).await;
    let ecr = Server::start(move |request| ecr(request, other.load(Ordering::SeqCst))).await;
    (sts, ecr)
}

fn fixed_keys() -> Environment {
    let mut environment = Environment::default();
    environment.aws.access_key_id = Some("AKIASTATIC".to_owned());
    environment.aws.secret_access_key = Some(secret("key-AKIASTATIC"));
    environment
}

fn web_token() -> (Environment, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    fs_err::write(&file, "web-token\n").unwrap();
    let mut environment = Environment::default();
    environment.aws.role_arn = Some(ROLE.to_owned());
    environment.aws.web_identity_token_file = Some(file);
    (environment, directory)
}

async fn through(environment: Environment, skew: i64) -> (Clouds, Server, Server) {
    let (sts, ecr) = services(skew).await;
    let clouds = clouds(environment, &[(STS_NAME, &sts), (ECR_NAME, &ecr)]);
    (clouds, sts, ecr)
}

#[tokio::test]
async fn static_keys() {
    let (clouds, _, ecr) = through(fixed_keys(), 0).await;
    assert_eq!(minted(&clouds, &config(&[]), HOST).await.unwrap(), "AWS:password:of:AKIASTATIC");
    minted(&clouds, &config(&[]), HOST).await.unwrap();
    assert_eq!(ecr.received().len(), 1, "kept for its life");
}

/// Rule R9: what is minted is for one identity and one registry, never for a host alone.
#[tokio::test]
async fn what_is_minted_is_for_one_identity_and_one_registry() {
    let (clouds, _, ecr) = through(fixed_keys(), 0).await;
    let role = config(&["arn:aws:iam::123456789012:role/one"]);
    let other = "210987654321.dkr.ecr.eu-west-1.amazonaws.com";
    for _ in 0..2 {
        assert_eq!(minted(&clouds, &config(&[]), HOST).await.unwrap(), "AWS:password:of:AKIASTATIC");
        assert_eq!(minted(&clouds, &role, HOST).await.unwrap(), "AWS:password:of:ASIAROLE1");
        assert_eq!(minted(&clouds, &config(&[]), other).await.unwrap(), "AWS:password:of:AKIASTATIC");
    }
    assert_eq!(ecr.received().len(), 3);
}

#[tokio::test]
async fn a_role_for_a_service_account() {
    let (environment, _directory) = web_token();
    let (clouds, sts, _) = through(environment, 0).await;
    assert_eq!(minted(&clouds, &config(&[]), HOST).await.unwrap(), "AWS:password:of:ASIAWEB");
    assert_eq!(sts.received().len(), 1);
}

#[tokio::test]
async fn a_chain_of_roles() {
    let chain = ["arn:aws:iam::123456789012:role/one", "arn:aws:iam::210987654321:role/two"];
    let (clouds, sts, _) = through(fixed_keys(), 0).await;
    assert_eq!(minted(&clouds, &config(&chain), HOST).await.unwrap(), "AWS:password:of:ASIAROLE2");
    assert_eq!(sts.received().len(), 2);
    let wrong = minted(&clouds, &config(&["arn:aws:iam::123456789012:user/x"]), HOST).await.unwrap_err();
    assert!(wrong.contains("not the ARN of a role"), "{wrong}");
}

#[tokio::test]
async fn failures_of_every_kind() {
    let (sts, ecr) = services(0).await;
    let names = [(STS_NAME, &sts), (ECR_NAME, &ecr)];
    let (environment, _directory) = web_token();
    endures(&environment, &config(&[]), HOST, &names).await;
    endures(&fixed_keys(), &config(&["arn:aws:iam::123456789012:role/one"]), HOST, &names).await;
}

/// A clock that is ten minutes off, either way, costs one request more and nothing else.
#[tokio::test]
async fn a_wrong_clock_is_put_right() {
    for skew in [-600, 600] {
        let (clouds, _, ecr) = through(fixed_keys(), skew).await;
        let found = minted(&clouds, &config(&[]), HOST).await;
        assert_eq!(found.as_deref(), Ok("AWS:password:of:AKIASTATIC"), "{skew}");
        assert_eq!(ecr.received().len(), 2);
    }
}

#[tokio::test]
async fn pod_identity_and_what_could_be_its_address() {
    let agent = Server::start(|request| {
        if request.header("authorization") != "pod-token" || request.target != "/v1/credentials" {
            return Canned::new(401, "");
        }
        Canned::new(
            200,
            r#"{"AccessKeyId": "ASIAPOD", "SecretAccessKey": "key-ASIAPOD", "Token": "session-ASIAPOD",
                "Expiration": "2026-01-01T00:00:00Z", "AccountId": "1", "RoleArn": "x"}"#,
        )
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    fs_err::write(&file, "pod-token").unwrap();
    let mut environment = Environment::default();
    environment.aws.container_token_file = Some(file);
    environment.aws.container_full_uri = Some("http://169.254.170.23/v1/credentials".parse().unwrap());
    let (sts, ecr) = services(0).await;
    let names = [("http://169.254.170.23", &agent), (STS_NAME, &sts), (ECR_NAME, &ecr)];
    let clouds_of = |environment| clouds(environment, &names);
    let found = minted(&clouds_of(environment.clone()), &config(&[]), HOST).await;
    assert_eq!(found.as_deref(), Ok("AWS:password:of:ASIAPOD"));
    for wrong in
        ["http://evil.com/", "https://169.254.170.23/", "http://169.254.169.254/", "http://127.0.0.1/"]
    {
        environment.aws.container_full_uri = Some(wrong.parse().unwrap());
        let error = minted(&clouds_of(environment.clone()), &config(&[]), HOST).await.unwrap_err();
        assert!(error.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI"), "{wrong}: {error}");
    }
    assert_eq!(agent.received().len(), 1);
}

#[tokio::test]
async fn the_role_of_an_instance_by_the_second_version_only() {
    let imds = Server::start(|request| {
        let roles = "/latest/meta-data/iam/security-credentials/";
        let known = request.header("x-aws-ec2-metadata-token") == "imds-token";
        match (request.method.as_str(), request.target.as_str()) {
            ("PUT", "/latest/api/token")
                if request.header("x-aws-ec2-metadata-token-ttl-seconds") == "21600" =>
            {
                Canned::new(200, "imds-token")
            }
            ("GET", target) if known && target == roles => Canned::new(200, "node-role\n"),
            ("GET", target) if known && target == format!("{roles}node-role") => Canned::new(
                200,
                r#"{"Code": "Success", "AccessKeyId": "ASIAIMDS", "SecretAccessKey": "key-ASIAIMDS",
                    "Token": "session-ASIAIMDS", "Expiration": "2026-01-01T00:00:00Z"}"#,
            ),
            _ => Canned::new(401, ""),
        }
    })
    .await;
    let (sts, ecr) = services(0).await;
    let names = [("http://169.254.169.254", &imds), (STS_NAME, &sts), (ECR_NAME, &ecr)];
    let found = minted(&clouds(Environment::default(), &names), &config(&[]), HOST).await;
    assert_eq!(found.as_deref(), Ok("AWS:password:of:ASIAIMDS"));
    let mut disabled = Environment::default();
    disabled.aws.metadata_disabled = true;
    let error = minted(&clouds(disabled, &names), &config(&[]), HOST).await.unwrap_err();
    assert!(error.contains("no identity of Amazon"), "{error}");
    assert_eq!(imds.received().len(), 3);
}

#[tokio::test]
async fn ecr_public_answers_with_an_object_from_one_region() {
    let api = Server::start(|request| {
        let value = request.header("authorization");
        assert!(value.contains("/us-east-1/ecr-public/aws4_request"), "{value}");
        assert_eq!(request.header("x-amz-target"), "SpencerFrontendService.GetAuthorizationToken");
        let token = STANDARD.encode("AWS:public");
        Canned::new(
            200,
            format!(r#"{{"authorizationData": {{"authorizationToken": "{token}", "expiresAt": 4e9}}}}"#),
        )
    })
    .await;
    let clouds = clouds(fixed_keys(), &[("https://api.ecr-public.us-east-1.amazonaws.com", &api)]);
    assert_eq!(minted(&clouds, &config(&[]), "public.ecr.aws").await.unwrap(), "AWS:public");
}

/// FIPS, dual-stack, China, sovereign and isolated: each registry has its own endpoints, in its own region.
#[tokio::test]
async fn every_partition_is_asked_at_its_own_endpoints() {
    for (host, api, suffix, region) in [
        ("dkr.ecr.eu-west-1.amazonaws.com", "api.ecr.eu-west-1.amazonaws.com", "amazonaws.com", "eu-west-1"),
        (
            "dkr.ecr-fips.us-east-1.amazonaws.com",
            "api.ecr-fips.us-east-1.amazonaws.com",
            "amazonaws.com",
            "us-east-1",
        ),
        ("dkr-ecr.us-west-2.on.aws", "ecr.us-west-2.api.aws", "amazonaws.com", "us-west-2"),
        ("dkr-ecr-fips.us-west-2.on.aws", "ecr-fips.us-west-2.api.aws", "amazonaws.com", "us-west-2"),
        (
            "dkr.ecr.us-gov-west-1.amazonaws.com",
            "api.ecr.us-gov-west-1.amazonaws.com",
            "amazonaws.com",
            "us-gov-west-1",
        ),
        (
            "dkr.ecr.cn-north-1.amazonaws.com.cn",
            "api.ecr.cn-north-1.amazonaws.com.cn",
            "amazonaws.com.cn",
            "cn-north-1",
        ),
        (
            "dkr.ecr.eusc-de-east-1.amazonaws.eu",
            "api.ecr.eusc-de-east-1.amazonaws.eu",
            "amazonaws.eu",
            "eusc-de-east-1",
        ),
        (
            "dkr.ecr.us-iso-east-1.c2s.ic.gov",
            "api.ecr.us-iso-east-1.c2s.ic.gov",
            "c2s.ic.gov",
            "us-iso-east-1",
        ),
    ] {
        let signed = format!("/{region}/ecr/aws4_request");
        let endpoint = Server::start(move |request| {
            if !request.header("authorization").contains(&signed) {
                return Canned::new(403, r#"{"__type": "InvalidSignatureException"}"#);
            }
            let token = STANDARD.encode("AWS:there");
            Canned::new(
                200,
                format!(
                    r#"{{"authorizationData": [{{"authorizationToken": "{token}", "expiresAt": 4e9}}]}}"#
                ),
            )
        })
        .await;
        let service = Server::start(|request| sts(request, 0)).await;
        let (api, tokens) = (format!("https://{api}"), format!("https://sts.{region}.{suffix}"));
        let names = [(api.as_str(), &endpoint), (tokens.as_str(), &service)];
        let (environment, _directory) = web_token();
        let found = minted(&clouds(environment, &names), &config(&[]), &format!("123456789012.{host}")).await;
        assert_eq!(found.as_deref(), Ok("AWS:there"), "{host}");
    }
}

#[tokio::test]
async fn a_refusal_names_its_code_and_is_not_asked_twice() {
    let mut environment = fixed_keys();
    environment.aws.secret_access_key = Some(secret("canary"));
    let (clouds, _, ecr) = through(environment, 0).await;
    for _ in 0..2 {
        let error = minted(&clouds, &config(&[]), HOST).await.unwrap_err();
        assert!(error.contains("`SignatureDoesNotMatch`") && !error.contains("canary"), "{error}");
    }
    assert_eq!(ecr.received().len(), 1);
}

/// moto from PyPI, where it is installed: `moto_server` in the path, or in the directory `TIPHYS_TEST_PYTHON/bin`.
struct Moto {
    child: Child,
    port: u16,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    async fn start() -> Option<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let bin = option_env!("TIPHYS_TEST_PYTHON").map(|root| PathBuf::from(root).join("bin/moto_server"));
        let program = bin.unwrap_or_else(|| "moto_server".into());
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut moto = Self { child, port };
        let start = std::time::Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            // What stands for a program that is not installed ends at once.
            if moto.child.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "moto_server does not listen");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Some(moto)
    }
}

#[tokio::test]
async fn moto_accepts_the_exchanges() {
    let Some(moto) = Moto::start().await else {
        eprintln!(
            "SKIPPED: `moto_server` is not there; `pip install 'moto[server]'` and set TIPHYS_TEST_PYTHON"
        );
        return;
    };
    let server = Server::at(moto.port);
    let names = [(STS_NAME, &server), (ECR_NAME, &server)];
    let (environment, _directory) = web_token();
    // moto's tokens expired in 2015, so each is minted anew: which is right.
    let expected = "AWS:123456789012-auth-token";
    assert_eq!(minted(&clouds(environment, &names), &config(&[]), HOST).await.unwrap(), expected);
    let chain = config(&["arn:aws:iam::123456789012:role/one"]);
    assert_eq!(minted(&clouds(fixed_keys(), &names), &chain, HOST).await.unwrap(), expected);
}
