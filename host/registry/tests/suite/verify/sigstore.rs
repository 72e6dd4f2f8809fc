//! An instance of sigstore for tests: an authority for certificates, a log of certificates and a log of signatures.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _, SanType, SerialNumber, SigningKey as _, date_time_ymd,
};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

/// Where Fulcio writes the issuer of an identity, and where the log's promise stands.
const ISSUER: &[u64] = &[1, 3, 6, 1, 4, 1, 57264, 1, 1];
const PROMISE: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];

/// An instance of its own.
pub(crate) struct Sigstore {
    authority: (rcgen::Certificate, Issuer<'static, KeyPair>),
    certificates: KeyPair,
    log: KeyPair,
}

/// A certificate for the moment, and its key.
pub(crate) struct Signer<'a> {
    instance: &'a Sigstore,
    certificate: rcgen::Certificate,
    key: KeyPair,
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn sized(bytes: &[u8], size: usize) -> Vec<u8> {
    let length = (bytes.len() as u64).to_be_bytes();
    [&length[8 - size..], bytes].concat()
}

/// The first element of a DER sequence, with its head.
fn first_of(sequence: &[u8]) -> &[u8] {
    let length = |at: usize| match sequence[at] {
        long if long > 0x80 => {
            let bytes = &sequence[at + 1..at + 1 + usize::from(long & 0x7f)];
            let value = bytes.iter().fold(0, |value, byte| value << 8 | usize::from(*byte));
            (value, 1 + bytes.len())
        }
        short => (usize::from(short), 1),
    };
    let start = 1 + length(1).1;
    let (size, head) = length(start + 1);
    &sequence[start..start + 1 + head + size]
}

impl Sigstore {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let authority = (params.self_signed(&key).unwrap(), Issuer::new(params, key));
        Self { authority, certificates: KeyPair::generate().unwrap(), log: KeyPair::generate().unwrap() }
    }

    /// `trusted_root.json`
    pub(crate) fn root(&self) -> String {
        let valid = json!({"start": "2020-01-01T00:00:00.000Z"});
        let log = |key: &KeyPair, url: &str| {
            let spki = key.subject_public_key_info();
            json!([{"baseUrl": url, "hashAlgorithm": "SHA2_256",
                "publicKey": {"rawBytes": STANDARD.encode(&spki), "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                              "validFor": valid},
                "logId": {"keyId": STANDARD.encode(sha256(&spki))}}])
        };
        let root = json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": log(&self.log, "https://log.test"),
            "ctlogs": log(&self.certificates, "https://certificates.test"),
            "certificateAuthorities": [{
                "subject": {"organization": "test", "commonName": "test"}, "uri": "https://authority.test",
                "certChain": {"certificates": [{"rawBytes": STANDARD.encode(self.authority.0.der())}]},
                "validFor": valid,
            }],
            "timestampAuthorities": [],
        });
        root.to_string()
    }

    /// A certificate for `subject`, who logged in at `issuer`.
    pub(crate) fn signer(&self, issuer: &str, subject: &str) -> Signer<'_> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from(7_u64));
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
        params.subject_alt_names = vec![SanType::URI(subject.try_into().unwrap())];
        params.custom_extensions.push(CustomExtension::from_oid_content(ISSUER, issuer.into()));
        let draft = params.signed_by(&key, &self.authority.1).unwrap();
        let promise = self.promise(first_of(draft.der()));
        params.custom_extensions.push(CustomExtension::from_oid_content(PROMISE, promise));
        let certificate = params.signed_by(&key, &self.authority.1).unwrap();
        Signer { instance: self, certificate, key }
    }

    /// What the log of certificates promises about `certificate` (RFC 6962 §3.2 and §3.3).
    fn promise(&self, certificate: &[u8]) -> Vec<u8> {
        let timestamp = (now() * 1000).to_be_bytes();
        let issuer = sha256(&self.authority.1.key().subject_public_key_info());
        let entry = [&[0, 0][..], &timestamp, &[0, 1], &issuer, &sized(certificate, 3), &[0, 0]].concat();
        let signature = self.certificates.sign(&entry).unwrap();
        let id = sha256(&self.certificates.subject_public_key_info());
        let promise = [&[0][..], &id, &timestamp, &[0, 0], &[4, 3], &sized(&signature, 2)].concat();
        let list = sized(&sized(&promise, 2), 2);
        // As an octet string.
        assert!(list.len() < 0x80 || list.len() < 0x100);
        let head: &[u8] = if list.len() < 0x80 { &[4] } else { &[4, 0x81] };
        [head, &[u8::try_from(list.len()).unwrap()], &list].concat()
    }

    /// The log's entry with this body, the only one that there is.
    fn entry(&self, kind: &str, body: &Value) -> Value {
        let body = body.to_string();
        let id = sha256(&self.log.subject_public_key_info());
        let time = now();
        let signed = json!({"body": STANDARD.encode(&body), "integratedTime": time,
            "logID": hex::encode(&id), "logIndex": 0});
        let promise = self.log.sign(signed.to_string().as_bytes()).unwrap();
        let root = sha256(&[&[0][..], body.as_bytes()].concat());
        let note = format!("log.test - 1\n1\n{}\n", STANDARD.encode(&root));
        let signature = [&id[..4], &self.log.sign(note.as_bytes()).unwrap()].concat();
        let checkpoint = format!("{note}\n\u{2014} log.test {}\n", STANDARD.encode(signature));
        json!({
            "logIndex": "0", "logId": {"keyId": STANDARD.encode(&id)},
            "kindVersion": {"kind": kind, "version": "0.0.1"}, "integratedTime": time.to_string(),
            "inclusionPromise": {"signedEntryTimestamp": STANDARD.encode(promise)},
            "inclusionProof": {"logIndex": "0", "treeSize": "1", "hashes": [],
                "rootHash": STANDARD.encode(root), "checkpoint": {"envelope": checkpoint}},
            "canonicalizedBody": STANDARD.encode(body),
        })
    }
}

impl Signer<'_> {
    /// A bundle around `statement`, as cosign 3 stores it.
    pub(crate) fn bundle(&self, statement: &str) -> Value {
        let kind = "application/vnd.in-toto+json";
        let signed = format!("DSSEv1 {} {kind} {} {statement}", kind.len(), statement.len());
        let signature = STANDARD.encode(self.key.sign(signed.as_bytes()).unwrap());
        let hash = |bytes: &[u8]| json!({"algorithm": "sha256", "value": hex::encode(sha256(bytes))});
        let body = json!({"apiVersion": "0.0.1", "kind": "dsse", "spec": {
            "envelopeHash": hash(b"envelope"), "payloadHash": hash(statement.as_bytes()),
            "signatures": [{"signature": signature, "verifier": STANDARD.encode(self.certificate.pem())}]}});
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": {"rawBytes": STANDARD.encode(self.certificate.der())},
                "tlogEntries": [self.instance.entry("dsse", &body)],
            },
            "dsseEnvelope": {"payload": STANDARD.encode(statement), "payloadType": kind,
                             "signatures": [{"sig": signature}]},
        })
    }

    /// The annotations that cosign 2 stores beside `payload`.
    pub(crate) fn annotations(&self, payload: &str) -> Value {
        let signature = STANDARD.encode(self.key.sign(payload.as_bytes()).unwrap());
        let hash = hex::encode(sha256(payload.as_bytes()));
        let body = json!({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {
            "data": {"hash": {"algorithm": "sha256", "value": hash}},
            "signature": {"content": signature,
                          "publicKey": {"content": STANDARD.encode(self.certificate.pem())}}}});
        let entry = self.instance.entry("hashedrekord", &body);
        let id = sha256(&self.instance.log.subject_public_key_info());
        let time: u64 = entry["integratedTime"].as_str().unwrap().parse().unwrap();
        let bundle = json!({
            "SignedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "Payload": {"body": entry["canonicalizedBody"], "integratedTime": time, "logIndex": 0,
                        "logID": hex::encode(id)},
        });
        json!({
            "dev.cosignproject.cosign/signature": signature,
            "dev.sigstore.cosign/certificate": self.certificate.pem(),
            "dev.sigstore.cosign/bundle": bundle.to_string(),
        })
    }
}
