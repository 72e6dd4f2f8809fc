//! Debian's `docker-registry`: a registry by other people, started as a process.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;
use test_registry::{Authority, Options, Registry, Reply, Seen};

use crate::interop::Kind;

/// `canary`, as `htpasswd -B` writes it for `user`.
const HTPASSWD: &str = "user:$2b$04$wrQz/R17l1b9xUyJUWbILewMBq5BF8RfjnhTlq2UwMFASV8vlJPXK\n";

/// A running `docker-registry`, and what it needs. It ends with this.
pub(crate) struct Distribution {
    process: Child,
    pub(crate) port: u16,
    _directory: tempfile::TempDir,
    /// Gives tokens out.
    pub(crate) tokens: Option<Registry>,
}

impl Drop for Distribution {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Distribution {
    /// Starts one; none where it is not installed.
    pub(crate) async fn start(kind: Kind, authority: Option<&Arc<Authority>>) -> Option<Self> {
        Command::new("docker-registry").arg("--version").output().ok()?;
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name).display().to_string();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut http = json!({"addr": format!("127.0.0.1:{port}"), "secret": "s"});
        if let Some(authority) = authority {
            let (certificate, key) = authority.identity(&["localhost"]);
            fs_err::write(file("tls.crt"), certificate).unwrap();
            fs_err::write(file("tls.key"), key).unwrap();
            http["tls"] = json!({"certificate": file("tls.crt"), "key": file("tls.key")});
        }
        let mut config = json!({
            "version": 0.1, "log": {"level": "error", "accesslog": {"disabled": true}}, "http": http,
            "storage": {"filesystem": {"rootdirectory": file("storage")}},
        });
        let mut tokens = None;
        match kind {
            Kind::Open => {}
            Kind::Basic => {
                fs_err::write(file("htpasswd"), HTPASSWD).unwrap();
                config["auth"] = json!({"htpasswd": {"realm": "test", "path": file("htpasswd")}});
            }
            Kind::Token => {
                let signer = Signer::new();
                fs_err::write(file("roots.pem"), signer.authority.pem()).unwrap();
                let server = token_server(signer, authority).await;
                config["auth"] = json!({"token": {"realm": format!("{}/token", server.url()),
                    "service": "test", "issuer": "issuer", "rootcertbundle": file("roots.pem")}});
                tokens = Some(server);
            }
        }
        // JSON is YAML.
        fs_err::write(file("config.yml"), config.to_string()).unwrap();
        let mut command = Command::new("docker-registry");
        command.args(["serve", &file("config.yml")]).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().unwrap();
        let started = Self { process, port, _directory: directory, tokens };
        started.wait().await;
        Some(started)
    }

    async fn wait(&self) {
        let mut listens = false;
        for _ in 0..500 {
            listens = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok();
            if listens {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(listens, "docker-registry does not listen");
    }
}

/// Signs tokens as the registry wants them.
struct Signer {
    authority: Authority,
    key: EcdsaKeyPair,
    certificate: String,
}

impl Signer {
    fn new() -> Self {
        let authority = Authority::new();
        let (certificate, key) = authority.identity(&["token"]);
        let key = STANDARD.decode(body_of(&key)).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key, &SystemRandom::new()).unwrap();
        Self { authority, key, certificate: body_of(&certificate) }
    }

    /// A token for `user` with the scopes that were asked for.
    fn token(&self, scopes: &[String]) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let access = scopes.iter().filter_map(|scope| {
            let (rest, actions) = scope.rsplit_once(':')?;
            let (kind, name) = rest.split_once(':')?;
            Some(json!({"type": kind, "name": name, "actions": actions.split(',').collect::<Vec<_>>()}))
        });
        let header = json!({"typ": "JWT", "alg": "ES256", "x5c": [self.certificate]});
        let claims = json!({"iss": "issuer", "sub": "user", "aud": "test", "exp": now + 300,
            "nbf": now - 60, "iat": now - 60, "jti": "1", "access": access.collect::<Vec<_>>()});
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn body_of(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

/// A token server for `user` and `canary`, by `GET` alone, as many are.
async fn token_server(signer: Signer, authority: Option<&Arc<Authority>>) -> Registry {
    let tls = authority.map(|authority| (Arc::clone(authority), Vec::new()));
    let server = Registry::start(Options { tls, ..Options::default() }).await;
    let base = server.url().to_owned();
    server.intercept(move |seen| Some(answer(seen, &base, &signer)));
    server
}

fn answer(seen: &Seen, base: &str, signer: &Signer) -> Reply {
    let url: network::Url = format!("{base}{}", seen.path).parse().unwrap();
    if seen.method != "GET" {
        return Reply::new(405);
    }
    if seen.authorization.as_deref() != Some("Basic dXNlcjpjYW5hcnk=") {
        return Reply::error(401, "UNAUTHORIZED", "who are you?");
    }
    let scopes = url.query_pairs().filter(|(name, _)| name == "scope");
    let scopes: Vec<String> =
        scopes.flat_map(|(_, all)| all.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    Reply::new(200).body(json!({"token": signer.token(&scopes), "expires_in": 300}).to_string())
}
