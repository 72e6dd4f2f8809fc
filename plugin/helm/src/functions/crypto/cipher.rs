//! AES-256 in CBC mode. The key is the password, cut or filled with zeros; the vector comes before the text.

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::{NoPadding, Pkcs7};
use cbc::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use gotemplate::FunctionError;

use crate::functions::encodings::decode_base64;

const BLOCK: usize = 16;

fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    for (place, byte) in key.iter_mut().zip(password) {
        *place = *byte;
    }
    key
}

/// The vector and the encrypted text, in base64.
pub(super) fn encrypt(password: &[u8], text: &[u8], vector: [u8; BLOCK]) -> String {
    let cipher = cbc::Encryptor::<Aes256>::new(&key(password).into(), &vector.into());
    STANDARD.encode([&vector, cipher.encrypt_padded_vec_mut::<Pkcs7>(text).as_slice()].concat())
}

/// The text; it is not checked whether the password is right.
///
/// # Errors
/// Those of base64, and Go's panics over a text that [`encrypt`] did not make.
pub(super) fn decrypt(password: &[u8], encoded: &[u8]) -> Result<Vec<u8>, FunctionError> {
    if encoded.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = decode_base64(encoded).map_err(|error| FunctionError::new(error.to_string()))?;
    let Some((vector, encrypted)) = bytes.split_first_chunk::<BLOCK>() else {
        let capacity = encoded.len() / 4 * 3;
        return Err(
            format!("runtime error: slice bounds out of range [:{BLOCK}] with capacity {capacity}").into()
        );
    };
    let cipher = cbc::Decryptor::<Aes256>::new(&key(password).into(), vector.into());
    let padded = cipher.decrypt_padded_vec_mut::<NoPadding>(encrypted);
    let mut text = padded.map_err(|_| FunctionError::new("crypto/cipher: input not full blocks"))?;
    let Some(padding) = text.last().map(|byte| usize::from(*byte)) else {
        return Err("runtime error: index out of range [-1]".into());
    };
    match text.len().checked_sub(padding) {
        Some(length) => text.truncate(length),
        None => {
            return Err(
                format!("runtime error: slice bounds out of range [:-{}]", padding - text.len()).into()
            );
        }
    }
    Ok(text)
}
