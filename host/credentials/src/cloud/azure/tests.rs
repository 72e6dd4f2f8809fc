//! Azure's exchanges against services that check all that they receive.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::Environment;
use super::super::tests::{clouds, endures, minted};
use super::*;
use crate::config::IdentityConfig;
use crate::testing::{Canned, Received, Server};

const HOST: &str = "acme.azurecr.io";
const CLIENT: &str = "11111111-1111-1111-1111-111111111111";
const TENANT: &str = "22222222-2222-2222-2222-222222222222";

fn config(client: Option<&str>) -> IdentityConfig {
    let client_id = client.map(str::to_owned);
    IdentityConfig::Azure(AzureIdentity { projects: vec!["a".to_owned()], client_id, tenant_id: None })
}

fn refuse(code: &str) -> Canned {
    Canned::new(400, format!(r#"{{"error": "{code}", "error_description": "AADSTS70021"}}"#))
}

fn has(request: &Received, expected: &[(&str, &str)]) -> bool {
    let form = request.form();
    form.len() == expected.len()
        && expected.iter().all(|(name, value)| form.get(*name).map(String::as_str) == Some(value))
}

/// Entra ID takes the secret of a principal or the token of a cluster.
fn entra(request: &Received) -> Canned {
    let common = [
        ("client_id", CLIENT),
        ("scope", "https://containerregistry.azure.net/.default"),
        ("grant_type", "client_credentials"),
    ];
    let by_secret = [&common[..], &[("client_secret", "sp-secret")]].concat();
    let by_token = [
        &common[..],
        &[
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", "cluster-token"),
        ],
    ]
    .concat();
    if request.method != "POST" || request.target != format!("/{TENANT}/oauth2/v2.0/token") {
        return refuse("invalid_request");
    }
    if has(request, &by_secret) || has(request, &by_token) {
        return Canned::new(200, r#"{"access_token": "aad", "expires_in": 3599, "token_type": "Bearer"}"#);
    }
    refuse("invalid_client")
}

fn registry(request: &Received) -> Canned {
    let with_tenant =
        [("grant_type", "access_token"), ("service", HOST), ("tenant", TENANT), ("access_token", "aad")];
    let without = [("grant_type", "access_token"), ("service", HOST), ("access_token", "aad")];
    let known = has(request, &with_tenant) || has(request, &without);
    if request.target != "/oauth2/exchange" || !known {
        return Canned::new(401, "");
    }
    Canned::new(200, format!(r#"{{"refresh_token": "{}"}}"#, jwt()))
}

fn jwt() -> String {
    format!("e30.{}.x", URL_SAFE_NO_PAD.encode(r#"{"iat": 1000, "exp": 11800}"#))
}

fn workload(token: &str) -> (Environment, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    fs_err::write(&file, token).unwrap();
    let mut environment = Environment::default();
    environment.azure.client_id = Some(CLIENT.to_owned());
    environment.azure.tenant_id = Some(TENANT.to_owned());
    environment.azure.federated_token_file = Some(file);
    (environment, directory)
}

#[tokio::test]
async fn workload_identity_and_service_principal() {
    let (aad, acr) = (Server::start(entra).await, Server::start(registry).await);
    let names = [("https://login.microsoftonline.com", &aad), ("https://acme.azurecr.io", &acr)];
    let (environment, _directory) = workload("cluster-token\n");
    let found = minted(&clouds(environment.clone(), &names), &config(None), HOST).await;
    assert_eq!(found, Ok(format!("refresh {}", jwt())));

    let mut principal = environment.clone();
    principal.azure.client_secret = Some(Secret::new("sp-secret".to_owned()));
    assert!(minted(&clouds(principal.clone(), &names), &config(None), HOST).await.is_ok());

    principal.azure.client_secret = Some(Secret::new("canary".to_owned()));
    let error = minted(&clouds(principal, &names), &config(None), HOST).await.unwrap_err();
    assert!(error.contains("`invalid_client`") && !error.contains("canary"), "{error}");
}

#[tokio::test]
async fn failures_of_every_kind() {
    let (aad, acr) = (Server::start(entra).await, Server::start(registry).await);
    let names = [("https://login.microsoftonline.com", &aad), ("https://acme.azurecr.io", &acr)];
    let (environment, _directory) = workload("cluster-token");
    endures(&environment, &config(None), HOST, &names).await;
}

#[tokio::test]
async fn managed_identity() {
    let metadata = Server::start(|request| {
        let query = request.query();
        let get = |name: &str| query.get(name).map(String::as_str);
        let fine = request.path() == "/metadata/identity/oauth2/token"
            && request.header("metadata") == "true"
            && get("api-version") == Some("2018-02-01")
            && get("resource") == Some("https://containerregistry.azure.net")
            && matches!(get("client_id"), None | Some(CLIENT));
        if fine {
            Canned::new(200, r#"{"access_token": "aad", "expires_on": "1"}"#)
        } else {
            refuse("invalid_request")
        }
    })
    .await;
    let acr = Server::start(registry).await;
    let names = [("http://169.254.169.254", &metadata), ("https://acme.azurecr.io", &acr)];
    for client in [None, Some(CLIENT)] {
        let found = minted(&clouds(Environment::default(), &names), &config(client), HOST).await;
        assert!(found.is_ok(), "{found:?}");
    }
    let wrong = minted(&clouds(Environment::default(), &names), &config(Some("other")), HOST).await;
    assert!(wrong.unwrap_err().contains("`invalid_request`"));
}

#[tokio::test]
async fn an_authority_that_is_not_azures_gets_nothing() {
    let thief = Server::start(entra).await;
    let (mut environment, _directory) = workload("cluster-token");
    for wrong in [
        "https://evil.com/",
        "https://login.microsoftonline.com.evil.com/",
        "http://login.microsoftonline.com/",
        "https://login.microsoftonline.com:8443/",
    ] {
        environment.azure.authority_host = Some(wrong.parse().unwrap());
        let clouds = clouds(environment.clone(), &[("https://evil.com", &thief)]);
        let error = minted(&clouds, &config(None), HOST).await.unwrap_err();
        assert!(error.contains("`AZURE_AUTHORITY_HOST` is not allowed"), "{wrong}: {error}");
    }
    environment.azure.authority_host = None;
    environment.azure.tenant_id = Some("x/../y".to_owned());
    let error = minted(&clouds(environment, &[]), &config(None), HOST).await.unwrap_err();
    assert!(error.contains("the tenant is not allowed"), "{error}");
    assert!(thief.received().is_empty());
}
