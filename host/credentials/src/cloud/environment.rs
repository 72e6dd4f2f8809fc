//! What the environment says about the identity of the process. Only the command line reads the environment; it
//! passes a function that does.

use std::path::PathBuf;

use url::Url;

use crate::secret::Secret;

/// What the environment says.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Amazon's variables.
    pub aws: AwsEnvironment,
    /// Google's variables.
    pub google: GoogleEnvironment,
    /// Azure's variables.
    pub azure: AzureEnvironment,
}

/// Amazon's variables.
#[derive(Clone, Debug, Default)]
pub struct AwsEnvironment {
    /// `AWS_ACCESS_KEY_ID`
    pub access_key_id: Option<String>,
    /// `AWS_SECRET_ACCESS_KEY`
    pub secret_access_key: Option<Secret>,
    /// `AWS_SESSION_TOKEN`
    pub session_token: Option<Secret>,
    /// `AWS_ROLE_ARN`
    pub role_arn: Option<String>,
    /// `AWS_WEB_IDENTITY_TOKEN_FILE`
    pub web_identity_token_file: Option<PathBuf>,
    /// `AWS_ROLE_SESSION_NAME`
    pub role_session_name: Option<String>,
    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI`
    pub container_full_uri: Option<Url>,
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`
    pub container_relative_uri: Option<String>,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`
    pub container_token_file: Option<PathBuf>,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN`
    pub container_token: Option<Secret>,
    /// `AWS_EC2_METADATA_DISABLED`
    pub metadata_disabled: bool,
}

/// Google's variables.
#[derive(Clone, Debug, Default)]
pub struct GoogleEnvironment {
    /// `GOOGLE_APPLICATION_CREDENTIALS`
    pub credentials_file: Option<PathBuf>,
}

/// Azure's variables.
#[derive(Clone, Debug, Default)]
pub struct AzureEnvironment {
    /// `AZURE_CLIENT_ID`
    pub client_id: Option<String>,
    /// `AZURE_TENANT_ID`
    pub tenant_id: Option<String>,
    /// `AZURE_CLIENT_SECRET`
    pub client_secret: Option<Secret>,
    /// `AZURE_FEDERATED_TOKEN_FILE`
    pub federated_token_file: Option<PathBuf>,
    /// `AZURE_AUTHORITY_HOST`
    pub authority_host: Option<Url>,
}

// === impl Environment ===

impl Environment {
    /// Reads the variables through `variable`. Empty ones are absent.
    #[must_use]
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| variable(name).filter(|value| !value.is_empty());
        let secret = |name: &str| text(name).map(Secret::new);
        let path = |name: &str| text(name).map(PathBuf::from);
        let url = |name: &str| text(name).and_then(|value| Url::parse(&value).ok());
        Self {
            aws: AwsEnvironment {
                access_key_id: text("AWS_ACCESS_KEY_ID"),
                secret_access_key: secret("AWS_SECRET_ACCESS_KEY"),
                session_token: secret("AWS_SESSION_TOKEN"),
                role_arn: text("AWS_ROLE_ARN"),
                web_identity_token_file: path("AWS_WEB_IDENTITY_TOKEN_FILE"),
                role_session_name: text("AWS_ROLE_SESSION_NAME"),
                container_full_uri: url("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                container_relative_uri: text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
                container_token_file: path("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
                container_token: secret("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
                metadata_disabled: text("AWS_EC2_METADATA_DISABLED")
                    .is_some_and(|value| value.eq_ignore_ascii_case("true")),
            },
            google: GoogleEnvironment { credentials_file: path("GOOGLE_APPLICATION_CREDENTIALS") },
            azure: AzureEnvironment {
                client_id: text("AZURE_CLIENT_ID"),
                tenant_id: text("AZURE_TENANT_ID"),
                client_secret: secret("AZURE_CLIENT_SECRET"),
                federated_token_file: path("AZURE_FEDERATED_TOKEN_FILE"),
                authority_host: url("AZURE_AUTHORITY_HOST"),
            },
        }
    }
}
