//! The order in which go-yaml writes keys: letters behind other characters, and numbers in
//! keys by their value.

use std::cmp::Ordering;

use gorunes::{is_digit, is_letter};

use crate::Dialect;

/// Sorts the entries of a mapping as go-yaml's encoder does.
pub(crate) fn sort_entries<K: AsRef<[u8]>, V>(dialect: Dialect, entries: &mut Vec<(K, V)>) {
    let order = |a: &(K, V), b: &(K, V)| compare(dialect, a.0.as_ref(), b.0.as_ref());
    if !entries.is_sorted_by(|a, b| order(a, b).is_le()) {
        merge_sort(entries, &order);
    }
}

fn compare(dialect: Dialect, a: &[u8], b: &[u8]) -> Ordering {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    if same == a.len() || same == b.len() {
        return a.len().cmp(&b.len());
    }
    match (std::str::from_utf8(a), std::str::from_utf8(b)) {
        (Ok(a), Ok(b)) => compare_text(dialect, a, b, same),
        _ => compare_text(dialect, &crate::text::go_lossy(a), &crate::text::go_lossy(b), 0),
    }
}

/// Compares texts that are the same in the first `same` bytes.
fn compare_text(dialect: Dialect, a: &str, b: &str, same: usize) -> Ordering {
    let start = (0..=same).rev().find(|&at| a.is_char_boundary(at) && b.is_char_boundary(at));
    let (common, mut rest_a) = a.split_at_checked(start.unwrap_or_default()).unwrap_or(("", a));
    let mut rest_b = b.get(common.len()..).unwrap_or_default();
    let mut before: Vec<char> = Vec::new();
    let (first_a, first_b) = loop {
        match (rest_a.chars().next(), rest_b.chars().next()) {
            (Some(a), Some(b)) if a == b => {
                before.push(a);
                rest_a = rest_a.get(a.len_utf8()..).unwrap_or_default();
                rest_b = rest_b.get(b.len_utf8()..).unwrap_or_default();
            }
            (Some(a), Some(b)) => break (a, b),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        }
    };
    let last = before.last().copied().or_else(|| common.chars().next_back());
    let after_digit = dialect == Dialect::V3 && last.is_some_and(is_digit);
    match (is_letter(first_a), is_letter(first_b)) {
        (true, true) => first_a.cmp(&first_b),
        (true, false) if after_digit => Ordering::Less,
        (false, true) if after_digit => Ordering::Greater,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let zero = first_a == '0' || first_b == '0';
            let in_number =
                zero && common.chars().chain(before).rev().take_while(|c| is_digit(*c)).any(|c| c != '0');
            let start = i64::from(in_number);
            let ((number_a, digits_a), (number_b, digits_b)) = (number(rest_a, start), number(rest_b, start));
            number_a.cmp(&number_b).then(digits_a.cmp(&digits_b)).then(first_a.cmp(&first_b))
        }
    }
}

/// The number at the start of `text`, behind the digit `start`, and how many digits it has.
fn number(text: &str, start: i64) -> (i64, usize) {
    let digits = text.chars().take_while(|character| is_digit(*character));
    digits.fold((start, 0), |(number, count), digit| {
        let value = i64::from(u32::from(digit)) - i64::from(u32::from('0'));
        (number.wrapping_mul(10).wrapping_add(value), count + 1)
    })
}

/// Sorts without the demands that `sort_by` makes on `order`, which it may panic about:
/// go-yaml's order has cycles, such as `0b` < `1"` < `03b` < `0b`. What such keys come out
/// as depends on their order before, which is random in Go.
fn merge_sort<T>(items: &mut Vec<T>, order: &impl Fn(&T, &T) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    let mut right = items.split_off(items.len() / 2);
    merge_sort(items, order);
    merge_sort(&mut right, order);
    let left = std::mem::replace(items, Vec::with_capacity(items.len() + right.len()));
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if order(a, b).is_le() { left.next() } else { right.next() };
        items.extend(next);
    }
    items.extend(left);
    items.extend(right);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dialect: Dialect, sorted: &[&str]) {
        let mut entries: Vec<(&str, ())> = sorted.iter().rev().map(|key| (*key, ())).collect();
        sort_entries(dialect, &mut entries);
        let keys: Vec<_> = entries.into_iter().map(|(key, ())| key).collect();
        assert_eq!(keys, sorted);
    }

    #[test]
    fn numbers_count_by_their_value() {
        check(Dialect::V2, &["", "1", "2", "10", "a", "a1", "a2", "a10", "b"]);
        check(Dialect::V2, &["a1", "a01", "a2"]);
    }

    #[test]
    fn letters_come_last_and_capitals_before_small_ones() {
        check(Dialect::V2, &["-", "1", "A", "B", "a", "b", "é"]);
        check(Dialect::V2, &["a-b", "a.b", "a_b", "ab"]);
    }

    #[test]
    fn behind_a_digit_letters_come_first_in_v3() {
        check(Dialect::V2, &["a1-", "a1b"]);
        check(Dialect::V3, &["a1b", "a1-"]);
    }

    #[test]
    fn cycles_do_no_harm() {
        let mut entries: Vec<(String, ())> = (0..200)
            .map(|index| (["0b", "1\"", "03b"].concat().repeat(index % 7) + &index.to_string(), ()))
            .collect();
        sort_entries(Dialect::V2, &mut entries);
        assert_eq!(entries.len(), 200);
    }
}
