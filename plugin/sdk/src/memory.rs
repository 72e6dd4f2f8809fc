//! How guests compare bytes.
//!
//! The C library of `wasm32-wasip2` compares them one at a time, which is up to half of what a plugin does that looks up
//! many strings. Plugins get this instead, a word at a time.

use std::cmp::Ordering;

/// The place that the C library's function would have.
///
/// # Safety
///
/// As of C's `memcmp`: both pointers are good for `length` bytes.
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "takes the place of a function of the C library")]
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, length: usize) -> i32 {
    if length == 0 {
        return 0;
    }
    // SAFETY: this function's own requirement; the pointers of no bytes at all are not looked at.
    let (left, right) =
        unsafe { (std::slice::from_raw_parts(left, length), std::slice::from_raw_parts(right, length)) };
    compare(left, right) as i32
}

/// The order of byte strings of one length. It must not itself be compiled to a call of `memcmp`: it compares numbers.
fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (words, bytes) = left.as_chunks();
    let (other_words, other_bytes) = right.as_chunks();
    for (word, other) in words.iter().zip(other_words) {
        let (word, other) = (u64::from_ne_bytes(*word), u64::from_ne_bytes(*other));
        if word != other {
            return word.to_be().cmp(&other.to_be());
        }
    }
    for (byte, other) in bytes.iter().zip(other_bytes) {
        if byte != other {
            return byte.cmp(other);
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn bytes_have_the_order_of_slices() {
        let base: Vec<u8> = (0..40).collect();
        for length in 0..base.len() {
            let left = &base[..length];
            assert_eq!(compare(left, left), std::cmp::Ordering::Equal, "{length} bytes");
            for place in 0..length {
                for byte in [0, 0x7f, 0x80, 0xff] {
                    let mut right = left.to_vec();
                    right[place] = byte;
                    assert_eq!(compare(left, &right), left.cmp(&right), "{left:?} and {right:?}");
                    assert_eq!(compare(&right, left), right.as_slice().cmp(left), "{right:?} and {left:?}");
                }
            }
        }
    }
}
