//! AWS Signature Version 4, as far as `POST` to the root of a service needs it.

use std::time::SystemTime;

use hmac::{Hmac, Mac as _};
use http::HeaderName;
use http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::super::calendar::basic;
use super::Keys;
use crate::wire::Call;

/// With what a request is signed.
pub(super) struct Signing<'a> {
    pub(super) keys: &'a Keys,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) time: SystemTime,
}

// === impl Signing ===

impl Signing<'_> {
    /// Adds the date, the session token and the signature over all headers.
    pub(super) fn sign(&self, call: Call) -> Call {
        let stamp = basic(self.time);
        let mut call = call.with_header(HeaderName::from_static("x-amz-date"), &stamp);
        if let Some(token) = &self.keys.session_token {
            call = call.with_header(HeaderName::from_static("x-amz-security-token"), token.expose());
        }
        let date = stamp.get(..8).unwrap_or_default();
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let (names, canonical) = canonical(&call);
        let to_sign = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", sha256_hex(&canonical));
        let signature = hex::encode(hmac(&self.signing_key(date), &to_sign));
        let id = &self.keys.access_key_id;
        let value =
            format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
        call.with_header(AUTHORIZATION, &value)
    }

    fn signing_key(&self, date: &str) -> Vec<u8> {
        let secret = format!("AWS4{}", self.keys.secret_access_key.expose());
        [date, self.region, self.service, "aws4_request"]
            .into_iter()
            .fold(secret.into_bytes(), |key, part| hmac(&key, part))
    }
}

/// The names of the signed headers, and the canonical form of the request.
fn canonical(call: &Call) -> (String, String) {
    let mut headers = vec![("host".to_owned(), host(&call.url))];
    headers.extend(
        call.headers.iter().map(|(name, value)| (name.to_string(), value.expose().trim().to_owned())),
    );
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let (path, query) = (call.url.path(), canonical_query(&call.url));
    let body = call.body.as_ref().map_or("", |body| body.expose());
    let text = format!("{}\n{path}\n{query}\n{lines}\n{names}\n{}", call.method, sha256_hex(body));
    (names, text)
}

fn canonical_query(url: &Url) -> String {
    let mut pairs: Vec<&str> = url.query().into_iter().flat_map(|query| query.split('&')).collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn sha256_hex(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::secret::Secret;

    fn keys(session_token: Option<&str>) -> Keys {
        Keys {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            session_token: session_token.map(|token| Secret::new(token.to_owned())),
        }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// The example of Amazon's documentation, "Create a signed AWS API request".
    #[test]
    fn the_documented_example() {
        let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08".parse().unwrap();
        let call = Call::get(url)
            .with_header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8");
        let keys = keys(None);
        let signing = Signing { keys: &keys, region: "us-east-1", service: "iam", time: at(1_440_938_160) };
        let signed = signing.sign(call);
        let (_, value) = signed.headers.last().unwrap();
        assert_eq!(
            value.expose(),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }
}
