//! Functions whose values are random, or derived from a key so that they are stable.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gotemplate::{Call, Function, FunctionError, Type, Value};

use super::arguments::{Arguments, Outcome, fixed, text};
use super::runes::characters;
use crate::context::Context;

const STRING: Type = Type::String;
const INT: Type = Type::INT;

/// The most characters or bytes that are made at once: templates must not exhaust the memory of the process.
const MAX_LENGTH: usize = 4 << 20;

const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LETTERS_AND_DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("randAlpha", &[INT], STRING, |call, a| password(call, "randAlpha", LETTERS, a.int(0))),
    fixed("randAlphaNum", &[INT], STRING, |call, a| {
        password(call, "randAlphaNum", LETTERS_AND_DIGITS, a.int(0))
    }),
    fixed("randNumeric", &[INT], STRING, |call, a| password(call, "randNumeric", DIGITS, a.int(0))),
    fixed("randAscii", &[INT], STRING, |call, a| {
        let printable: Vec<u8> = (b' '..=b'~').collect();
        password(call, "randAscii", &printable, a.int(0))
    }),
    fixed("randBytes", &[INT], STRING, rand_bytes),
    fixed("randInt", &[INT, INT], INT, rand_int),
    fixed("shuffle", &[STRING], STRING, shuffle),
    fixed("uuidv4", &[], STRING, uuid),
];

/// `len` bytes for a call of `function`; `detail` is what shapes them.
pub(super) fn bytes(
    call: &mut Call<'_>,
    function: &str,
    detail: &str,
    len: usize,
) -> Result<Vec<u8>, FunctionError> {
    let context = Context::of(call)?;
    let label = context.label(function, detail);
    context.bytes(&label, len)
}

/// `count` random numbers of 64 bits, whose remainders by small numbers are as good as uniform.
fn numbers(
    call: &mut Call<'_>,
    function: &str,
    detail: &str,
    count: usize,
) -> Result<Vec<u64>, FunctionError> {
    let bytes = bytes(call, function, detail, count * 8)?;
    Ok(bytes
        .chunks_exact(8)
        .map(|chunk| chunk.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
        .collect())
}

/// The number below `limit` that a random one stands for.
fn below(number: u64, limit: usize) -> usize {
    usize::try_from(number % u64::try_from(limit.max(1)).unwrap_or(u64::MAX)).unwrap_or(0)
}

/// No characters of a negative count: the error is swallowed.
fn password(call: &mut Call<'_>, function: &str, alphabet: &[u8], count: i64) -> Outcome {
    let count = usize::try_from(count).unwrap_or(0);
    if count > MAX_LENGTH {
        return Err(format!("more than {MAX_LENGTH} characters").into());
    }
    let numbers = numbers(call, function, &count.to_string(), count)?;
    text(
        numbers
            .into_iter()
            .filter_map(|number| alphabet.get(below(number, alphabet.len())).copied())
            .collect::<Vec<u8>>(),
    )
}

fn rand_bytes(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    let count = usize::try_from(a.int(0)).ok().filter(|count| *count <= MAX_LENGTH);
    let count = count.ok_or_else(|| FunctionError::new("runtime error: makeslice: len out of range"))?;
    text(STANDARD.encode(bytes(call, "randBytes", &count.to_string(), count)?))
}

fn rand_int(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    let (min, max) = (a.int(0), a.int(1));
    let Ok(span @ 1..) = u64::try_from(max.wrapping_sub(min)) else {
        return Err("invalid argument to Intn".into());
    };
    let number = numbers(call, "randInt", &format!("{min}-{max}"), 1)?.first().copied().unwrap_or(0) % span;
    Ok(Value::int(min.wrapping_add_unsigned(number)))
}

/// The characters in another order (Fisher and Yates). The text may be a secret and stays out of the label.
fn shuffle(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    let mut shuffled: Vec<char> = characters(a.text(0)).collect();
    let numbers = numbers(call, "shuffle", &shuffled.len().to_string(), shuffled.len())?;
    for (last, number) in (1..shuffled.len()).rev().zip(numbers) {
        shuffled.swap(last, below(number, last + 1));
    }
    text(shuffled.into_iter().collect::<String>())
}

/// Version 4 of RFC 9562.
fn uuid(call: &mut Call<'_>, _: &[Value]) -> Outcome {
    let random = bytes(call, "uuidv4", "", 16)?;
    let number = random.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let marked = number & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{marked:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    text([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
}
