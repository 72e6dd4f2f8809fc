//! The Helm versions whose output can be reproduced, and everything in which they differ, as data.
//!
//! Code asks a profile for the *rule* that applies (`profile.nulls()`), never for its version number, so that
//! another version is one more row here and nothing else.

use std::fmt;
use std::str::FromStr;

/// A Helm version whose behaviour is reproduced.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Profile {
    /// Helm 3.16.4.
    V3_16,
    /// Helm 3.19.4.
    V3_19,
    /// Helm 3.21.4.
    V3_21,
    /// Helm 4.1.1.
    V4_1,
    /// Helm 4.2.4.
    V4_2,
    /// Helm 4.3.1.
    V4_3,
}

/// `text` names no profile.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown Helm version `{text}`; known are 3.16, 3.19, 3.21, 4.1, 4.2 and 4.3")]
pub struct UnknownProfile {
    /// What was given.
    pub text: String,
}

impl Profile {
    /// Every profile, oldest first.
    pub const ALL: [Self; 6] = [Self::V3_16, Self::V3_19, Self::V3_21, Self::V4_1, Self::V4_2, Self::V4_3];

    /// `4.2`: what users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::V3_16 => "3.16",
            Self::V3_19 => "3.19",
            Self::V3_21 => "3.21",
            Self::V4_1 => "4.1",
            Self::V4_2 => "4.2",
            Self::V4_3 => "4.3",
        }
    }

    /// The major version of Helm, 3 or 4, which decides about object shapes and error layout.
    pub fn major(self) -> Major {
        match self {
            Self::V3_16 | Self::V3_19 | Self::V3_21 => Major::Three,
            Self::V4_1 | Self::V4_2 | Self::V4_3 => Major::Four,
        }
    }
}

/// Helm 3 or Helm 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Major {
    /// Helm 3.
    Three,
    /// Helm 4.
    Four,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Accepts `4.2`, `v4.2`, `helm-4.2` and any patch release such as `4.2.1`.
impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        let version = text.strip_prefix("helm-").unwrap_or(text);
        let version = version.strip_prefix('v').unwrap_or(version);
        let is = |profile: &Self| {
            let rest = version.strip_prefix(profile.name());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        Self::ALL.into_iter().find(is).ok_or_else(|| UnknownProfile { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse() {
        for profile in Profile::ALL {
            assert_eq!(profile.name().parse(), Ok(profile));
            assert_eq!(format!("helm-{profile}").parse(), Ok(profile));
            assert_eq!(format!("v{profile}.7").parse(), Ok(profile));
        }
        assert!("3.1".parse::<Profile>().is_err());
        assert!("4.21".parse::<Profile>().is_err());
    }
}
