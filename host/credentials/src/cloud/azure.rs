//! Azure: a token of Entra ID, exchanged at the registry for a refresh token of its own.

use std::time::Duration;

use http::HeaderName;
use network::Deadline;
use policy::RegistryHost;
use serde::Deserialize;
use url::Url;

use super::{Error, Minted, Speaker, read_file, read_json};
use crate::config::AzureIdentity;
use crate::exchange::life_of_jwt;
use crate::secret::Secret;
use crate::token::Fetched;
use crate::wire::Call;

const ENTRA: &str = "the token endpoint of Entra ID";
const METADATA: &str = "the metadata service of Azure";
const EXCHANGE: &str = "the token exchange of the registry";

/// Who tokens are for: registries, and not the whole resource manager.
const RESOURCE: &str = "https://containerregistry.azure.net";

const METADATA_URL: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// The clouds of Azure. Another host would be handed the pod's proof.
const AUTHORITIES: [&str; 3] =
    ["login.microsoftonline.com", "login.partner.microsoftonline.cn", "login.microsoftonline.us"];

/// The life of a refresh token that does not say it.
const DEFAULT_LIFE: Duration = Duration::from_secs(3600);

#[derive(Deserialize)]
struct AccessToken {
    access_token: Secret,
}

#[derive(Deserialize)]
struct RefreshToken {
    refresh_token: Secret,
}

/// The refresh token for a registry.
pub(super) async fn mint(
    speaker: &Speaker,
    identity: &AzureIdentity,
    host: &RegistryHost,
    deadline: Deadline,
) -> Result<Fetched<Minted>, Error> {
    let env = &speaker.environment.azure;
    let client = identity.client_id.as_deref().or(env.client_id.as_deref());
    let tenant = identity.tenant_id.as_deref().or(env.tenant_id.as_deref());
    let token = match (client, tenant, &env.client_secret, &env.federated_token_file) {
        (Some(client), Some(tenant), Some(secret), _) => {
            principal(speaker, client, tenant, &[("client_secret", secret.expose())], deadline).await?
        }
        (Some(client), Some(tenant), None, Some(file)) => {
            let assertion = read_file("AZURE_FEDERATED_TOKEN_FILE", file)?;
            let proof = [
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion.expose().trim()),
            ];
            principal(speaker, client, tenant, &proof, deadline).await?
        }
        (client, ..) => managed(speaker, client, deadline).await?,
    };
    exchange(speaker, host, tenant, &token, deadline).await
}

/// A service principal, which proves itself by a secret or by a token of the cluster.
async fn principal(
    speaker: &Speaker,
    client: &str,
    tenant: &str,
    proof: &[(&str, &str)],
    deadline: Deadline,
) -> Result<Secret, Error> {
    let url = authority(speaker, tenant)?;
    let scope = format!("{RESOURCE}/.default");
    let mut fields =
        vec![("client_id", client), ("scope", scope.as_str()), ("grant_type", "client_credentials")];
    fields.extend_from_slice(proof);
    let reply = speaker.ask(ENTRA, Call::post_form(url, &fields), deadline).await?;
    read_json::<AccessToken>(ENTRA, &reply).map(|answer| answer.access_token)
}

fn authority(speaker: &Speaker, tenant: &str) -> Result<Url, Error> {
    let host = match &speaker.environment.azure.authority_host {
        None => "login.microsoftonline.com",
        Some(url) => {
            let known = AUTHORITIES.into_iter().find(|known| {
                url.scheme() == "https" && url.host_str() == Some(known) && url.port().is_none()
            });
            let reason = "it is no authority of Azure";
            known.ok_or(Error::Forbidden { what: "`AZURE_AUTHORITY_HOST`", reason })?
        }
    };
    let wrong =
        || Error::Forbidden { what: "the tenant", reason: "it is neither an identifier nor a domain" };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if tenant.is_empty() || !tenant.bytes().all(plain) {
        return Err(wrong());
    }
    Url::parse(&format!("https://{host}/{tenant}/oauth2/v2.0/token")).map_err(|_| wrong())
}

/// The identity of the machine, or the one of several that `client` names.
async fn managed(speaker: &Speaker, client: Option<&str>, deadline: Deadline) -> Result<Secret, Error> {
    let mut fields = vec![("api-version", "2018-02-01"), ("resource", RESOURCE)];
    fields.extend(client.map(|client| ("client_id", client)));
    let url = Url::parse_with_params(METADATA_URL, &fields)
        .map_err(|_| Error::Forbidden { what: "the client", reason: "it gives no address" })?;
    let call = Call::get(url).with_header(HeaderName::from_static("metadata"), "true");
    let reply = speaker.ask_metadata(METADATA, call, deadline).await?;
    read_json::<AccessToken>(METADATA, &reply).map(|answer| answer.access_token)
}

/// The registry gives a refresh token of its own; with it, its token server is asked as any other.
async fn exchange(
    speaker: &Speaker,
    host: &RegistryHost,
    tenant: Option<&str>,
    token: &Secret,
    deadline: Deadline,
) -> Result<Fetched<Minted>, Error> {
    let url = Url::parse(&format!("https://{host}/oauth2/exchange"))
        .map_err(|_| Error::Foreign { host: host.clone(), provider: "azure" })?;
    let mut fields = vec![("grant_type", "access_token"), ("service", host.as_str())];
    fields.extend(tenant.map(|tenant| ("tenant", tenant)));
    fields.push(("access_token", token.expose()));
    let reply = speaker.ask(EXCHANGE, Call::post_form(url, &fields), deadline).await?;
    let RefreshToken { refresh_token } = read_json(EXCHANGE, &reply)?;
    let life = life_of_jwt(&refresh_token).unwrap_or(DEFAULT_LIFE);
    Ok(Fetched { value: Minted::RefreshToken(refresh_token), life })
}

#[cfg(test)]
mod tests;
