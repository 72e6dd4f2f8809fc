//! Whose cloud registry a host is, by anchored patterns (rule R8).
//!
//! A token of the pod's own identity is minted only for hosts that match as a whole. A suffix or substring is
//! never enough: `…amazonaws.com.evil.com` belongs to somebody else.

use crate::origin::RegistryHost;

/// A registry of a cloud provider, with what its name tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cloud {
    /// Amazon ECR.
    Ecr(Ecr),
    /// Amazon ECR Public, `public.ecr.aws`.
    EcrPublic,
    /// Google Artifact Registry and what is left of Container Registry.
    Google,
    /// Azure Container Registry.
    Azure(Azure),
}

/// A private registry of Amazon ECR: `ACCOUNT.dkr.ecr.REGION.amazonaws.com` and its variants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ecr {
    /// Twelve digits.
    pub account: String,
    /// The region; the token is asked for there.
    pub region: String,
    /// The partition that the region lies in.
    pub partition: Partition,
    /// Whether the host is the one with FIPS 140 cryptography.
    pub fips: bool,
    /// Whether the host has IPv6 addresses too.
    pub dual_stack: bool,
}

/// A part of AWS with names and identities of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Partition {
    /// The commercial regions and GovCloud.
    Aws,
    /// China.
    China,
    /// The European Sovereign Cloud.
    Europe,
    /// Isolated: `us-iso-*`.
    Iso,
    /// Isolated: `us-isob-*`.
    IsoB,
    /// Isolated: `eu-isoe-*`.
    IsoE,
    /// Isolated: `us-isof-*`.
    IsoF,
}

/// The national clouds of Azure that have registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Azure {
    /// `azurecr.io`
    Public,
    /// `azurecr.cn`
    China,
    /// `azurecr.us`
    Government,
}

// === impl Cloud ===

impl Cloud {
    /// The cloud that answers at `host`; none for every other host.
    #[must_use]
    pub fn of(host: &RegistryHost) -> Option<Self> {
        let name = host.as_str();
        if name == "public.ecr.aws" {
            return Some(Self::EcrPublic);
        }
        let ecr = || Ecr::parse(name).map(Self::Ecr);
        let azure = || Azure::parse(name).map(Self::Azure);
        ecr().or_else(azure).or_else(|| is_google(name).then_some(Self::Google))
    }
}

// === impl Ecr ===

impl Ecr {
    fn parse(name: &str) -> Option<Self> {
        let (account, rest) = name.split_once('.')?;
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (rest, dual_stack) = match rest.strip_prefix("dkr-ecr") {
            Some(rest) => (rest, true),
            None => (rest.strip_prefix("dkr.ecr")?, false),
        };
        let (rest, fips) = rest.strip_prefix("-fips").map_or((rest, false), |rest| (rest, true));
        let (region, suffix) = rest.strip_prefix('.')?.split_once('.')?;
        let partition = Partition::of_region(region)?;
        let expected = if dual_stack { partition.dual_stack_suffix()? } else { partition.suffix() };
        let found = Self { account: account.into(), region: region.into(), partition, fips, dual_stack };
        (suffix == expected).then_some(found)
    }

    /// The host whose `GetAuthorizationToken` gives tokens for this registry.
    #[must_use]
    pub fn api_host(&self) -> String {
        let fips = if self.fips { "-fips" } else { "" };
        let region = &self.region;
        if self.dual_stack {
            format!("ecr{fips}.{region}.{}", self.partition.dual_stack_api_suffix())
        } else {
            format!("api.ecr{fips}.{region}.{}", self.partition.suffix())
        }
    }
}

// === impl Partition ===

impl Partition {
    /// The partition of a region such as `eu-west-1`; none where it is no region.
    #[must_use]
    pub fn of_region(region: &str) -> Option<Self> {
        let parts: Vec<&str> = region.split('-').collect();
        let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
        let (number, words) = parts.split_last()?;
        let numbered = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        if !numbered || !(2..=3).contains(&words.len()) || !words.iter().all(word) {
            return None;
        }
        Some(match (words.first().copied()?, words.get(1).copied()?) {
            ("cn", _) => Self::China,
            ("eusc", _) => Self::Europe,
            ("us", "iso") => Self::Iso,
            ("us", "isob") => Self::IsoB,
            ("eu", "isoe") => Self::IsoE,
            ("us", "isof") => Self::IsoF,
            _ => Self::Aws,
        })
    }

    /// What the names of its services end with.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Aws => "amazonaws.com",
            Self::China => "amazonaws.com.cn",
            Self::Europe => "amazonaws.eu",
            Self::Iso => "c2s.ic.gov",
            Self::IsoB => "sc2s.sgov.gov",
            Self::IsoE => "cloud.adc-e.uk",
            Self::IsoF => "csp.hci.ic.gov",
        }
    }

    /// What dual-stack registries end with, where there are any.
    const fn dual_stack_suffix(self) -> Option<&'static str> {
        match self {
            Self::Aws => Some("on.aws"),
            Self::China => Some("on.amazonwebservices.com.cn"),
            Self::Europe => Some("on.amazonwebservices.eu"),
            Self::Iso | Self::IsoB | Self::IsoE | Self::IsoF => None,
        }
    }

    const fn dual_stack_api_suffix(self) -> &'static str {
        match self {
            Self::Aws => "api.aws",
            Self::China => "api.amazonwebservices.com.cn",
            Self::Europe => "api.amazonwebservices.eu",
            Self::Iso => "api.aws.ic.gov",
            Self::IsoB => "api.aws.scloud",
            Self::IsoE => "api.cloud-aws.adc-e.uk",
            Self::IsoF => "api.aws.hci.ic.gov",
        }
    }
}

// === impl Azure ===

impl Azure {
    fn parse(name: &str) -> Option<Self> {
        let (registry, suffix) = name.split_once('.')?;
        let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !registry.split('-').all(word) {
            return None;
        }
        match suffix {
            "azurecr.io" => Some(Self::Public),
            "azurecr.cn" => Some(Self::China),
            "azurecr.us" => Some(Self::Government),
            _ => None,
        }
    }
}

/// `LOCATION-docker.pkg.dev`, `gcr.io` and `LOCATION.gcr.io`.
fn is_google(name: &str) -> bool {
    let location = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let continent = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    name == "gcr.io"
        || name.strip_suffix("-docker.pkg.dev").is_some_and(location)
        || name.strip_suffix(".gcr.io").is_some_and(continent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, expected: Option<&str>) {
        let found = Cloud::of(&RegistryHost::parse(host).unwrap());
        let found = found.map(|cloud| match cloud {
            Cloud::Ecr(ecr) => ecr.api_host(),
            other => format!("{other:?}"),
        });
        assert_eq!(found.as_deref(), expected, "{host}");
    }

    #[test]
    fn amazon_hosts_name_their_endpoint() {
        for (host, api) in [
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "api.ecr.eu-west-1.amazonaws.com"),
            ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "api.ecr-fips.us-east-1.amazonaws.com"),
            ("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com", "api.ecr.us-gov-west-1.amazonaws.com"),
            ("123456789012.dkr-ecr.us-west-2.on.aws", "ecr.us-west-2.api.aws"),
            ("123456789012.dkr-ecr-fips.us-west-2.on.aws", "ecr-fips.us-west-2.api.aws"),
            ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "api.ecr.cn-north-1.amazonaws.com.cn"),
            ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "api.ecr.eusc-de-east-1.amazonaws.eu"),
            ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "api.ecr.us-iso-east-1.c2s.ic.gov"),
            ("123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "api.ecr.us-isob-east-1.sc2s.sgov.gov"),
            ("123456789012.dkr.ecr.ap-southeast-12.amazonaws.com", "api.ecr.ap-southeast-12.amazonaws.com"),
            ("public.ecr.aws", "EcrPublic"),
        ] {
            check(host, Some(api));
        }
    }

    #[test]
    fn google_and_azure_hosts_are_known() {
        for host in ["gcr.io", "eu.gcr.io", "europe-west1-docker.pkg.dev", "us-docker.pkg.dev"] {
            check(host, Some("Google"));
        }
        check("acme.azurecr.io", Some("Azure(Public)"));
        check("acme-a1b2.azurecr.io", Some("Azure(Public)"));
        check("acme.azurecr.cn", Some("Azure(China)"));
        check("acme.azurecr.us", Some("Azure(Government)"));
    }

    #[test]
    fn hosts_that_only_look_alike_are_nobodys() {
        for host in [
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.com",
            "0.dkr.ecr.us-east-1.amazonaws.com.attacker.tld",
            "0.dkr.ecr.us-east-1.amazonaws.com",
            "1234567890123.dkr.ecr.us-east-1.amazonaws.com",
            "x123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "evil.123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.evil.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.cn",
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.on.aws",
            "123456789012.dkr-ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.evil.amazonaws.com",
            "123456789012.dkr.ecr.-.amazonaws.com",
            "123456789012.dkr.ecrx.us-east-1.amazonaws.com",
            "123456789012.dkrxecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr-fipsx.us-east-1.amazonaws.com",
            "123456789012-dkr.ecr.us-east-1.amazonaws.com",
            "public.ecr.aws.evil.com",
            "evil.public.ecr.aws",
            "public-ecr.aws",
            "gcr.io.evil.com",
            "evilgcr.io",
            "a.b.gcr.io",
            "1.gcr.io",
            "evil.europe-docker.pkg.dev",
            "docker.pkg.dev",
            "-docker.pkg.dev.evil.com",
            "europe-docker.pkg.dev.evil.com",
            "europe-docker-pkg.dev",
            "pkg.dev",
            "azurecr.io",
            "a.b.azurecr.io",
            "acme.azurecr.io.evil.com",
            "acmeazurecr.io",
            "acme--x.azurecr.io",
            "acme_.azurecr.io",
            "acme.azurecr.de",
            "169.254.169.254",
            "[fd00:ec2::23]",
            "localhost",
        ] {
            check(host, None);
        }
    }
}
