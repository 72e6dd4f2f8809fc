//! Why a text is no IPv6 address, in the words of Go's `netip.ParseAddr`.

use crate::text::quote;

/// Bytes of an address.
const LENGTH: usize = 16;

/// What is wrong, and where: the rest of the text from there, or nothing.
struct Problem<'t> {
    message: &'static str,
    at: &'t str,
}

type Parsed<'t, T> = Result<T, Problem<'t>>;

/// The reason, given that `text` has been refused.
pub(super) fn ipv6(text: &str) -> String {
    if !text.contains(':') {
        return "missing colon".to_owned();
    }
    match address(text) {
        Ok(()) => "zone id is not a part of ipv6 address".to_owned(),
        Err(Problem { message, at: "" }) => format!("ParseAddr({}): {message}", quote(text)),
        Err(Problem { message, at }) => format!("ParseAddr({}): {message} (at {})", quote(text), quote(at)),
    }
}

fn problem<'t, T>(message: &'static str, at: &'t str) -> Parsed<'t, T> {
    Err(Problem { message, at })
}

fn address(text: &str) -> Parsed<'_, ()> {
    match text.find(['.', ':', '%']).and_then(|at| text.get(at..=at)) {
        Some(".") => decimals(text),
        Some("%") => problem("missing IPv6 address", ""),
        _ => match text.split_once('%') {
            Some((_, "")) => problem("zone must be a non-empty string", ""),
            Some((groups, _)) => self::groups(groups),
            None => groups(text),
        },
    }
}

/// Groups of hexadecimal digits, of which `::` leaves out some, and an IPv4 address in the place of the last two.
fn groups(text: &str) -> Parsed<'_, ()> {
    let (mut rest, mut gap) = text.strip_prefix("::").map_or((text, false), |rest| (rest, true));
    let mut filled = 0;
    while filled < LENGTH && !(rest.is_empty() && gap && filled == 0) {
        let after = group(rest)?;
        if after.starts_with('.') {
            if !gap && filled != LENGTH - 4 {
                return problem("embedded IPv4 address must replace the final 2 fields of the address", rest);
            }
            if filled + 4 > LENGTH {
                return problem(
                    "too many hex fields to fit an embedded IPv4 at the end of the address",
                    rest,
                );
            }
            decimals(rest)?;
            (rest, filled) = ("", filled + 4);
            break;
        }
        (rest, filled) = (after, filled + 2);
        if rest.is_empty() {
            break;
        }
        rest = colon(rest)?;
        if let Some(after) = rest.strip_prefix(':') {
            if gap {
                return problem("multiple :: in address", rest);
            }
            (rest, gap) = (after, true);
            if rest.is_empty() {
                break;
            }
        }
    }
    match (rest, filled < LENGTH, gap) {
        ("", true, true) | ("", false, false) => Ok(()),
        ("", true, false) => problem("address string too short", ""),
        ("", false, true) => problem("the :: must expand to at least one field of zeros", ""),
        _ => problem("trailing garbage after address", rest),
    }
}

/// What follows a group.
fn group(text: &str) -> Parsed<'_, &str> {
    let after = text.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    match text.len() - after.len() {
        0 => problem("each colon-separated field must have at least one digit", text),
        1..=4 => Ok(after),
        _ => problem("each group must have 4 or less digits", text),
    }
}

/// What follows a colon, which something has to.
fn colon(text: &str) -> Parsed<'_, &str> {
    match text.strip_prefix(':') {
        None => problem("unexpected character, want colon", text),
        Some("") => problem("colon must be followed by more characters", text),
        Some(after) => Ok(after),
    }
}

/// Four decimal numbers.
fn decimals(text: &str) -> Parsed<'_, ()> {
    let (mut dots, mut digits, mut value) = (0, 0, 0_u32);
    for (at, c) in text.char_indices() {
        let here = text.get(at..).unwrap_or_default();
        match c.to_digit(10) {
            Some(_) if digits == 1 && value == 0 => {
                return problem("IPv4 field has octet with leading zero", "");
            }
            Some(digit) => {
                (digits, value) = (digits + 1, value * 10 + digit);
                if value > 255 {
                    return problem("IPv4 field has value >255", "");
                }
            }
            None if c != '.' => return problem("unexpected character", here),
            None if digits == 0 || here == "." => {
                return problem("IPv4 field must have at least one digit", here);
            }
            None if dots == 3 => return problem("IPv4 address too long", ""),
            None => (dots, digits, value) = (dots + 1, 0, 0),
        }
    }
    if dots < 3 { problem("IPv4 address too short", "") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    //! Each line is what Helm 4.2 prints.

    use super::ipv6;

    #[test]
    fn reasons_are_gos() {
        let cases = [
            ("zz", "missing colon"),
            ("1:2", r#"ParseAddr("1:2"): address string too short"#),
            ("::1%eth0", "zone id is not a part of ipv6 address"),
            ("1::2::3", r#"ParseAddr("1::2::3"): multiple :: in address (at ":3")"#),
            ("12345::", r#"ParseAddr("12345::"): each group must have 4 or less digits (at "12345::")"#),
            (
                "g::",
                r#"ParseAddr("g::"): each colon-separated field must have at least one digit (at "g::")"#,
            ),
            (
                "1:2:3:4:5:6:7:8:9",
                r#"ParseAddr("1:2:3:4:5:6:7:8:9"): trailing garbage after address (at "9")"#,
            ),
            (
                "1:2:3:4:5:6:7:",
                r#"ParseAddr("1:2:3:4:5:6:7:"): colon must be followed by more characters (at ":")"#,
            ),
            ("::1.2.3", r#"ParseAddr("::1.2.3"): IPv4 address too short"#),
            ("::1.2.3.256", r#"ParseAddr("::1.2.3.256"): IPv4 field has value >255"#),
            (
                "1:2:3:4:5:6:7:1.2.3.4",
                r#"ParseAddr("1:2:3:4:5:6:7:1.2.3.4"): embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")"#,
            ),
            ("::%", r#"ParseAddr("::%"): zone must be a non-empty string"#),
            (
                "1:2:3:4:5:6:7::8",
                r#"ParseAddr("1:2:3:4:5:6:7::8"): the :: must expand to at least one field of zeros"#,
            ),
            (
                "1:2:3:4:5:6:7:8::",
                r#"ParseAddr("1:2:3:4:5:6:7:8::"): the :: must expand to at least one field of zeros"#,
            ),
            ("::fffff", r#"ParseAddr("::fffff"): each group must have 4 or less digits (at "fffff")"#),
            ("::1.2.3.4x", r#"ParseAddr("::1.2.3.4x"): unexpected character (at "x")"#),
            ("::1 ", r#"ParseAddr("::1 "): unexpected character, want colon (at " ")"#),
            ("::01.2.3.4", r#"ParseAddr("::01.2.3.4"): IPv4 field has octet with leading zero"#),
            ("1.2.3.4::", r#"ParseAddr("1.2.3.4::"): unexpected character (at "::")"#),
            ("%1:", r#"ParseAddr("%1:"): missing IPv6 address"#),
            ("::1..2.3", r#"ParseAddr("::1..2.3"): IPv4 field must have at least one digit (at ".2.3")"#),
            ("::1.2.3.4.5", r#"ParseAddr("::1.2.3.4.5"): IPv4 address too long"#),
            ("::1.2.3.", r#"ParseAddr("::1.2.3."): IPv4 field must have at least one digit (at ".")"#),
        ];
        for (text, reason) in cases {
            assert_eq!(ipv6(text), reason, "{text}");
        }
    }
}
