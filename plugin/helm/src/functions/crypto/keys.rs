//! Private keys: made, read and written.

use ed25519_dalek::SigningKey;
use gotemplate::{Call, FunctionError};
use pkcs8::der::asn1::{BitString, ObjectIdentifier};
use pkcs8::der::{Decode, Encode};
use pkcs8::{EncodePublicKey, PrivateKeyInfo};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::signature::{SignatureEncoding, Signer};
use sha2::Sha256;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::pem;
use crate::context::Context;
use crate::entropy::KeyKind;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// What precedes the seed in the PKCS #8 form of an Ed25519 key (RFC 8410 §7).
const ED25519_PREFIX: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// What kind of key is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// RSA with this many bits.
    Rsa(u32),
    EcdsaP256,
    Ed25519,
    Dsa,
}

/// A private key.
pub(super) enum PrivateKey {
    Rsa(Box<rsa::RsaPrivateKey>),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    Ed25519(SigningKey),
    /// Nothing is signed with it: sprig's form of it, which is all that is needed.
    Dsa(Vec<u8>),
}

/// Why a text is not a private key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum KeyError {
    #[error("no PEM data in input")]
    NoPem,
    #[error("no private key data in PEM block of type {0}")]
    NoKey(String),
    #[error("invalid private key type {0}")]
    Type(String),
    #[error("decoding PEM as PKCS#8: {0}")]
    Pkcs8(String),
    #[error("parsing RSA private key from PEM: {0}")]
    Rsa(String),
    #[error("parsing EC private key from PEM: {0}")]
    Ec(String),
}

/// A new key for a call of `function`: from the source of entropy, or made here from its bytes.
pub(super) fn generate(
    call: &mut Call<'_>,
    function: &str,
    detail: &str,
    algorithm: Algorithm,
) -> Result<PrivateKey, FunctionError> {
    let context = Context::of(call)?;
    let label = context.label(function, detail);
    let kind = match algorithm {
        Algorithm::Rsa(bits) => Some(KeyKind::Rsa(bits)),
        Algorithm::EcdsaP256 => Some(KeyKind::EcdsaP256),
        Algorithm::Ed25519 => Some(KeyKind::Ed25519),
        // No interface to a host has this one: it is obsolete.
        Algorithm::Dsa => None,
    };
    if let Some(kind) = kind
        && let Some(der) = context.key(&label, kind)?
    {
        return PrivateKey::from_pkcs8(&der).map_err(|reason| KeyError::Pkcs8(reason).to_string().into());
    }
    let seed = context.bytes(&label, 32)?;
    let seed =
        <[u8; 32]>::try_from(seed.as_slice()).map_err(|error| FunctionError::new(error.to_string()))?;
    PrivateKey::from_seed(algorithm, seed).map_err(FunctionError::new)
}

impl PrivateKey {
    /// A key that a seed determines.
    fn from_seed(algorithm: Algorithm, seed: [u8; 32]) -> Result<Self, String> {
        let mut rng = ChaCha20Rng::from_seed(seed);
        match algorithm {
            Algorithm::Rsa(bits) => {
                let bits = usize::try_from(bits).map_err(|error| error.to_string())?;
                let key = rsa::RsaPrivateKey::new(&mut rng, bits).map_err(|error| error.to_string())?;
                Ok(Self::Rsa(Box::new(key)))
            }
            Algorithm::EcdsaP256 => Ok(Self::P256(p256::SecretKey::random(&mut rng))),
            Algorithm::Ed25519 => Ok(Self::Ed25519(SigningKey::from_bytes(&seed))),
            Algorithm::Dsa => dsa_key(&mut rng).map(Self::Dsa),
        }
    }

    /// The first block of a text: PKCS #8, or the older form of an RSA, EC or DSA key.
    pub(super) fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let block = pem::decode(text).ok_or(KeyError::NoPem)?;
        if block.label == "PRIVATE KEY" {
            return Self::from_pkcs8(&block.content).map_err(KeyError::Pkcs8);
        }
        let kind =
            block.label.strip_suffix(" PRIVATE KEY").ok_or_else(|| KeyError::NoKey(block.label.clone()))?;
        match kind {
            "RSA" => {
                let key = rsa::RsaPrivateKey::from_pkcs1_der(&block.content);
                key.map(|key| Self::Rsa(Box::new(key))).map_err(|error| KeyError::Rsa(error.to_string()))
            }
            "EC" => Self::from_sec1(&block.content, None).map_err(KeyError::Ec),
            "DSA" => Ok(Self::Dsa(block.content)),
            _ => Err(KeyError::Type(block.label)),
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, String> {
        let info = PrivateKeyInfo::try_from(der).map_err(|error| error.to_string())?;
        match info.algorithm.oid {
            RSA => {
                let key = rsa::RsaPrivateKey::from_pkcs1_der(info.private_key)
                    .map_err(|error| error.to_string())?;
                Ok(Self::Rsa(Box::new(key)))
            }
            EC => Self::from_sec1(info.private_key, info.algorithm.parameters_oid().ok()),
            ED25519 => {
                let [4, 32, seed @ ..] = info.private_key else {
                    return Err("x509: invalid Ed25519 private key".to_owned());
                };
                let seed = <[u8; 32]>::try_from(seed).map_err(|error| error.to_string())?;
                Ok(Self::Ed25519(SigningKey::from_bytes(&seed)))
            }
            other => {
                Err(format!("x509: PKCS#8 wrapping contained private key with unknown algorithm: {other}"))
            }
        }
    }

    /// The curve is named in the key, or beside it.
    fn from_sec1(der: &[u8], curve: Option<ObjectIdentifier>) -> Result<Self, String> {
        let key = sec1::EcPrivateKey::from_der(der).map_err(|error| error.to_string())?;
        let named = key.parameters.and_then(sec1::EcParameters::named_curve).or(curve);
        let key = match named {
            Some(P256) => p256::SecretKey::from_slice(key.private_key).map(Self::P256),
            Some(P384) => p384::SecretKey::from_slice(key.private_key).map(Self::P384),
            _ => return Err("x509: unknown elliptic curve".to_owned()),
        };
        key.map_err(|_| "x509: invalid elliptic curve private key value".to_owned())
    }

    /// The form in which sprig prints a key of this kind.
    pub(super) fn to_pem(&self) -> Result<String, FunctionError> {
        let failed = |error: &dyn std::fmt::Display| FunctionError::new(error.to_string());
        Ok(match self {
            Self::Rsa(key) => {
                pem::encode("RSA PRIVATE KEY", key.to_pkcs1_der().map_err(|error| failed(&error))?.as_bytes())
            }
            Self::P256(key) => {
                let public =
                    p256::elliptic_curve::sec1::ToEncodedPoint::to_encoded_point(&key.public_key(), false);
                let der = sec1_der(&key.to_bytes(), P256, public.as_bytes());
                pem::encode("EC PRIVATE KEY", &der.map_err(|error| failed(&error))?)
            }
            Self::P384(key) => {
                let public =
                    p384::elliptic_curve::sec1::ToEncodedPoint::to_encoded_point(&key.public_key(), false);
                let der = sec1_der(&key.to_bytes(), P384, public.as_bytes());
                pem::encode("EC PRIVATE KEY", &der.map_err(|error| failed(&error))?)
            }
            Self::Ed25519(key) => {
                pem::encode("PRIVATE KEY", &[ED25519_PREFIX.as_slice(), key.as_bytes()].concat())
            }
            Self::Dsa(der) => pem::encode("DSA PRIVATE KEY", der),
        })
    }

    /// The public key as certificates have it; `None` of a DSA key, which Go does not put into certificates.
    pub(super) fn public_key(&self) -> Option<SubjectPublicKeyInfoOwned> {
        let der = match self {
            Self::Rsa(key) => key.to_public_key().to_public_key_der(),
            Self::P256(key) => key.public_key().to_public_key_der(),
            Self::P384(key) => key.public_key().to_public_key_der(),
            Self::Ed25519(key) => key.verifying_key().to_public_key_der(),
            Self::Dsa(_) => return None,
        };
        SubjectPublicKeyInfoOwned::from_der(der.ok()?.as_bytes()).ok()
    }

    /// The algorithm by which [`PrivateKey::sign`] signs.
    pub(super) fn signature_algorithm(&self) -> Option<AlgorithmIdentifierOwned> {
        let (oid, parameters) = match self {
            Self::Rsa(_) => (RSA_SHA256, Some(pkcs8::der::Any::null())),
            Self::P256(_) => (ECDSA_SHA256, None),
            Self::P384(_) => (ECDSA_SHA384, None),
            Self::Ed25519(_) => (ED25519, None),
            Self::Dsa(_) => return None,
        };
        Some(AlgorithmIdentifierOwned { oid, parameters })
    }

    /// The signature of a message: the same at every time, as all of these algorithms allow.
    pub(super) fn sign(&self, message: &[u8]) -> Option<BitString> {
        let signature = match self {
            Self::Rsa(key) => {
                let key = rsa::pkcs1v15::SigningKey::<Sha256>::new(key.as_ref().clone());
                key.try_sign(message).ok()?.to_vec()
            }
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature =
                    p256::ecdsa::SigningKey::from(key).try_sign(message).ok()?;
                signature.to_der().as_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature =
                    p384::ecdsa::SigningKey::from(key).try_sign(message).ok()?;
                signature.to_der().as_bytes().to_vec()
            }
            Self::Ed25519(key) => key.try_sign(message).ok()?.to_bytes().to_vec(),
            Self::Dsa(_) => return None,
        };
        BitString::from_bytes(&signature).ok()
    }
}

/// The older form of an EC key, which names its curve and has the public key.
fn sec1_der(secret: &[u8], curve: ObjectIdentifier, public: &[u8]) -> Result<Vec<u8>, pkcs8::der::Error> {
    let parameters = Some(sec1::EcParameters::NamedCurve(curve));
    sec1::EcPrivateKey { private_key: secret, parameters, public_key: Some(public) }.to_der()
}

/// Version, the parameters p, q and g, the public and the private number.
fn dsa_key(rng: &mut ChaCha20Rng) -> Result<Vec<u8>, String> {
    use pkcs8::der::asn1::Uint;
    let components = dsa::Components::generate(rng, dsa::KeySize::DSA_2048_256);
    let key = dsa::SigningKey::generate(rng, components);
    let public = key.verifying_key();
    let numbers = [
        public.components().p().to_bytes_be(),
        public.components().q().to_bytes_be(),
        public.components().g().to_bytes_be(),
        public.y().to_bytes_be(),
        key.x().to_bytes_be(),
    ];
    let zero = Uint::new(&[0]).map_err(|error| error.to_string())?;
    let numbers = numbers.iter().map(|number| Uint::new(number)).collect::<Result<Vec<_>, _>>();
    let mut sequence = vec![zero];
    sequence.extend(numbers.map_err(|error| error.to_string())?);
    sequence.to_der().map_err(|error| error.to_string())
}
