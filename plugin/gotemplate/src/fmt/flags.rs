//! What stands between `%` and the verb.

/// Flags, width and precision of a directive.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`.
    pub(super) plus_v: bool,
    /// `%#v`.
    pub(super) sharp_v: bool,
}

impl Flags {
    /// For the verb `v`, `+` and `#` have a meaning of their own.
    pub(super) fn for_v(self) -> Self {
        Self { plus_v: self.plus, plus: false, sharp_v: self.sharp, sharp: false, ..self }
    }
}
