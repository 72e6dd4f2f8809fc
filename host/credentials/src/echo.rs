//! Recognises a secret in what a server answers: some repeat what they are sent, and a plugin must not read it there.

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A secret that is shorter is found in any text.
const SHORTEST: usize = 8;

/// Whether `text` has `secret` in it: as it is, in hexadecimal digits, as in a URL, or in base64 of anything that has
/// the secret in it.
pub(crate) fn repeats(text: &[u8], secret: &Secret) -> bool {
    let secret = secret.expose();
    secret.len() >= SHORTEST && forms(secret).any(|form| memmem::find(text, form.as_bytes()).is_some())
}

fn forms(secret: &str) -> impl Iterator<Item = Zeroizing<String>> {
    let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let plain = [secret.to_owned(), hex::encode(secret), hex::encode_upper(secret), url];
    let alphabets = [STANDARD_NO_PAD, URL_SAFE_NO_PAD];
    let encoded = alphabets
        .into_iter()
        .flat_map(move |alphabet| (0..3).map(move |shift| middle(&alphabet, secret, shift)));
    plain.into_iter().map(Zeroizing::new).chain(encoded)
}

/// What stays the same in base64 of a text with `secret` after `shift` bytes, whatever is around it.
fn middle(alphabet: &GeneralPurpose, secret: &str, shift: usize) -> Zeroizing<String> {
    let padded = Zeroizing::new(format!("{}{secret}", "x".repeat(shift)));
    let encoded = Zeroizing::new(alphabet.encode(padded.as_bytes()));
    // The first digits depend on what is before the secret, the last ones on what is after it.
    let (begin, end) = (shift.div_ceil(3) * 4, encoded.len() - encoded.len() % 4 - 4);
    Zeroizing::new(encoded.get(begin..end.max(begin)).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    const SECRET: &str = "p/a+s?s~w&o=r>d";

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(repeats(text.as_bytes(), &Secret::new(SECRET.to_owned())), expected, "{text}");
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        check(&format!("you sent {SECRET}!"), true);
        check(&hex::encode(format!("x{SECRET}y")), true);
        check(&hex::encode_upper(SECRET), true);
        check("password=p%2Fa%2Bs%3Fs%7Ew%26o%3Dr%3Ed&x=y", true);
        for user in ["", "a", "me", "ann", "somebody"] {
            for tail in ["", "a", "bc", "def"] {
                let pair = format!("{user}{SECRET}{tail}");
                check(&format!("Basic {}", STANDARD.encode(&pair)), true);
                check(&URL_SAFE.encode(&pair), true);
            }
        }
    }

    #[test]
    fn nothing_else_is() {
        for text in ["", "p/a+s?s", "another secret", &STANDARD.encode("somebody:another password")] {
            check(text, false);
        }
        assert!(!repeats(b"short", &Secret::new("short".to_owned())), "it is in too many texts");
    }
}
