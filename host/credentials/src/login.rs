//! Logins as Docker and Helm keep them, to be changed: what else a file holds stays as it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The content of a `config.json`. Its `Debug` shows nothing of it.
pub struct AuthFile(Map<String, Value>);

/// A file that can't be changed here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthFileError {
    /// Not the JSON of an auth file. What the parser says may quote it.
    #[error("not the JSON of an auth file (line {line}, column {column})")]
    Json {
        /// Where it stops to be one.
        line: usize,
        /// Where it stops to be one.
        column: usize,
    },
    /// Logins are in another program's care.
    #[error("its logins are kept by `docker-credential-{0}`: log in with the tool that set it up")]
    Helper(String),
    /// There is nothing to forget.
    #[error("not logged in to `{0}`")]
    NoLogin(String),
}

impl std::fmt::Debug for AuthFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthFile")
    }
}

// === impl AuthFile ===

impl AuthFile {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is not a JSON object.
    pub fn parse(text: &[u8]) -> Result<Self, AuthFileError> {
        let wrong =
            |error: serde_json::Error| AuthFileError::Json { line: error.line(), column: error.column() };
        serde_json::from_slice(text).map(Self).map_err(wrong)
    }

    /// Keeps a login for `host`, as `host[:port]`.
    ///
    /// # Errors
    /// If a helper keeps the logins of this host.
    pub fn set(&mut self, host: &str, username: &str, password: &Secret) -> Result<(), AuthFileError> {
        self.refuse_helper(host)?;
        let pair = Zeroizing::new(format!("{username}:{}", password.expose()));
        let auths = self.0.entry("auths").or_insert_with(|| json!({}));
        if !auths.is_object() {
            *auths = json!({});
        }
        if let Value::Object(auths) = auths {
            auths.insert(host.to_owned(), json!({"auth": STANDARD.encode(pair.as_bytes())}));
        }
        Ok(())
    }

    /// Forgets the login for `host`.
    ///
    /// # Errors
    /// If there is none, or a helper keeps it.
    pub fn remove(&mut self, host: &str) -> Result<(), AuthFileError> {
        self.refuse_helper(host)?;
        let auths = self.0.get_mut("auths").and_then(Value::as_object_mut);
        let removed = auths.and_then(|auths| auths.remove(host));
        removed.map(drop).ok_or_else(|| AuthFileError::NoLogin(host.to_owned()))
    }

    /// The file's new content, which holds secrets.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec_pretty(&self.0).unwrap_or_default())
    }

    fn refuse_helper(&self, host: &str) -> Result<(), AuthFileError> {
        let own = self.0.get("credHelpers").and_then(|helpers| helpers.get(host));
        let helper = own.or_else(|| self.0.get("credsStore")).and_then(Value::as_str);
        match helper.filter(|helper| !helper.is_empty()) {
            Some(helper) => Err(AuthFileError::Helper(helper.to_owned())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::new("canary".to_owned())
    }

    #[test]
    fn a_login_comes_and_goes_and_the_rest_stays() {
        let mut file = AuthFile::parse(br#"{"auths":{"a.test":{"auth":"eA=="}},"other":1}"#).unwrap();
        file.set("b.test:5000", "me", &secret()).unwrap();
        let text = String::from_utf8(file.to_bytes().to_vec()).unwrap();
        assert!(
            text.contains("bWU6Y2FuYXJ5") && text.contains("\"other\": 1") && text.contains("eA=="),
            "{text}"
        );
        file.remove("b.test:5000").unwrap();
        assert_eq!(file.remove("b.test:5000"), Err(AuthFileError::NoLogin("b.test:5000".to_owned())));
        assert!(!String::from_utf8_lossy(&file.to_bytes()).contains("bWU6"));
    }

    #[test]
    fn logins_of_helpers_are_theirs() {
        let mut file = AuthFile::parse(br#"{"credHelpers":{"a.test":"pass"}}"#).unwrap();
        assert_eq!(file.set("a.test", "me", &secret()), Err(AuthFileError::Helper("pass".to_owned())));
        file.set("b.test", "me", &secret()).unwrap();
        let mut all = AuthFile::parse(br#"{"credsStore":"desktop"}"#).unwrap();
        assert_eq!(all.remove("b.test"), Err(AuthFileError::Helper("desktop".to_owned())));
    }

    #[test]
    fn what_is_no_file() {
        let error = AuthFile::parse(b"{\"auths\": canary}").unwrap_err();
        assert!(!error.to_string().contains("canary"), "{error}");
        assert!(AuthFile::parse(b"[]").is_err());
    }
}
