//! `urlParse` and `urlJoin`.

mod url;

use gotemplate::{Call, Function, FunctionError, Map, Type, Value};

use super::arguments::{Arguments, NIL_DEREFERENCE, Outcome, fixed, text};
use url::{Url, UserInfo};

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("urlParse", &[Type::String], Type::MAP, parse),
    fixed("urlJoin", &[Type::MAP], Type::String, join),
];

/// Why a text is not a URL or a reference to one, in Go's words; `None` if it is one.
pub(crate) fn url_error(text: &str) -> Option<String> {
    Url::parse(text.as_bytes()).err().map(|error| error.to_string())
}

fn parse(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let url =
        Url::parse(a.text(0)).map_err(|error| FunctionError::new(format!("unable to parse url: {error}")))?;
    let userinfo = url.user.as_ref().map(UserInfo::print).unwrap_or_default();
    Ok(Value::map([
        ("scheme", Value::string(url.scheme.as_slice())),
        ("host", Value::string(url.host.as_slice())),
        ("hostname", Value::string(url.hostname())),
        ("path", Value::string(url.path.as_slice())),
        ("query", Value::string(url.query.as_slice())),
        ("opaque", Value::string(url.opaque.as_slice())),
        ("fragment", Value::string(url.fragment.as_slice())),
        ("userinfo", Value::string(userinfo)),
    ]))
}

fn join(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let parts = a.map(0);
    let mut url = Url {
        scheme: part(&parts, "scheme")?,
        host: part(&parts, "host")?,
        path: part(&parts, "path")?,
        query: part(&parts, "query")?,
        opaque: part(&parts, "opaque")?,
        fragment: part(&parts, "fragment")?,
        ..Url::default()
    };
    let userinfo = part(&parts, "userinfo")?;
    if !userinfo.is_empty() {
        let whole = [b"proto://", userinfo.as_slice(), b"@host"].concat();
        let unreadable = |error| FunctionError::new(format!("unable to parse userinfo in dict: {error}"));
        url.user = Url::parse(&whole).map_err(unreadable)?.user;
    }
    text(url.print())
}

/// The string at `key`; empty if there is none.
fn part(parts: &Map, key: &str) -> Result<Vec<u8>, FunctionError> {
    match parts.get(key.as_bytes()) {
        None => Ok(Vec::new()),
        Some(Value::String(part)) => Ok(part.as_bytes().to_vec()),
        Some(Value::Nil) => Err(NIL_DEREFERENCE.into()),
        Some(other) => {
            let text =
                format!("unable to parse {key} key, must be of type string, but {} found", other.kind());
            Err(text.into())
        }
    }
}
