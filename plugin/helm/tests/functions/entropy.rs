//! Random and stable values, and whether a TLS library accepts the certificates.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gotemplate::{Limits, Template, TemplateSet, Value};
use helm::Profile;
use helm::context::Context;
use helm::entropy::{Entropy, EntropyError, KeyKind, Mode, Stable};
use helm::functions;
use helm::lookup::NoCluster;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::NOW;

/// As a host is in random mode: other bytes at every render, here by another key.
struct Random(Stable);

impl Entropy for Random {
    fn mode(&self) -> Mode {
        Mode::Random
    }

    fn bytes(&self, label: &str, len: usize) -> Result<Vec<u8>, EntropyError> {
        self.0.bytes(label, len)
    }

    fn key(&self, label: &str, kind: KeyKind) -> Result<Option<Vec<u8>>, EntropyError> {
        self.0.key(label, kind)
    }
}

fn render_with(text: &str, entropy: Rc<dyn Entropy>) -> String {
    let functions = Arc::new(functions::table(Profile::V4_3));
    let template = Template::parse("t", text.as_bytes(), &functions).unwrap();
    let mut set = TemplateSet::new("t");
    set.add(&template);
    let mut context = Context::new(Profile::V4_3, Rc::new(NOW), entropy, Rc::new(NoCluster));
    set.render("t", &Value::Nil, &mut context, &Limits::DEFAULT).unwrap().to_string()
}

fn render(text: &str) -> String {
    render_with(text, Rc::new(Stable::new(b"key", "application")))
}

#[track_caller]
fn check_characters(call: &str, length: usize, is_expected: impl Fn(char) -> bool) {
    let value = render(&format!("{{{{ {call} }}}}"));
    assert_eq!(value.chars().count(), length, "`{call}` gave `{value}`");
    assert!(value.chars().all(is_expected), "`{call}` gave `{value}`");
}

#[test]
fn values_are_of_their_alphabets() {
    check_characters("randAlpha 40", 40, |c| c.is_ascii_alphabetic());
    check_characters("randAlphaNum 40", 40, |c| c.is_ascii_alphanumeric());
    check_characters("randNumeric 40", 40, |c| c.is_ascii_digit());
    check_characters("randAscii 40", 40, |c| (' '..='~').contains(&c));
    check_characters("randAlpha -1", 0, |_| false);
    check_characters("randBytes 9", 12, |c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'));
    check_characters("uuidv4", 36, |c| c.is_ascii_hexdigit() || c == '-');
    check_characters("shuffle \"aab\" | splitList \"\" | sortAlpha | join \"\"", 3, |c| "ab".contains(c));
    assert_eq!(render("{{ $n := randInt 3 5 }}{{ or (eq $n 3) (eq $n 4) }}"), "true");
    let uuid = render("{{ uuidv4 }}");
    assert!(uuid.as_bytes()[14] == b'4' && b"89ab".contains(&uuid.as_bytes()[19]), "`{uuid}`");
}

#[test]
fn stable_values_are_the_same_in_every_render_and_differ_from_call_to_call() {
    let text = "{{ randAlphaNum 16 }} {{ randAlphaNum 16 }} {{ uuidv4 }} {{ bcrypt \"p\" }} {{ encryptAES \"k\" \"t\" }} \
                {{ (genCA \"c\" 1).Cert | b64enc }}";
    let first = render(text);
    assert_eq!(first, render(text));
    let values: Vec<_> = first.split(' ').collect();
    assert_ne!(values[0], values[1]);
    let other = render_with(text, Rc::new(Stable::new(b"key", "other")));
    assert!(other.split(' ').zip(&values).all(|(other, value)| other != *value));
}

#[test]
fn secrets_change_what_is_made_of_them() {
    let [one, other] = ["one", "other"].map(|secret| render(&format!("{{{{ bcrypt {secret:?} }}}}")));
    let salt = |hash: &str| hash[..29].to_owned();
    assert_ne!(salt(&one), salt(&other));
    assert!(bcrypt::verify("one", &one).unwrap());
    assert!(render("{{ htpasswd \"user\" \"p\" }}").starts_with("user:$2a$10$"));
    assert_eq!(render("{{ encryptAES \"k\" \"text\" | decryptAES \"k\" }}"), "text");
}

fn der(pem: &str) -> CertificateDer<'static> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).unwrap().into()
}

/// Verifies the leaf with the authority, for a name, at a time.
#[track_caller]
fn verify(authority: &str, leaf: &str, name: &'static str, seconds: i64) -> Result<(), webpki::Error> {
    let (authority, leaf) = (der(authority), der(leaf));
    let anchor = webpki::anchor_from_trusted_cert(&authority)?;
    let leaf = webpki::EndEntityCert::try_from(&leaf)?;
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds.unsigned_abs()));
    let usage = webpki::KeyUsage::server_auth();
    leaf.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &[anchor], &[], time, usage, None, None)?;
    leaf.verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap())
}

const SIGNED: &str = "{{ $ca := genCA \"authority\" 365 }}\
    {{ $leaf := genSignedCert \"leaf\" (list \"10.0.0.1\") (list \"a.example\") 30 $ca }}\
    {{ $ca.Cert }}|{{ $leaf.Cert }}|{{ $leaf.Key }}";

#[test]
fn stable_certificates_verify_at_any_time() {
    let rendered = render(SIGNED);
    let [authority, leaf, key] = rendered.split('|').collect::<Vec<_>>()[..] else { panic!("{rendered}") };
    assert!(key.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    for seconds in [NOW.seconds, NOW.seconds + 20 * 365 * 86_400] {
        assert_eq!(verify(authority, leaf, "a.example", seconds).map_err(|error| error.to_string()), Ok(()));
        assert_eq!(verify(authority, leaf, "10.0.0.1", seconds).map_err(|error| error.to_string()), Ok(()));
    }
    assert!(verify(authority, leaf, "b.example", NOW.seconds).is_err());
    let other = render_with(SIGNED, Rc::new(Stable::new(b"key", "other")));
    assert!(verify(other.split('|').next().unwrap(), leaf, "a.example", NOW.seconds).is_err());
}

#[test]
fn random_certificates_are_valid_for_the_days_asked_for() {
    let rendered = render_with(SIGNED, Rc::new(Random(Stable::new(b"seed", ""))));
    let [authority, leaf, _] = rendered.split('|').collect::<Vec<_>>()[..] else { panic!("{rendered}") };
    assert_eq!(
        verify(authority, leaf, "a.example", NOW.seconds + 86_400).map_err(|error| error.to_string()),
        Ok(())
    );
    assert!(verify(authority, leaf, "a.example", NOW.seconds + 31 * 86_400).is_err());
    assert!(verify(authority, leaf, "a.example", NOW.seconds - 86_400).is_err());
}

#[test]
fn keys_of_every_kind_sign() {
    for (kind, label) in [("ecdsa", "EC PRIVATE KEY"), ("ed25519", "PRIVATE KEY")] {
        let rendered = render(&format!(
            "{{{{ $key := genPrivateKey {kind:?} }}}}{{{{ $ca := genCAWithKey \"authority\" 365 $key }}}}\
             {{{{ $leaf := genSignedCertWithKey \"leaf\" nil (list \"a.example\") 30 $ca (genPrivateKey {kind:?}) }}}}\
             {{{{ $ca.Cert }}}}|{{{{ $leaf.Cert }}}}|{{{{ $key }}}}|{{{{ eq $ca.Key $key }}}}"
        ));
        let [authority, leaf, key, is_kept] = rendered.split('|').collect::<Vec<_>>()[..] else {
            panic!("{rendered}")
        };
        assert!(key.starts_with(&format!("-----BEGIN {label}-----\n")), "{key}");
        assert_eq!(is_kept, "true");
        assert_eq!(
            verify(authority, leaf, "a.example", NOW.seconds).map_err(|error| error.to_string()),
            Ok(()),
            "{kind}"
        );
    }
}
