//! Who may ask: nobody in particular, holders of a password, holders of a token.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::reply::Reply;
use crate::server::Seen;

/// How a registry wants to be asked.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// By anyone.
    #[default]
    None,
    /// With user name and password in every request.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// With a token from `/token`, which user name and password buy.
    Token {
        /// The user.
        user: String,
        /// The password.
        password: String,
        /// Whether everybody gets a token to pull.
        anonymous_pull: bool,
        /// Where the challenge says tokens are; this registry's own `/token` if `None`.
        realm: Option<String>,
    },
}

/// Tokens that were given out → their scopes.
pub(crate) type Tokens = HashMap<String, String>;

impl Auth {
    /// With user name and password.
    #[must_use]
    pub fn basic(user: &str, password: &str) -> Self {
        Self::Basic { user: user.to_owned(), password: password.to_owned() }
    }

    /// With tokens for this user alone.
    #[must_use]
    pub fn token(user: &str, password: &str) -> Self {
        Self::Token {
            user: user.to_owned(),
            password: password.to_owned(),
            anonymous_pull: false,
            realm: None,
        }
    }

    /// With tokens that everybody gets.
    #[must_use]
    pub fn anonymous_token() -> Self {
        Self::Token { user: String::new(), password: String::new(), anonymous_pull: true, realm: None }
    }

    /// The refusal of a request for `repository`, if it is one.
    pub(crate) fn refuse(&self, seen: &Seen, repository: &str, base: &str, tokens: &Tokens) -> Option<Reply> {
        let sent = seen.authorization.as_deref().unwrap_or_default();
        let action = if matches!(seen.method.as_str(), "GET" | "HEAD") { "pull" } else { "pull,push" };
        let (allowed, challenge) = match self {
            Self::None => return None,
            Self::Basic { user, password } => {
                (sent == basic(user, password), "Basic realm=\"basic-realm\"".to_owned())
            }
            Self::Token { realm, .. } => {
                // Outside of repositories every token will do, as it does elsewhere.
                let nowhere = repository.is_empty();
                let granted = sent.strip_prefix("Bearer ").and_then(|token| tokens.get(token));
                let allowed = granted.is_some_and(|granted| nowhere || covers(granted, repository, action));
                let realm = realm.clone().unwrap_or_else(|| format!("{base}/token"));
                let scope = format!(",scope=\"repository:{repository}:{action}\"");
                let scope = if nowhere { "" } else { &scope };
                (allowed, format!("Bearer realm=\"{realm}\",service=\"test\"{scope}"))
            }
        };
        let refusal = Reply::error(401, "UNAUTHORIZED", "authentication required");
        (!allowed).then(|| refusal.header("www-authenticate", &challenge))
    }

    /// The answer of `/token` to a request with this query or form.
    pub(crate) fn issue(&self, seen: &Seen, fields: &HashMap<String, String>, tokens: &mut Tokens) -> Reply {
        let Self::Token { user, password, anonymous_pull, .. } = self else { return Reply::new(404) };
        let form = fields.get("username").zip(fields.get("password"));
        let known =
            seen.authorization.as_deref() == Some(&basic(user, password)) || form == Some((user, password));
        if seen.method == "POST" && !fields.contains_key("grant_type") {
            return Reply::error(405, "UNSUPPORTED", "no such grant");
        }
        let scope = fields.get("scope").cloned().unwrap_or_default();
        let anonymous =
            seen.authorization.is_none() && form.is_none() && *anonymous_pull && !scope.contains("push");
        if !known && !anonymous {
            return Reply::error(401, "UNAUTHORIZED", "incorrect username or password");
        }
        let token = format!("token-{}", tokens.len() + 1);
        tokens.insert(token.clone(), scope);
        let body = json!({"token": token, "expires_in": 300}).to_string();
        Reply::new(200).header("content-type", "application/json").body(body.into_bytes())
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn covers(granted: &str, repository: &str, action: &str) -> bool {
    granted.split(' ').any(|scope| {
        let actions = scope.strip_prefix(&format!("repository:{repository}:")).unwrap_or_default();
        action.split(',').all(|action| actions.split(',').any(|granted| granted == action))
    })
}
