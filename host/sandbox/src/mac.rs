//! The key that vouches for machine code.

use std::fmt;
use std::io;
use std::path::Path;

use fs_err as fs;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::SetupError;

/// Length of a key and of what it signs with.
pub(crate) const LEN: usize = 32;

/// A secret that only this installation knows. Whoever has it can make the host run any code, so it
/// belongs in another place than the directory that it vouches for, or on a private volume.
#[derive(Clone)]
pub struct MacKey(Zeroizing<[u8; LEN]>);

impl MacKey {
    /// The key with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; LEN]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads the key at `path`; where there is none, makes one that only the owner can read.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read or made, or holds something else.
    pub fn open(path: &Path) -> Result<Self, SetupError> {
        let key = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(error),
            Ok(bytes) => <[u8; LEN]>::try_from(bytes.as_slice())
                .map(Self::from_bytes)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("expected {LEN} bytes"))),
        };
        key.map_err(|source| SetupError::Key { path: path.to_owned(), source })
    }

    /// Makes a key and keeps it at `path`. Where another process was faster, its key counts.
    fn create(path: &Path) -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0; LEN]);
        getrandom::fill(&mut *bytes).map_err(io::Error::other)?;
        let directory = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory)?;
        // Such a file is readable by its owner alone.
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        io::Write::write_all(&mut file, &*bytes)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Ok(_) => Ok(Self(bytes)),
            Err(_) => fs::read(path)?
                .as_slice()
                .try_into()
                .map(Self::from_bytes)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("expected {LEN} bytes"))),
        }
    }

    /// Signs `parts`, none of which can be taken for a piece of another.
    pub(crate) fn sign(&self, parts: &[&[u8]]) -> [u8; LEN] {
        self.digest(parts).finalize().into_bytes().into()
    }

    /// Whether `signature` was made of `parts` with this key, in constant time.
    pub(crate) fn verify(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        self.digest(parts).verify_slice(signature).is_ok()
    }

    fn digest(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        // RFC 2104 pads a key with zeros to the length of a block.
        let mut block = Zeroizing::new([0; 64]);
        for (padded, byte) in block.iter_mut().zip(*self.0) {
            *padded = byte;
        }
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MacKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_good_for_its_parts_and_key_alone() {
        let key = MacKey::from_bytes([7; LEN]);
        let signature = key.sign(&[b"ab", b"c"]);
        assert!(key.verify(&[b"ab", b"c"], &signature));
        assert!(!key.verify(&[b"a", b"bc"], &signature));
        assert!(!key.verify(&[b"ab", b"c", b""], &signature));
        assert!(!key.verify(&[b"ab", b"c"], &signature[..31]));
        assert!(!MacKey::from_bytes([8; LEN]).verify(&[b"ab", b"c"], &signature));
        assert!(!format!("{key:?}").contains('7'));
    }
}
