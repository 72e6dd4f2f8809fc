//! What is between the brackets of a list: `0`, `-1`, `1:3`, `::2`, `*`.

/// Places in a list, from `from` up to `to`, which is not one of them, `step` by `step`; below zero from the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subscript {
    from: Option<i64>,
    to: Option<i64>,
    step: i64,
    is_single: bool,
}

// === impl Subscript ===

impl Subscript {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let number = |text: &str| match text.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| "an index is no whole number"),
        };
        let numbers = text.split(':').map(number).collect::<Result<Vec<Option<i64>>, _>>()?;
        match *numbers.as_slice() {
            [Some(place)] => Ok(Self { from: Some(place), to: None, step: 1, is_single: true }),
            [from, to] => Ok(Self { from, to, step: 1, is_single: false }),
            [_, _, Some(0)] => Err("a step is zero"),
            [from, to, step] => Ok(Self { from, to, step: step.unwrap_or(1), is_single: false }),
            [None] => Err("an index is missing"),
            _ => Err("an index has too many colons"),
        }
    }

    /// The places that a list of `len` items has.
    pub(super) fn places(self, len: usize) -> Vec<usize> {
        let len = i64::try_from(len).unwrap_or(i64::MAX);
        let from_end = |place: i64| if place < 0 { place.saturating_add(len) } else { place };
        let (first, last) = if self.step > 0 { (0, len) } else { (len - 1, -1) };
        let from = self.from.map_or(first, from_end);
        let to = if self.is_single { from.saturating_add(1) } else { self.to.map_or(last, from_end) };
        let places: Vec<i64> = if self.step > 0 {
            let step = usize::try_from(self.step).unwrap_or(usize::MAX);
            (from.max(0)..to.min(len)).step_by(step).collect()
        } else {
            let step = usize::try_from(self.step.unsigned_abs()).unwrap_or(usize::MAX);
            (to.max(-1) + 1..=from.min(len)).rev().step_by(step).collect()
        };
        places
            .into_iter()
            .filter(|place| *place < len)
            .filter_map(|place| usize::try_from(place).ok())
            .collect()
    }
}
