//! X.509 certificates as Go's `x509.CreateCertificate` makes them from sprig's template.

use std::net::IpAddr;
use std::time::Duration;

use gotemplate::strconv::quote;
use gotemplate::{Call, FunctionError, Value, fmt};
use pkcs8::der::asn1::{
    BitString, GeneralizedTime, Ia5String, ObjectIdentifier, OctetString, SetOfVec, UtcTime,
};
use pkcs8::der::flagset::FlagSet;
use pkcs8::der::{Any, Decode, Encode, Tag};
use sha2::{Digest, Sha256};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
    SubjectKeyIdentifier,
};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};

use super::keys::PrivateKey;
use super::object::Certificate;
use super::pem;
use crate::context::Context;
use crate::entropy::Mode;
use crate::functions::arguments::Arguments;
use crate::functions::random::bytes;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");

/// When certificates of stable renders begin to be valid: 2020-01-01.
const STABLE_START: i64 = 1_577_836_800;
/// When they end: 2120-01-01. The days asked for would end some time, and nothing would renew them.
const STABLE_END: i64 = 4_733_510_400;
/// The first second that the shorter form of a time can't tell: 2050-01-01.
const UTC_TIME_END: i64 = 2_524_608_000;

/// Who signs.
pub(super) enum Issuer {
    /// The certificate's own key.
    Itself,
    /// An authority.
    Authority { subject: Name, key_identifier: Option<OctetString>, key: Box<PrivateKey> },
}

/// What a certificate is to say.
pub(super) struct Request {
    serial: SerialNumber,
    subject: Name,
    names: Vec<GeneralName>,
    validity: Validity,
    is_authority: bool,
}

/// The certificate in DER.
pub(super) fn parse(der: &[u8]) -> Result<x509_cert::Certificate, pkcs8::der::Error> {
    x509_cert::Certificate::from_der(der)
}

fn failed(error: impl std::fmt::Display) -> FunctionError {
    format!("error creating certificate: {error}").into()
}

// === impl Issuer ===

impl Issuer {
    /// Of what `genCA` or `buildCustomCert` returned.
    pub(super) fn authority(authority: &Certificate) -> Result<Self, FunctionError> {
        let block = pem::decode(authority.certificate.as_bytes())
            .ok_or_else(|| FunctionError::new("unable to decode certificate"))?;
        let certificate = parse(&block.content).map_err(|error| {
            FunctionError::new(format!("error parsing certificate: decodedSignerCert.Bytes: {error}"))
        })?;
        let key = PrivateKey::from_pem(authority.key.as_bytes())
            .map_err(|error| FunctionError::new(format!("error parsing private key: {error}")))?;
        let certificate = certificate.tbs_certificate;
        if key.public_key().is_some_and(|public| public != certificate.subject_public_key_info) {
            return Err(failed("x509: provided PrivateKey doesn't match parent's PublicKey"));
        }
        let identifier = certificate.get::<SubjectKeyIdentifier>().ok().flatten();
        let key_identifier = identifier.map(|(_, identifier)| identifier.0);
        Ok(Self::Authority { subject: certificate.subject, key_identifier, key: Box::new(key) })
    }
}

// === impl Request ===

impl Request {
    pub(super) fn authority(
        call: &mut Call<'_>,
        function: &str,
        name: &[u8],
        days: i64,
    ) -> Result<Self, FunctionError> {
        Self::new(call, function, name, Vec::new(), days, true)
    }

    /// From the name, the addresses, the DNS names and the days of a call.
    pub(super) fn leaf(call: &mut Call<'_>, function: &str, a: &[Value]) -> Result<Self, FunctionError> {
        let addresses = a.any(1);
        let addresses = addresses.as_list().map(|list| list.iter().map(|item| ip_name(&item)).collect());
        let addresses: Vec<GeneralName> = addresses.unwrap_or_else(|| Ok(Vec::new()))?;
        let names = a.any(2);
        let names = names.as_list().map(|list| list.iter().map(|item| dns_name(&item)).collect());
        let mut names: Vec<GeneralName> = names.unwrap_or_else(|| Ok(Vec::new()))?;
        names.extend(addresses);
        Self::new(call, function, a.text(0), names, a.int(3), false)
    }

    fn new(
        call: &mut Call<'_>,
        function: &str,
        name: &[u8],
        names: Vec<GeneralName>,
        days: i64,
        is_authority: bool,
    ) -> Result<Self, FunctionError> {
        let serial = bytes(call, function, &format!("serial {}", String::from_utf8_lossy(name)), 16)?;
        Ok(Self {
            serial: SerialNumber::new(&positive(serial)).map_err(failed)?,
            subject: subject(name)?,
            names,
            validity: validity(Context::of(call)?, days)?,
            is_authority,
        })
    }

    /// The certificate of a key, signed.
    pub(super) fn issue(self, key: &PrivateKey, issuer: &Issuer) -> Result<Certificate, FunctionError> {
        let (issuer_name, issuer_key) = match issuer {
            Issuer::Itself => (&self.subject, key),
            Issuer::Authority { subject, key, .. } => (subject, key.as_ref()),
        };
        let no_signer = || failed("x509: certificate private key does not implement crypto.Signer");
        let algorithm = issuer_key.signature_algorithm().ok_or_else(no_signer)?;
        let public =
            key.public_key().ok_or_else(|| failed("x509: unsupported public key type: *dsa.PublicKey"))?;
        let content = TbsCertificate {
            version: Version::V3,
            serial_number: self.serial.clone(),
            signature: algorithm.clone(),
            issuer: issuer_name.clone(),
            validity: self.validity,
            subject: self.subject.clone(),
            extensions: Some(self.extensions(&public, issuer).map_err(failed)?),
            subject_public_key_info: public,
            issuer_unique_id: None,
            subject_unique_id: None,
        };
        let signature = issuer_key.sign(&content.to_der().map_err(failed)?).ok_or_else(no_signer)?;
        let certificate =
            x509_cert::Certificate { tbs_certificate: content, signature_algorithm: algorithm, signature };
        let certificate = pem::encode("CERTIFICATE", &certificate.to_der().map_err(failed)?);
        Ok(Certificate { certificate: certificate.into(), key: key.to_pem()?.into() })
    }

    /// In the order in which Go writes them.
    fn extensions(
        &self,
        public: &SubjectPublicKeyInfoOwned,
        issuer: &Issuer,
    ) -> Result<Vec<Extension>, pkcs8::der::Error> {
        let mut usages: FlagSet<KeyUsages> = KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment;
        if self.is_authority {
            usages |= KeyUsages::KeyCertSign;
        }
        let constraints = BasicConstraints { ca: self.is_authority, path_len_constraint: None };
        let mut extensions = vec![
            extension(KEY_USAGE, true, &KeyUsage(usages))?,
            extension(EXTENDED_KEY_USAGE, false, &ExtendedKeyUsage(vec![SERVER_AUTH, CLIENT_AUTH]))?,
            extension(BASIC_CONSTRAINTS, true, &constraints)?,
        ];
        if self.is_authority {
            let identifier = SubjectKeyIdentifier(key_identifier(&public.subject_public_key)?);
            extensions.push(extension(SUBJECT_KEY_IDENTIFIER, false, &identifier)?);
        }
        if let Issuer::Authority { subject, key_identifier: Some(identifier), .. } = issuer
            && *subject != self.subject
        {
            let identifier =
                AuthorityKeyIdentifier { key_identifier: Some(identifier.clone()), ..Default::default() };
            extensions.push(extension(AUTHORITY_KEY_IDENTIFIER, false, &identifier)?);
        }
        if !self.names.is_empty() {
            let is_critical = self.subject.0.is_empty();
            extensions.push(extension(SUBJECT_ALT_NAME, is_critical, &SubjectAltName(self.names.clone()))?);
        }
        Ok(extensions)
    }
}

fn extension(
    oid: ObjectIdentifier,
    critical: bool,
    value: &impl Encode,
) -> Result<Extension, pkcs8::der::Error> {
    Ok(Extension { extn_id: oid, critical, extn_value: OctetString::new(value.to_der()?)? })
}

/// The first 160 bits of the SHA-256 of the key (RFC 7093 §2, method 1).
fn key_identifier(key: &BitString) -> Result<OctetString, pkcs8::der::Error> {
    let digest = Sha256::digest(key.raw_bytes());
    OctetString::new(digest.get(..20).unwrap_or_default())
}

/// A number without its sign bit, and not 0.
fn positive(mut number: Vec<u8>) -> Vec<u8> {
    if let Some(first) = number.first_mut() {
        *first = *first & 0x7f | 1;
    }
    number
}

/// The common name alone; nothing, if that is empty.
fn subject(name: &[u8]) -> Result<Name, FunctionError> {
    if name.is_empty() {
        return Ok(RdnSequence::default());
    }
    let is_printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(byte);
    let tag = if name.iter().all(is_printable) { Tag::PrintableString } else { Tag::Utf8String };
    if std::str::from_utf8(name).is_err() {
        return Err(failed("asn1: string not valid UTF-8"));
    }
    let value = Any::new(tag, name).map_err(failed)?;
    let attributes =
        SetOfVec::try_from(vec![AttributeTypeAndValue { oid: COMMON_NAME, value }]).map_err(failed)?;
    Ok(RdnSequence(vec![RelativeDistinguishedName(attributes)]))
}

fn ip_name(value: &Value) -> Result<GeneralName, FunctionError> {
    let Some(text) = value.as_str() else {
        return Err(format!(
            "error parsing ip: {} is not a string",
            fmt::sprint(std::slice::from_ref(value))
        )
        .into());
    };
    let unreadable = || FunctionError::new(format!("error parsing ip: {text}"));
    let address: IpAddr = text.to_str().and_then(|text| text.parse().ok()).ok_or_else(unreadable)?;
    let bytes = match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    Ok(GeneralName::IpAddress(OctetString::new(bytes).map_err(failed)?))
}

fn dns_name(value: &Value) -> Result<GeneralName, FunctionError> {
    let Some(name) = value.as_str() else {
        let printed = fmt::sprint(std::slice::from_ref(value));
        return Err(format!("error processing alternate dns name: {printed} is not a string").into());
    };
    let unencodable = |_| failed(format!("x509: {} cannot be encoded as an IA5String", quote(name)));
    Ok(GeneralName::DnsName(Ia5String::new(&name.as_bytes()).map_err(unencodable)?))
}

/// From now on for so many days; where values are stable, always the same.
fn validity(context: &Context, days: i64) -> Result<Validity, FunctionError> {
    let (start, end) = match context.mode() {
        Mode::Stable => (STABLE_START, STABLE_END),
        Mode::Random => {
            let now = context.now().seconds;
            (now, now.saturating_add(days.saturating_mul(86_400)))
        }
    };
    Ok(Validity { not_before: time(start)?, not_after: time(end)? })
}

fn time(seconds: i64) -> Result<Time, FunctionError> {
    let since_epoch = u64::try_from(seconds).map(Duration::from_secs).map_err(failed)?;
    if seconds < UTC_TIME_END {
        UtcTime::from_unix_duration(since_epoch).map(Time::UtcTime).map_err(failed)
    } else {
        GeneralizedTime::from_unix_duration(since_epoch).map(Time::GeneralTime).map_err(failed)
    }
}
