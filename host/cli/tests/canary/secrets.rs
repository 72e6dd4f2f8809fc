//! A secret of every kind in its place.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::cloud::{ACR, Cloud, ECR, GOOGLE};
use crate::forms::canary;

/// Paths of the registry that refuses everything; each has a credential of that kind.
pub(crate) const KINDS: [&str; 9] =
    ["password", "bearer", "tls", "broken", "control", "auth", "identity", "registry", "token"];

/// The secrets in the environment of the process: variable and canary.
const VARIABLES: [(&str, &str); 4] = [
    ("AWS_SECRET_ACCESS_KEY", "aws"),
    ("AWS_SESSION_TOKEN", "session"),
    ("AZURE_CLIENT_SECRET", "azure"),
    ("GITHUB_TOKEN", "github"),
];

pub(crate) struct Secrets {
    folder: tempfile::TempDir,
    config: Value,
    /// Variables beside the usual ones, or in their place.
    variables: Vec<(&'static str, String)>,
}

impl Secrets {
    /// Secrets for the registry `good`, where a password is right, and for `bad`.
    pub(crate) fn new(good: &str, bad: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut secrets = Self { folder, config: Value::Null, variables: Vec::new() };
        secrets.write_argocd(bad);
        secrets.write_auth_files(bad);
        secrets.write("password", &canary("file"));
        secrets.write("token", &canary("token"));
        let key = json!({"type": "service_account", "client_email": "e", "private_key": canary("private")});
        secrets.write("google.json", &key.to_string());
        let folder = secrets.folder.path();
        let entries = json!([
            {"prefix": format!("{good}/charts"), "username": "user", "passwordFile": folder.join("password"), "projects": ["team-a"]},
            {"prefix": format!("{bad}/token"), "tokenFile": folder.join("token")},
        ]);
        let registry = |host: &str| json!({"prefix": host, "plainHttp": true});
        let ambient = |host: &str, cloud: &str| json!({"prefix": host, "identity": {"ambient": cloud, "projects": ["*"]}});
        secrets.config = json!({
            "registries": [
                registry(good),
                registry(bad),
                ambient("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "aws"),
                ambient("gcr.io", "google"),
                ambient("acme.azurecr.io", "azure"),
            ],
            "credentials": {
                "argocd": {"secrets": folder.join("secrets")},
                "docker": [folder.join("docker.json"), folder.join("half.json")],
                "helm": [folder.join("helm.json")],
                "entries": entries,
            },
        });
        secrets.save();
        secrets
    }

    /// With the identities of three clouds as well, in use there.
    pub(crate) fn with_identities(mut self, cloud: &Cloud) -> Self {
        for (name, pem) in cloud.certificates() {
            self.write(&format!("certificates/{name}"), &pem);
        }
        self.write("web-identity", &canary("web-identity"));
        self.write("subject", &canary("subject"));
        let federation = json!({
            "type": "external_account",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": "https://sts.googleapis.com/v1/token",
            "credential_source": {"file": self.folder.path().join("subject")},
        });
        self.write("google.json", &federation.to_string());
        let identity = |host: &str, identity: Value| json!({"prefix": host, "identity": identity});
        let projects = ["team-a"];
        self.config["registries"] = json!([
            identity(ECR, json!({"ambient": "aws", "projects": projects})),
            identity(
                GOOGLE,
                json!({"ambient": "google", "projects": projects, "impersonate": "puller@acme.iam.gserviceaccount.com"})
            ),
            identity(ACR, json!({"ambient": "azure", "projects": projects})),
        ]);
        self.config["network"] = json!({"certificates": self.folder.path().join("certificates")});
        self.save();
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        self.variables = vec![
            ("AWS_ACCESS_KEY_ID", String::new()),
            ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/puller".to_owned()),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", path("web-identity")),
            ("HTTPS_PROXY", cloud.proxy()),
        ];
        self
    }

    /// With no credential but what is lent.
    pub(crate) fn without_files(mut self) -> Self {
        self.config["credentials"] = json!({});
        self.save();
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The variables that the command gets.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let plain = [
            ("TIPHYS_CONFIG", path("tiphys.yaml")),
            ("GOOGLE_APPLICATION_CREDENTIALS", path("google.json")),
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE".to_owned()),
            ("AZURE_CLIENT_ID", "client".to_owned()),
            ("AZURE_TENANT_ID", "tenant".to_owned()),
            ("HTTPS_PROXY", "http://user:canary-proxy-yranac@127.0.0.1:9".to_owned()),
        ];
        let secret = VARIABLES.map(|(name, secret)| (name, canary(secret)));
        let all = plain.into_iter().chain(secret).chain(self.variables.iter().cloned());
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    pub(crate) fn canaries(&self) -> Vec<String> {
        let files = [
            "file",
            "token",
            "private",
            "password",
            "bearer",
            "certificate",
            "key",
            "broken",
            "flag",
            "control",
        ];
        let more = ["url", "auth", "identity", "registry", "half", "helm", "gcp", "web-identity", "subject"];
        let variables = VARIABLES.map(|(_, secret)| secret);
        let named = files.into_iter().chain(more).chain(variables).map(canary);
        named.chain(["canary-proxy-yranac".to_owned()]).collect()
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
    }

    /// JSON is YAML.
    fn save(&self) {
        self.write("tiphys.yaml", &self.config.to_string());
    }

    fn write_argocd(&self, host: &str) {
        let keys: [(&str, &[(&str, String)]); 7] = [
            ("password", &[("username", "u".to_owned()), ("password", canary("password"))]),
            ("bearer", &[("bearerToken", canary("bearer"))]),
            ("tls", &[("tlsClientCertData", canary("certificate")), ("tlsClientCertKey", canary("key"))]),
            ("broken", &[("password", canary("broken")), ("insecure", canary("flag"))]),
            ("control", &[("bearerToken", format!("{}\u{7}", canary("control")))]),
            ("gcp", &[("gcpServiceAccountKey", canary("gcp"))]),
            ("nowhere", &[("url", format!("oci://u:{}@x", canary("url")))]),
        ];
        for (name, pairs) in keys {
            let url = ("url", format!("oci://{host}/{name}"));
            let plain = [("type", "oci".to_owned()), ("insecureOCIForceHttp", "true".to_owned()), url];
            for (key, value) in plain.iter().chain(pairs) {
                self.write(&format!("secrets/{name}/{key}"), value);
            }
        }
    }

    fn write_auth_files(&self, host: &str) {
        let login = |secret: &str| json!({"auth": STANDARD.encode(format!("u:{}", canary(secret)))});
        let docker = json!({"auths": {
            format!("{host}/auth"): login("auth"),
            format!("{host}/identity"): {"identitytoken": canary("identity")},
            format!("{host}/registry"): {"registrytoken": canary("registry")},
        }});
        self.write("docker.json", &docker.to_string());
        self.write("helm.json", &json!({"auths": {format!("{host}/helm"): login("helm")}}).to_string());
        self.write("half.json", &format!(r#"{{"auths": {{"x": "{}"#, canary("half")));
    }
}
