//! Passwords, ciphers, keys and certificates.

mod certificate;
mod cipher;
mod keys;
mod object;
mod password;
mod pem;

use gotemplate::{Call, Function, FunctionError, Type, UintKind, Value};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::arguments::{Arguments, Outcome, fixed, text};
use super::encodings::decode_base64;
use super::random::bytes;
use certificate::{Issuer, Request};
use keys::{Algorithm, PrivateKey};
use object::{CERTIFICATE, Certificate};

const STRING: Type = Type::String;
const INT: Type = Type::INT;
const LIST: Type = Type::LIST;
const CERT: Type = Type::Named(&CERTIFICATE);

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("bcrypt", &[STRING], STRING, |call, a| text(bcrypt(call, "bcrypt", "", a.text(0))?)),
    fixed("htpasswd", &[STRING, STRING], STRING, htpasswd),
    fixed(
        "derivePassword",
        &[Type::Uint(UintKind::Uint32), STRING, STRING, STRING, STRING],
        STRING,
        |_, a| {
            text(password::derive(
                a.any(0).as_uint().unwrap_or(0),
                a.text(1),
                a.text(2),
                a.text(3),
                a.text(4),
            ))
        },
    ),
    fixed("encryptAES", &[STRING, STRING], STRING, encrypt),
    fixed("decryptAES", &[STRING, STRING], STRING, |_, a| text(cipher::decrypt(a.text(0), a.text(1))?)),
    fixed("genPrivateKey", &[STRING], STRING, generate_key),
    fixed("buildCustomCert", &[STRING, STRING], CERT, build_custom_certificate),
    fixed("genCA", &[STRING, INT], CERT, |call, a| {
        let key = new_key(call, "genCA", a)?;
        authority(call, "genCA", a, key)
    }),
    fixed("genCAWithKey", &[STRING, INT, STRING], CERT, |call, a| {
        let key = given_key(a.text(2))?;
        authority(call, "genCAWithKey", a, key)
    }),
    fixed("genSelfSignedCert", &[STRING, LIST, LIST, INT], CERT, |call, a| {
        let key = new_key(call, "genSelfSignedCert", a)?;
        self_signed(call, "genSelfSignedCert", a, key)
    }),
    fixed("genSelfSignedCertWithKey", &[STRING, LIST, LIST, INT, STRING], CERT, |call, a| {
        let key = given_key(a.text(4))?;
        self_signed(call, "genSelfSignedCertWithKey", a, key)
    }),
    fixed("genSignedCert", &[STRING, LIST, LIST, INT, CERT], CERT, |call, a| {
        let key = new_key(call, "genSignedCert", a)?;
        signed(call, "genSignedCert", a, key)
    }),
    fixed("genSignedCertWithKey", &[STRING, LIST, LIST, INT, CERT, STRING], CERT, |call, a| {
        let key = given_key(a.text(5))?;
        signed(call, "genSignedCertWithKey", a, key)
    }),
];

/// Bytes that depend on a secret as well, which therefore needn't be in the label.
fn bytes_for(
    call: &mut Call<'_>,
    function: &str,
    detail: &str,
    secret: &[u8],
) -> Result<[u8; 32], FunctionError> {
    let seed = bytes(call, function, detail, 32)?;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&seed).map_err(|error| FunctionError::new(error.to_string()))?;
    mac.update(secret);
    Ok(mac.finalize().into_bytes().into())
}

fn bcrypt(call: &mut Call<'_>, function: &str, detail: &str, secret: &[u8]) -> Result<String, FunctionError> {
    let [salt @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
        bytes_for(call, function, detail, secret)?;
    Ok(password::bcrypt(secret, salt))
}

/// The line of a password file.
fn htpasswd(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    let user = a.lossy(0);
    if user.contains(':') {
        return text(format!("invalid username: {user}"));
    }
    let hash = bcrypt(call, "htpasswd", &user, a.text(1))?;
    text([a.text(0), b":", hash.as_bytes()].concat())
}

fn encrypt(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    if a.text(1).is_empty() {
        return text("");
    }
    let [vector @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
        bytes_for(call, "encryptAES", "", &[a.text(0), b"\0", a.text(1)].concat())?;
    text(cipher::encrypt(a.text(0), a.text(1), vector))
}

/// An unknown kind is told in the value.
fn generate_key(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    let algorithm = match a.text(0) {
        b"" | b"rsa" => Algorithm::Rsa(4096),
        b"ecdsa" => Algorithm::EcdsaP256,
        b"ed25519" => Algorithm::Ed25519,
        b"dsa" => Algorithm::Dsa,
        unknown => return text([b"Unknown type ", unknown].concat()),
    };
    text(keys::generate(call, "genPrivateKey", "", algorithm)?.to_pem()?)
}

/// The key of a new certificate.
fn new_key(call: &mut Call<'_>, function: &str, a: &[Value]) -> Result<PrivateKey, FunctionError> {
    keys::generate(call, function, &a.lossy(0), Algorithm::Rsa(2048))
        .map_err(|error| error.context("error generating rsa key: "))
}

fn given_key(text: &[u8]) -> Result<PrivateKey, FunctionError> {
    PrivateKey::from_pem(text).map_err(|error| format!("parsing private key: {error}").into())
}

fn authority(call: &mut Call<'_>, function: &str, a: &[Value], key: PrivateKey) -> Outcome {
    let request = Request::authority(call, function, a.text(0), a.int(1))?;
    Ok(Value::object(request.issue(&key, &Issuer::Itself)?))
}

fn self_signed(call: &mut Call<'_>, function: &str, a: &[Value], key: PrivateKey) -> Outcome {
    let request = Request::leaf(call, function, a)?;
    Ok(Value::object(request.issue(&key, &Issuer::Itself)?))
}

fn signed(call: &mut Call<'_>, function: &str, a: &[Value], key: PrivateKey) -> Outcome {
    let authority = a.any(4);
    let authority = authority.downcast_ref::<Certificate>();
    let issuer =
        Issuer::authority(authority.ok_or_else(|| FunctionError::new("unable to decode certificate"))?)?;
    let request = Request::leaf(call, function, a)?;
    Ok(Value::object(request.issue(&key, &issuer)?))
}

/// Checks that both are what they should be, and keeps them as they are.
fn build_custom_certificate(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let decode = |at: usize, what: &str| {
        decode_base64(a.text(at)).map_err(|_| FunctionError::new(format!("unable to decode base64 {what}")))
    };
    let (certificate, key) = (decode(0, "certificate")?, decode(1, "private key")?);
    let block =
        pem::decode(&certificate).ok_or_else(|| FunctionError::new("unable to decode certificate"))?;
    certificate::parse(&block.content).map_err(|error| {
        FunctionError::new(format!("error parsing certificate: decodedCert.Bytes: {error}"))
    })?;
    PrivateKey::from_pem(&key)
        .map_err(|error| FunctionError::new(format!("error parsing private key: {error}")))?;
    Ok(Value::object(Certificate { certificate: certificate.into(), key: key.into() }))
}
