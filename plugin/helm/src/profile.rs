//! The Helm versions whose output can be reproduced, and everything in which they differ, as data.
//!
//! Code asks a profile for the *rule* that applies (`profile.nulls()`), never for its version number, so that
//! another version is one more row here and nothing else.

mod api_versions;

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

/// Helm 3 or Helm 4: the shape of objects, the names of types, the layout of errors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Major {
    /// Helm 3.
    Three,
    /// Helm 4.
    Four,
}

/// What nulls do where values are merged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one rule that some release changed")]
pub struct NullRules {
    /// Nulls in a subchart's table survive the pass over the parent's defaults.
    pub keeps_subchart_nulls: bool,
    /// A null of the winning side is written into the losing side before they are merged.
    pub copies_nulls_to_defaults: bool,
    /// A null deletes its key only where it hides something.
    pub only_overridden_nulls_delete: bool,
    /// Nulls among a chart's defaults are dropped.
    pub drops_default_nulls: bool,
}

/// How a rendered file is cut into documents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Splitter {
    /// At `---` after any blank space, which is cut away on both sides; documents are trimmed.
    Trimming,
    /// At `---` at the start of a line; only the space before a document is cut away.
    Lines,
}

/// What `--kube-version` keeps of the text it is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KubeVersions {
    /// A semantic version, pre-release and all.
    Semantic,
    /// The leading numbers.
    Numbers,
    /// The text as given; the leading numbers where it is compared.
    Original,
}

/// Which words a schema violation is told in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SchemaWording {
    /// gojsonschema's: `age: Must be greater than or equal to 0`.
    Sentences,
    /// santhosh-tekuri/jsonschema's: `at '/age': minimum: got -5, want 0`.
    Pointers,
}

/// Which words a missing dependency is told in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DependencyWording {
    /// ``An error … `helm dependency build` …``
    CapitalBackticks,
    /// ``an error … `helm dependency build` …``
    Backticks,
    /// `an error … 'helm dependency build' …`
    Quotes,
}

/// How large a chart may be when it is loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SizeRules {
    /// As large as the caller's limits allow.
    Unlimited,
    /// 5 MiB a file, 100 MiB an archive.
    FileAndArchive {
        /// What an archive's size is called when it is refused.
        unit: &'static str,
    },
}

impl Profile {
    /// Every profile, oldest first.
    pub const ALL: [Self; 6] = [Self::V3_16, Self::V3_19, Self::V3_21, Self::V4_1, Self::V4_2, Self::V4_3];

    /// `4.2`: what users write.
    #[must_use]
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

    /// Helm 3 or Helm 4.
    #[must_use]
    pub fn major(self) -> Major {
        if self < Self::V4_1 { Major::Three } else { Major::Four }
    }

    /// What templates read as `.Capabilities.HelmVersion.Version`.
    #[must_use]
    pub fn helm_version(self) -> &'static str {
        match self {
            Self::V3_16 => "v3.16",
            Self::V3_19 => "v3.19",
            Self::V3_21 => "v3.21",
            Self::V4_1 => "v4.1",
            Self::V4_2 => "v4.2",
            Self::V4_3 => "v4.3",
        }
    }

    /// The minor version of Kubernetes whose client the Helm version is built with: the default of
    /// `--kube-version`.
    #[must_use]
    pub fn kubernetes_minor(self) -> u32 {
        match self {
            Self::V3_16 => 31,
            Self::V3_19 => 34,
            Self::V4_1 => 35,
            Self::V3_21 | Self::V4_2 => 36,
            Self::V4_3 => 37,
        }
    }

    /// What `.Capabilities.APIVersions` has before `--api-versions` adds to it, in Helm's order.
    pub fn api_versions(self) -> impl Iterator<Item = String> {
        api_versions::of(self)
    }

    /// Which release of the version library the Helm version is built with.
    #[must_use]
    pub fn semver(self) -> gosemver::Edition {
        match self {
            Self::V3_16 => gosemver::Edition::V3_3,
            Self::V3_19 | Self::V4_1 => gosemver::Edition::V3_4,
            Self::V3_21 | Self::V4_2 | Self::V4_3 => gosemver::Edition::V3_5,
        }
    }

    /// What nulls do where values are merged.
    #[must_use]
    pub fn nulls(self) -> NullRules {
        NullRules {
            keeps_subchart_nulls: self >= Self::V3_19,
            copies_nulls_to_defaults: self >= Self::V3_21,
            only_overridden_nulls_delete: self >= Self::V3_21 && self != Self::V4_1,
            drops_default_nulls: self >= Self::V4_2,
        }
    }

    /// How a rendered file is cut into documents.
    #[must_use]
    pub fn splitter(self) -> Splitter {
        if self >= Self::V4_2 { Splitter::Lines } else { Splitter::Trimming }
    }

    /// What `--kube-version` keeps of its text.
    #[must_use]
    pub fn kube_versions(self) -> KubeVersions {
        match self {
            Self::V3_16 => KubeVersions::Semantic,
            Self::V3_19 | Self::V3_21 => KubeVersions::Numbers,
            Self::V4_1 | Self::V4_2 | Self::V4_3 => KubeVersions::Original,
        }
    }

    /// The words of schema violations.
    #[must_use]
    pub fn schema_wording(self) -> SchemaWording {
        if self == Self::V3_16 { SchemaWording::Sentences } else { SchemaWording::Pointers }
    }

    /// The words of a missing dependency.
    #[must_use]
    pub fn dependency_wording(self) -> DependencyWording {
        match self {
            Self::V3_16 | Self::V3_19 | Self::V3_21 => DependencyWording::CapitalBackticks,
            Self::V4_1 => DependencyWording::Backticks,
            Self::V4_2 | Self::V4_3 => DependencyWording::Quotes,
        }
    }

    /// What stands before the error of a step that is called `step`.
    pub(crate) fn step(self, step: &'static str) -> &'static str {
        if self.major() == Major::Four { step } else { "" }
    }

    /// How large a chart may be.
    #[must_use]
    pub fn size_rules(self) -> SizeRules {
        match (self, self.major()) {
            (Self::V3_16, _) => SizeRules::Unlimited,
            (_, Major::Three) => SizeRules::FileAndArchive { unit: "file size" },
            (_, Major::Four) => SizeRules::FileAndArchive { unit: "size" },
        }
    }

    /// Whether webhook configurations have their place at the end of the install order; else they come among
    /// the kinds without a place, by name.
    #[must_use]
    pub fn orders_webhooks(self) -> bool {
        self.major() == Major::Four
    }

    /// Whether a chart may not be called `.` or `..`.
    #[must_use]
    pub fn refuses_dots_as_name(self) -> bool {
        matches!(self, Self::V3_21 | Self::V4_2 | Self::V4_3)
    }

    /// Whether all documents of a values file count, or only the first.
    #[must_use]
    pub fn merges_values_documents(self) -> bool {
        self.major() == Major::Four
    }

    /// Whether the last line of a values file is lost if it has no newline and 4096, 8192, … bytes.
    #[must_use]
    pub fn loses_full_last_line(self) -> bool {
        matches!(self, Self::V4_1 | Self::V4_2)
    }

    /// Whether `.Files.Lines` of an empty file is an empty list, or a crash.
    #[must_use]
    pub fn reads_lines_of_empty_files(self) -> bool {
        self == Self::V4_3
    }

    /// Whether `--set-json` takes a whole object.
    #[must_use]
    pub fn takes_json_objects(self) -> bool {
        self.major() == Major::Four
    }

    /// Whether a `--set` line may end after `[`, without a word.
    #[must_use]
    pub fn ends_lines_in_an_index(self) -> bool {
        self.major() == Major::Four
    }

    /// Whether a malformed `import-values` entry is tolerated; else Helm crashes.
    #[must_use]
    pub fn tolerates_malformed_imports(self) -> bool {
        self != Self::V3_16
    }

    /// Whether errors in a subchart say `unpacking subchart X`, or `unpacking X`.
    #[must_use]
    pub fn says_subchart(self) -> bool {
        self != Self::V3_16
    }
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

    #[test]
    fn api_versions_are_those_of_the_client_library() {
        let count = |profile: Profile| profile.api_versions().count();
        assert_eq!(Profile::ALL.map(count).first(), Some(&55));
        let has = |profile: Profile, version: &str| profile.api_versions().any(|known| known == version);
        assert!(has(Profile::V4_1, "autoscaling/v2beta2") && !has(Profile::V4_2, "autoscaling/v2beta2"));
        assert!(Profile::ALL.into_iter().all(|profile| has(profile, "v1") && has(profile, "apps/v1")));
    }
}
