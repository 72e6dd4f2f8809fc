//! URLs as Go's `net/url` reads and prints them.

use std::net::{Ipv4Addr, Ipv6Addr};

use gotemplate::strconv::quote;

/// A URL in its parts, unescaped where the field does not say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Url {
    /// In lower case.
    pub(super) scheme: Vec<u8>,
    /// What follows the scheme if that isn't a slash.
    pub(super) opaque: Vec<u8>,
    pub(super) user: Option<UserInfo>,
    /// With the port.
    pub(super) host: Vec<u8>,
    pub(super) path: Vec<u8>,
    /// As written.
    pub(super) query: Vec<u8>,
    pub(super) fragment: Vec<u8>,
}

/// A user's name, and the password if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserInfo {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

/// A text is not a URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parse {}: {problem}", quote(text))]
pub(super) struct UrlError {
    /// The text; without its fragment, unless that is what's wrong.
    text: Vec<u8>,
    problem: Problem,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("net/url: invalid control character in URL")]
    ControlCharacter,
    #[error("missing protocol scheme")]
    NoScheme,
    #[error("first path segment in URL cannot contain colon")]
    ColonInSegment,
    #[error("invalid URL escape {}", quote(.0))]
    Escape(Vec<u8>),
    #[error("invalid character {} in host name", quote(.0))]
    HostCharacter(Vec<u8>),
    #[error("net/url: invalid userinfo")]
    UserInfo,
    #[error("invalid IP-literal")]
    IpLiteral,
    #[error("missing ']' in host")]
    Bracket,
    #[error("invalid port {} after host", quote(.0))]
    Port(Vec<u8>),
    #[error("invalid host: ParseAddr({}): unable to parse IP", quote(.0))]
    Address(Vec<u8>),
}

/// A part of a URL, which decides what is escaped in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

impl Part {
    /// Whether the byte stands for itself.
    fn is_plain(self, byte: u8) -> bool {
        let marks: &[u8] = match self {
            Self::Path => b"$&+,/:;=@",
            Self::Host | Self::Zone => b"!\"$&'()*+,:;<=>[]",
            Self::User => b"$&+,;=",
            Self::Fragment => b"!$&()*+,/:;=?@",
        };
        byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || marks.contains(&byte)
    }
}

impl Url {
    pub(super) fn parse(text: &[u8]) -> Result<Self, UrlError> {
        let (before, fragment) = cut(text, b'#');
        let wrong = |text: &[u8], problem| UrlError { text: text.to_vec(), problem };
        let mut url = Self::parse_before_fragment(before).map_err(|problem| wrong(before, problem))?;
        url.fragment =
            unescape(fragment.unwrap_or_default(), Part::Fragment).map_err(|problem| wrong(text, problem))?;
        Ok(url)
    }

    fn parse_before_fragment(text: &[u8]) -> Result<Self, Problem> {
        if text.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
            return Err(Problem::ControlCharacter);
        }
        if text == b"*" {
            return Ok(Self { path: text.to_vec(), ..Self::default() });
        }
        let (scheme, rest) = split_scheme(text)?;
        let (rest, query) = cut(rest, b'?');
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            query: query.unwrap_or_default().to_vec(),
            ..Self::default()
        };
        if !rest.starts_with(b"/") {
            if !scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if cut(rest, b'/').0.contains(&b':') {
                return Err(Problem::ColonInSegment);
            }
        }
        let mut path = rest;
        if rest.starts_with(b"//") && (!scheme.is_empty() || !rest.starts_with(b"///")) {
            let after = rest.get(2..).unwrap_or_default();
            let end = after.iter().position(|byte| *byte == b'/').unwrap_or(after.len());
            let (authority, after) = after.split_at(end);
            (url.user, url.host) = parse_authority(&url.scheme, authority)?;
            path = after;
        }
        url.path = unescape(path, Part::Path)?;
        Ok(url)
    }

    /// The host without its port and brackets.
    pub(super) fn hostname(&self) -> &[u8] {
        let host = self.host.as_slice();
        let colon = host.iter().rposition(|byte| *byte == b':');
        let (name, port) = host.split_at(colon.unwrap_or(host.len()));
        let name = if is_port(port) { name } else { host };
        name.strip_prefix(b"[").and_then(|name| name.strip_suffix(b"]")).unwrap_or(name)
    }

    /// `URL.String` of a URL made from its parts.
    pub(super) fn print(&self) -> Vec<u8> {
        let mut printed = Vec::new();
        if !self.scheme.is_empty() {
            printed.extend_from_slice(&self.scheme);
            printed.push(b':');
        }
        if self.opaque.is_empty() {
            self.print_authority_and_path(&mut printed);
        } else {
            printed.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            printed.push(b'?');
            printed.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            printed.push(b'#');
            printed.extend(escape(&self.fragment, Part::Fragment));
        }
        printed
    }

    fn print_authority_and_path(&self, printed: &mut Vec<u8>) {
        let has_authority = !self.host.is_empty() || self.user.is_some();
        if has_authority || !self.scheme.is_empty() && !self.path.is_empty() {
            printed.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            printed.extend(user.print());
            printed.push(b'@');
        }
        printed.extend(escape(&self.host, Part::Host));
        let path = if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Part::Path) };
        if !self.host.is_empty() && path.first().is_some_and(|first| *first != b'/') {
            printed.push(b'/');
        }
        // Such a segment would be read as a scheme (RFC 3986 §4.2).
        if printed.is_empty() && cut(&path, b'/').0.contains(&b':') {
            printed.extend_from_slice(b"./");
        }
        printed.extend(path);
    }
}

impl UserInfo {
    fn parse(text: &[u8]) -> Result<Self, Problem> {
        let is_valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
        if !text.iter().all(is_valid) {
            return Err(Problem::UserInfo);
        }
        let (name, password) = cut(text, b':');
        let name = unescape(name, Part::User)?;
        let password = password.map(|password| unescape(password, Part::User)).transpose()?;
        Ok(Self { name, password })
    }

    /// Escaped, with a colon between name and password.
    pub(super) fn print(&self) -> Vec<u8> {
        let mut printed = escape(&self.name, Part::User);
        if let Some(password) = &self.password {
            printed.push(b':');
            printed.extend(escape(password, Part::User));
        }
        printed
    }
}

/// The text before the first `byte`, and what follows it.
fn cut(text: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|found| *found == byte) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    }
}

/// The scheme, empty if there is none, and the text after its colon.
fn split_scheme(text: &[u8]) -> Result<(&[u8], &[u8]), Problem> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err(Problem::NoScheme),
            b':' => return Ok((text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default())),
            _ => break,
        }
    }
    Ok((&[], text))
}

fn parse_authority(scheme: &[u8], authority: &[u8]) -> Result<(Option<UserInfo>, Vec<u8>), Problem> {
    match authority.iter().rposition(|byte| *byte == b'@') {
        None => Ok((None, parse_host(scheme, authority)?)),
        Some(at) => {
            let host = parse_host(scheme, authority.get(at + 1..).unwrap_or_default())?;
            Ok((Some(UserInfo::parse(authority.get(..at).unwrap_or_default())?), host))
        }
    }
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, Problem> {
    match host.iter().rposition(|byte| *byte == b'[') {
        Some(0) => return parse_ip_literal(host),
        Some(_) => return Err(Problem::IpLiteral),
        None => {}
    }
    // Lists of hosts are tolerated, but not where they can't be meant.
    let is_colon = |byte: &u8| *byte == b':';
    let is_strict = matches!(scheme, b"http" | b"https");
    let colon = if is_strict { host.iter().position(is_colon) } else { host.iter().rposition(is_colon) };
    let port = colon.and_then(|colon| host.get(colon..)).unwrap_or_default();
    if !is_port(port) {
        return Err(Problem::Port(port.to_vec()));
    }
    unescape(host, Part::Host)
}

/// `[fe80::1%25en0]:80` (RFC 6874).
fn parse_ip_literal(host: &[u8]) -> Result<Vec<u8>, Problem> {
    let close = host.iter().rposition(|byte| *byte == b']').ok_or(Problem::Bracket)?;
    let port = host.get(close + 1..).unwrap_or_default();
    if !is_port(port) {
        return Err(Problem::Port(port.to_vec()));
    }
    let name = host.get(1..close).unwrap_or_default();
    let zone = memchr::memmem::find(name, b"%25").unwrap_or(name.len());
    let (address, zone) = name.split_at(zone);
    let mut literal = unescape(address, Part::Host)?;
    literal.extend(unescape(zone, Part::Zone)?);
    let text = String::from_utf8_lossy(&literal).into_owned();
    if text.parse::<Ipv4Addr>().is_ok() {
        return Err(Problem::IpLiteral);
    }
    let address = text
        .split_once('%')
        .filter(|(_, zone)| !zone.is_empty())
        .map_or(text.as_str(), |(address, _)| address);
    if address.parse::<Ipv6Addr>().is_err() {
        return Err(Problem::Address(literal));
    }
    Ok([b"[", literal.as_slice(), b"]", port].concat())
}

/// Nothing, or a colon and digits, which may be none.
fn is_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, Problem> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        if *first != b'%' {
            if matches!(part, Part::Host | Part::Zone) && first.is_ascii() && !part.is_plain(*first) {
                return Err(Problem::HostCharacter(vec![*first]));
            }
            plain.push(*first);
            rest = after;
            continue;
        }
        let escape = || Problem::Escape(rest.get(..3).unwrap_or(rest).to_vec());
        let byte = after.get(..2).and_then(from_hex).ok_or_else(escape)?;
        let is_percent = byte == b'%';
        let is_allowed = match part {
            Part::Host => is_percent || !byte.is_ascii(),
            Part::Zone => is_percent || byte == b' ' || Part::Host.is_plain(byte),
            _ => true,
        };
        if !is_allowed {
            return Err(escape());
        }
        plain.push(byte);
        rest = after.get(2..).unwrap_or_default();
    }
    Ok(plain)
}

fn from_hex(digits: &[u8]) -> Option<u8> {
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    is_hex.then(|| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()).flatten()
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for byte in text {
        if part.is_plain(*byte) {
            escaped.push(*byte);
        } else {
            escaped.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    escaped
}
