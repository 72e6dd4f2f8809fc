//! The cache that machines share, chosen by its address: a Redis or a bucket.

use cache::{Redis, Shared, SharedError};
use network::{HostConfig, Transport, Url};
use registry::Bucket;

use crate::config::Config;
use crate::exit::{Code, Failure};
use crate::variable;
use crate::version::USER_AGENT;

/// What tools for Amazon's services agree on.
const SETTINGS: [&str; 14] = [
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/// The shared cache of the configuration, if it names one.
pub(crate) fn open(config: &Config) -> Result<Option<Box<dyn Shared>>, Failure> {
    let Some(address) = &config.cache.shared else { return Ok(None) };
    // The address may hold a password, so that it is not shown.
    let wrong = |problem: &dyn std::fmt::Display| {
        Failure::new(Code::Configuration, format!("`cache.shared`: {problem}")).with_hint(
            "write `redis://HOST[:PORT][/DATABASE]`, `rediss://…` for TLS, or `s3://BUCKET[/FOLDER]`",
        )
    };
    let url: Url = address.parse().map_err(|error| wrong(&error))?;
    let shared = match url.scheme() {
        "redis" | "rediss" => redis(url, roots(config)?).map(|redis| Box::new(redis) as _),
        "s3" => bucket(&url).map(|bucket| Box::new(bucket) as _),
        other => return Err(wrong(&format!("no such cache: `{other}`"))),
    };
    shared.map(Some).map_err(|error| wrong(&error))
}

/// The authorities that may have signed the certificate of the shared cache.
fn roots(config: &Config) -> Result<Option<Vec<u8>>, Failure> {
    let read = |file: &String| fs_err::read(file).map_err(|error| Failure::new(Code::Configuration, error));
    config.cache.shared_ca_file.as_ref().map(read).transpose()
}

/// The password may come from where Argo CD has it.
fn redis(mut url: Url, roots: Option<Vec<u8>>) -> Result<Redis, SharedError> {
    if let (None, Some(password)) = (url.password(), variable::read("REDIS_PASSWORD")) {
        url.set_password(Some(&password)).map_err(|()| SharedError("it has no host".to_owned()))?;
    }
    Redis::open(url.as_str(), roots)
}

fn bucket(url: &Url) -> Result<Bucket, SharedError> {
    let settings = SETTINGS.iter().filter_map(|name| Some(((*name).to_owned(), variable::read(name)?)));
    let settings: Vec<(String, String)> = settings.collect();
    let mut network = network::Config::new(USER_AGENT);
    for (_, address) in settings.iter().filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL")) {
        network.hosts.extend(host(address));
    }
    Bucket::open(url, settings, network::Client::new(network))
}

/// An endpoint that the operator named may have a private address, and speak plain `http`.
fn host(address: &str) -> Option<HostConfig> {
    let url: Url = address.parse().ok()?;
    let transport = Transport { plain_http: url.scheme() == "http", ..Transport::default() };
    Some(HostConfig::named(url.host()?.to_owned(), url.port(), transport))
}
