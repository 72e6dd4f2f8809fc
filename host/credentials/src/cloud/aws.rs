//! Amazon: keys of the process, roles assumed from them, and the password that ECR takes.

mod sigv4;

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, Method};
use network::Deadline;
use policy::{Cloud, Partition};
use serde::Deserialize;
use url::Url;

use self::sigv4::Signing;
use super::{Error, Minted, Speaker, read_file, read_json, refused};
use crate::config::{AwsIdentity, AwsRole};
use crate::secret::Secret;
use crate::token::Fetched;
use crate::wire::{Call, Reply};

const STS: &str = "the security token service of Amazon";
const ECR: &str = "the token endpoint of ECR";
const CONTAINER: &str = "the credentials endpoint of the container";
const IMDS: &str = "the metadata service of EC2";

const LOOKED: &str = "neither static keys, a web identity token, a container endpoint nor an instance role";

/// How a session is called in the logs of the account.
const SESSION: &str = "tiphys";

const ECR_TARGET: &str = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
const ECR_PUBLIC_TARGET: &str = "SpencerFrontendService.GetAuthorizationToken";

/// ECR Public gives tokens in this region alone.
const PUBLIC_REGION: &str = "us-east-1";

/// Access keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Keys {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Secret,
    #[serde(rename = "Token")]
    pub(super) session_token: Option<Secret>,
}

/// Where a token is asked for.
struct Place<'a> {
    region: &'a str,
    partition: Partition,
    api_host: String,
    service: &'static str,
    target: &'static str,
}

/// The password for a registry.
pub(super) async fn mint(
    speaker: &Speaker,
    identity: &AwsIdentity,
    cloud: &Cloud,
    deadline: Deadline,
) -> Result<Fetched<Minted>, Error> {
    let place = Place::of(cloud);
    let mut keys = own_keys(speaker, &place, deadline).await?;
    for role in &identity.roles {
        keys = assume(speaker, &keys, role, &place, deadline).await?;
    }
    let url = https(&place.api_host)?;
    let call = Call::post(url, "application/x-amz-json-1.1", Secret::new("{}".to_owned()))
        .with_header(HeaderName::from_static("x-amz-target"), place.target);
    let reply = signed(speaker, ECR, call, &keys, &place, place.service, deadline).await?;
    let answer: EcrAnswer = read_json(ECR, &reply)?;
    answer.into_minted(speaker, &reply)
}

// === impl Place ===

impl<'a> Place<'a> {
    fn of(cloud: &'a Cloud) -> Self {
        match cloud {
            Cloud::Ecr(ecr) => Self {
                region: &ecr.region,
                partition: ecr.partition,
                api_host: ecr.api_host(),
                service: "ecr",
                target: ECR_TARGET,
            },
            _ => Self {
                region: PUBLIC_REGION,
                partition: Partition::Aws,
                api_host: format!("api.ecr-public.{PUBLIC_REGION}.amazonaws.com"),
                service: "ecr-public",
                target: ECR_PUBLIC_TARGET,
            },
        }
    }

    /// The security token service of the same region: its answers are valid everywhere, and it is reachable where
    /// the registry is.
    fn sts(&self) -> Result<Url, Error> {
        https(&format!("sts.{}.{}", self.region, self.partition.suffix()))
    }
}

fn https(host: &str) -> Result<Url, Error> {
    let reason = "it gives no address";
    Url::parse(&format!("https://{host}/")).map_err(|_| Error::Forbidden { what: "the region", reason })
}

/// The keys of the process, from the first source that is there.
async fn own_keys(speaker: &Speaker, place: &Place<'_>, deadline: Deadline) -> Result<Keys, Error> {
    let env = &speaker.environment.aws;
    if let (Some(id), Some(secret)) = (&env.access_key_id, &env.secret_access_key) {
        let (access_key_id, secret_access_key) = (id.clone(), secret.clone());
        return Ok(Keys { access_key_id, secret_access_key, session_token: env.session_token.clone() });
    }
    if let (Some(role), Some(file)) = (&env.role_arn, &env.web_identity_token_file) {
        return web_identity(speaker, role, file, place, deadline).await;
    }
    if env.container_full_uri.is_some() || env.container_relative_uri.is_some() {
        return container(speaker, deadline).await;
    }
    if env.metadata_disabled {
        return Err(Error::Absent { provider: "Amazon", looked: LOOKED });
    }
    instance(speaker, deadline).await
}

/// A role for a service account (IRSA). The request is not signed; the token is the proof.
async fn web_identity(
    speaker: &Speaker,
    role: &str,
    file: &std::path::Path,
    place: &Place<'_>,
    deadline: Deadline,
) -> Result<Keys, Error> {
    check_role(role)?;
    let token = read_file("AWS_WEB_IDENTITY_TOKEN_FILE", file)?;
    let session = speaker.environment.aws.role_session_name.as_deref().unwrap_or(SESSION);
    let fields = [
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", role),
        ("RoleSessionName", session),
        ("WebIdentityToken", token.expose().trim()),
    ];
    let reply = speaker.ask(STS, Call::post_form(place.sts()?, &fields), deadline).await?;
    read_sts(&reply)
}

async fn assume(
    speaker: &Speaker,
    keys: &Keys,
    role: &AwsRole,
    place: &Place<'_>,
    deadline: Deadline,
) -> Result<Keys, Error> {
    check_role(&role.arn)?;
    let mut fields = vec![
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", role.arn.as_str()),
        ("RoleSessionName", SESSION),
    ];
    fields.extend(role.external_id.as_deref().map(|id| ("ExternalId", id)));
    let call = Call::post_form(place.sts()?, &fields);
    let reply = signed(speaker, STS, call, keys, place, "sts", deadline).await?;
    read_sts(&reply)
}

/// EKS Pod Identity and ECS.
async fn container(speaker: &Speaker, deadline: Deadline) -> Result<Keys, Error> {
    let env = &speaker.environment.aws;
    let url = match (&env.container_full_uri, &env.container_relative_uri) {
        (Some(url), _) => url.clone(),
        (None, Some(path)) => container_url(path)?,
        (None, None) => return Err(Error::Absent { provider: "Amazon", looked: LOOKED }),
    };
    check_container(&url)?;
    let token = match &env.container_token_file {
        Some(file) => Some(read_file("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file)?),
        None => env.container_token.clone(),
    };
    let mut call = Call::get(url);
    if let Some(token) = token {
        call = call.with_header(http::header::AUTHORIZATION, token.expose().trim());
    }
    read_json(CONTAINER, &speaker.ask_metadata(CONTAINER, call, deadline).await?)
}

fn container_url(path: &str) -> Result<Url, Error> {
    let wrong =
        || Error::Forbidden { what: "`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`", reason: "it is no path" };
    if !path.starts_with('/') {
        return Err(wrong());
    }
    Url::parse(&format!("http://169.254.170.2{path}")).map_err(|_| wrong())
}

/// The addresses that Amazon documents for agents on the machine. Any other would be handed the pod's proof.
fn check_container(url: &Url) -> Result<(), Error> {
    let agents = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
    let known = url.scheme() == "http" && url.host_str().is_some_and(|host| agents.contains(&host));
    let reason = "it is not the address of an agent on this machine";
    if known {
        Ok(())
    } else {
        Err(Error::Forbidden { what: "`AWS_CONTAINER_CREDENTIALS_FULL_URI`", reason })
    }
}

/// The role of the instance, by the second version of the metadata service alone.
async fn instance(speaker: &Speaker, deadline: Deadline) -> Result<Keys, Error> {
    let url = |path: &str| {
        let wrong = Error::Malformed { service: IMDS, problem: "the name of the role is none" };
        Url::parse(&format!("http://169.254.169.254/latest/{path}")).map_err(|_| wrong)
    };
    let ttl = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
    let call = Call { method: Method::PUT, ..Call::get(url("api/token")?) }.with_header(ttl, "21600");
    let token = text(&speaker.ask_metadata(IMDS, call, deadline).await?)?;
    let header = HeaderName::from_static("x-aws-ec2-metadata-token");
    let ask = async |path: &str| {
        let call = Call::get(url(path)?).with_header(header.clone(), token.expose().trim());
        speaker.ask_metadata(IMDS, call, deadline).await
    };
    let roles = text(&ask("meta-data/iam/security-credentials/").await?)?;
    let role = roles.expose().lines().next().unwrap_or_default().trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if role.is_empty() || !role.bytes().all(plain) {
        return Err(Error::Absent { provider: "Amazon", looked: "the instance has no role" });
    }
    read_json(IMDS, &ask(&format!("meta-data/iam/security-credentials/{role}")).await?)
}

fn text(reply: &Reply) -> Result<Secret, Error> {
    if reply.is_success() { Ok(reply.body.clone()) } else { Err(refused(IMDS, reply)) }
}

/// `arn:aws[-…]:iam::ACCOUNT:role/NAME`
fn check_role(arn: &str) -> Result<(), Error> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let account = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fine = matches!(parts.as_slice(), ["arn", partition, "iam", "", id, name]
        if partition.starts_with("aws") && account(id) && name.starts_with("role/"));
    if fine {
        Ok(())
    } else {
        Err(Error::Forbidden { what: "a role's ARN", reason: "it is not the ARN of a role" })
    }
}

/// Sends a signed request; once more if our clock was so wrong that the signature could not be accepted.
async fn signed(
    speaker: &Speaker,
    service: &'static str,
    call: Call,
    keys: &Keys,
    place: &Place<'_>,
    signing_name: &str,
    deadline: Deadline,
) -> Result<Reply, Error> {
    let sign = |time: SystemTime| {
        Signing { keys, region: place.region, service: signing_name, time }.sign(call.clone())
    };
    let offset = speaker.clock.offset();
    let reply = speaker.ask(service, sign(speaker.clock.now()), deadline).await?;
    if reply.is_success() || speaker.clock.offset() == offset {
        return Ok(reply);
    }
    speaker.ask(service, sign(speaker.clock.now()), deadline).await
}

fn read_sts(reply: &Reply) -> Result<Keys, Error> {
    if !reply.is_success() {
        return Err(refused(STS, reply));
    }
    let field = |name: &str| {
        let problem = "it has no access key";
        xml_text(reply.body.expose(), name).ok_or(Error::Malformed { service: STS, problem })
    };
    Ok(Keys {
        access_key_id: field("AccessKeyId")?.to_owned(),
        secret_access_key: Secret::new(field("SecretAccessKey")?.to_owned()),
        session_token: Some(Secret::new(field("SessionToken")?.to_owned())),
    })
}

/// The text of the first element called `name`. What is read this way has no character that XML escapes.
pub(super) fn xml_text<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    (!text.contains(['<', '&'])).then(|| text.trim())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EcrAnswer {
    authorization_data: OneOrMany,
}

/// ECR answers with a list, ECR Public with an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<EcrToken>),
    One(EcrToken),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EcrToken {
    authorization_token: Secret,
    expires_at: f64,
}

// === impl EcrAnswer ===

impl EcrAnswer {
    fn into_minted(self, speaker: &Speaker, reply: &Reply) -> Result<Fetched<Minted>, Error> {
        let malformed = |problem| Error::Malformed { service: ECR, problem };
        let token = match self.authorization_data {
            OneOrMany::One(token) => Some(token),
            OneOrMany::Many(tokens) => tokens.into_iter().next(),
        };
        let token = token.ok_or_else(|| malformed("it has no token"))?;
        let decoded = STANDARD.decode(token.authorization_token.expose()).ok();
        let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).map(Secret::new);
        let decoded = decoded.ok_or_else(|| malformed("its token is no base64"))?;
        let password = match decoded.expose().split_once(':') {
            Some(("AWS", password)) => Secret::new(password.to_owned()),
            _ => return Err(malformed("its token is not for the user `AWS`")),
        };
        let end = Duration::try_from_secs_f64(token.expires_at).unwrap_or_default();
        let life = speaker.clock.until(SystemTime::UNIX_EPOCH + end, reply);
        Ok(Fetched { value: Minted::Password { username: "AWS", password }, life })
    }
}

#[cfg(test)]
mod tests;
