//! Which release of the Go library to agree with.

/// A release of `Masterminds/semver` whose rules and error texts are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edition {
    /// 3.3: whether pre-releases are considered is decided by each comparison alone, and `!=1.2.3` accepts them.
    V3_3,
    /// 3.4: it is decided for a whole AND group, and `!=` follows the same rule as the other operators.
    V3_4,
    /// 3.5: as 3.4, with limits on the length of the texts.
    #[default]
    V3_5,
}

impl Edition {
    /// Whether one pre-release in an AND group makes the whole group consider pre-releases.
    pub(crate) fn groups_prereleases(self) -> bool {
        self >= Self::V3_4
    }

    /// Whether versions, constraints and the number of alternatives are limited.
    pub(crate) fn limits_length(self) -> bool {
        self >= Self::V3_5
    }
}
