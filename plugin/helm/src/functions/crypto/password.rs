//! Hashes of passwords, and passwords derived from one.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What Go's library takes if nothing else is asked for.
const COST: u32 = 10;
/// The longest password that bcrypt looks at, in bytes.
const MAX_LENGTH: usize = 72;

/// The hash; an error is told in its place.
pub(super) fn bcrypt(password: &[u8], salt: [u8; 16]) -> String {
    let failed = |reason: &str| format!("failed to encrypt string with bcrypt: {reason}");
    if password.len() > MAX_LENGTH {
        return failed("bcrypt: password length exceeds 72 bytes");
    }
    match bcrypt::hash_with_salt(password, COST, salt) {
        Ok(hash) => hash.format_for_version(bcrypt::Version::TwoA),
        Err(error) => failed(&error.to_string()),
    }
}

/// The seed of the Master Password algorithm, whose first version this is.
const SCOPE: &[u8] = b"com.lyndir.masterpassword";

/// The password of a site, as the Master Password algorithm derives it; an unknown type is told in its place.
pub(super) fn derive(counter: u64, kind: &[u8], password: &[u8], user: &[u8], site: &[u8]) -> Vec<u8> {
    let templates = templates(kind);
    if templates.is_empty() {
        return [b"cannot find password template ", kind].concat();
    }
    let salt = [SCOPE, &length(user), user].concat();
    let counter = u32::try_from(counter).unwrap_or(u32::MAX).to_be_bytes();
    let message = [SCOPE, &length(site), site, &counter].concat();
    let seed = match site_seed(password, &salt, &message) {
        Ok(seed) => seed,
        Err(reason) => return format!("failed to derive password: {reason}").into_bytes(),
    };
    let [choice, rest @ ..] = seed;
    let template = templates.get(usize::from(choice) % templates.len()).copied().unwrap_or_default();
    let pick = |(class, byte): (&u8, &u8)| {
        let characters = characters(*class);
        characters.get(usize::from(*byte) % characters.len().max(1)).copied()
    };
    template.iter().zip(&rest).filter_map(pick).collect()
}

fn length(text: &[u8]) -> [u8; 4] {
    u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes()
}

fn site_seed(password: &[u8], salt: &[u8], message: &[u8]) -> Result<[u8; 32], String> {
    let mut key = [0; 64];
    let params = scrypt::Params::new(15, 8, 2, key.len()).map_err(|error| error.to_string())?;
    scrypt::scrypt(password, salt, &params, &mut key).map_err(|error| error.to_string())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| error.to_string())?;
    mac.update(message);
    Ok(mac.finalize().into_bytes().into())
}

/// The shapes of a kind of password: each letter is a class of [`characters`].
fn templates(kind: &[u8]) -> &'static [&'static [u8]] {
    match kind {
        b"maximum" => &[b"anoxxxxxxxxxxxxxxxxx", b"axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            b"CvcvnoCvcvCvcv",
            b"CvcvCvcvnoCvcv",
            b"CvcvCvcvCvcvno",
            b"CvccnoCvcvCvcv",
            b"CvccCvcvnoCvcv",
            b"CvccCvcvCvcvno",
            b"CvcvnoCvccCvcv",
            b"CvcvCvccnoCvcv",
            b"CvcvCvccCvcvno",
            b"CvcvnoCvcvCvcc",
            b"CvcvCvcvnoCvcc",
            b"CvcvCvcvCvccno",
            b"CvccnoCvccCvcv",
            b"CvccCvccnoCvcv",
            b"CvccCvccCvcvno",
            b"CvcvnoCvccCvcc",
            b"CvcvCvccnoCvcc",
            b"CvcvCvccCvccno",
            b"CvccnoCvcvCvcc",
            b"CvccCvcvnoCvcc",
            b"CvccCvcvCvccno",
        ],
        b"medium" => &[b"CvcnoCvc", b"CvcCvcno"],
        b"short" => &[b"Cvcn"],
        b"basic" => &[b"aaanaaan", b"aannaaan", b"aaannaaa"],
        b"pin" => &[b"nnnn"],
        _ => &[],
    }
}

fn characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        b'x' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
        _ => b"",
    }
}
