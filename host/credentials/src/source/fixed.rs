//! Entries and identities that are written in `tiphys.yaml`.

use std::path::Path;

use policy::{Cloud, Destination, Kind, Project, Projects};
use zeroize::Zeroizing;

use super::Contents;
use crate::config::{EntryConfig, IdentityConfig, RegistryConfig};
use crate::entry::{Entry, Login};
use crate::error::ConfigError;
use crate::secret::Secret;

/// Reads the secrets of `entries` from their files. A file that can't be read breaks its own entry only.
pub(crate) fn entries(configs: &[EntryConfig]) -> Result<Contents, ConfigError> {
    let entries = configs.iter().map(entry).collect::<Result<_, _>>()?;
    Ok(Contents { entries, problems: Vec::new() })
}

fn entry(config: &EntryConfig) -> Result<Entry, ConfigError> {
    Ok(Entry {
        label: format!("tiphys.yaml: {}", config.prefix),
        prefix: prefix(&config.prefix)?,
        projects: projects(&config.projects, Projects::Every),
        kind: Kind::Static,
        login: login(config)?,
        transport: None,
    })
}

fn login(config: &EntryConfig) -> Result<Login, ConfigError> {
    let password =
        |secret| Login::Password { username: config.username.clone().unwrap_or_default(), password: secret };
    Ok(match (&config.password, &config.password_file, &config.token_file) {
        (Some(typed), None, None) => password(typed.clone()),
        (None, Some(file), None) => from_file(file, password),
        (None, None, Some(file)) if config.username.is_none() => from_file(file, Login::Token),
        _ => return Err(ConfigError::EntryLogin { prefix: config.prefix.clone() }),
    })
}

fn from_file(file: &Path, login: impl FnOnce(Secret) -> Login) -> Login {
    match fs_err::read_to_string(file).map(Zeroizing::new) {
        Ok(text) => match text.trim_end_matches(['\r', '\n']) {
            "" => Login::Broken(format!("`{}` is empty", file.display())),
            text => login(Secret::new(text.to_owned())),
        },
        Err(error) => Login::Broken(error.to_string()),
    }
}

/// The cloud identities that the operator enabled (rule R8).
pub(crate) fn identities(registries: &[RegistryConfig]) -> Result<Contents, ConfigError> {
    let enabled = registries.iter().filter_map(|registry| Some((registry, registry.identity.as_ref()?)));
    let entries = enabled.map(|(registry, config)| identity(&registry.prefix, config));
    Ok(Contents { entries: entries.collect::<Result<_, _>>()?, problems: Vec::new() })
}

fn identity(text: &str, config: &IdentityConfig) -> Result<Entry, ConfigError> {
    let prefix = prefix(text)?;
    let cloud = Cloud::of(prefix.origin().host());
    let same = matches!(
        (config, &cloud),
        (IdentityConfig::Aws(_), Some(Cloud::Ecr(_) | Cloud::EcrPublic))
            | (IdentityConfig::Google(_), Some(Cloud::Google))
            | (IdentityConfig::Azure(_), Some(Cloud::Azure(_)))
    );
    // Tokens of the cloud go to the registries of that cloud, over TLS at the usual port, and nowhere else.
    if !same || prefix.origin().port() != 443 || prefix.origin().transport() != policy::Transport::Tls {
        let provider = config.provider();
        return Err(ConfigError::ForeignIdentity { prefix: text.to_owned(), provider });
    }
    if config.projects().is_empty() {
        return Err(ConfigError::IdentityWithoutProjects { prefix: text.to_owned() });
    }
    Ok(Entry {
        label: format!("identity {} for {text}", config.provider()),
        prefix,
        projects: projects(config.projects(), Projects::Only(Vec::new())),
        kind: Kind::Identity,
        login: Login::Ambient(config.clone()),
        transport: None,
    })
}

pub(crate) fn prefix(text: &str) -> Result<Destination, ConfigError> {
    let wrong = |cause| ConfigError::Prefix { prefix: text.to_owned(), cause };
    Destination::parse_prefix(text).map_err(wrong)
}

fn projects(names: &[String], none: Projects) -> Projects {
    if names.iter().any(|name| name == "*") {
        return Projects::Every;
    }
    let names: Vec<Project> = names.iter().filter_map(|name| Project::named(name)).collect();
    if names.is_empty() { none } else { Projects::Only(names) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{AwsIdentity, AzureIdentity, GoogleIdentity};

    fn enabled(prefix: &str, identity: IdentityConfig) -> Result<Contents, String> {
        let registry = RegistryConfig {
            prefix: prefix.to_owned(),
            identity: Some(identity),
            ..RegistryConfig::default()
        };
        identities(&[registry]).map_err(|error| error.to_string())
    }

    fn aws(projects: &[&str]) -> IdentityConfig {
        let projects = projects.iter().map(|&name| name.to_owned()).collect();
        IdentityConfig::Aws(AwsIdentity { projects, roles: vec![] })
    }

    #[test]
    fn an_identity_is_for_registries_of_its_own_cloud() {
        let google =
            || IdentityConfig::Google(GoogleIdentity { projects: vec!["a".into()], impersonate: None });
        let azure = || {
            let projects = vec!["a".into()];
            IdentityConfig::Azure(AzureIdentity { projects, client_id: None, tenant_id: None })
        };
        let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
        for (prefix, identity, fine) in [
            (ecr, aws(&["a"]), true),
            ("public.ecr.aws/acme", aws(&["a"]), true),
            ("europe-docker.pkg.dev/p/r", google(), true),
            ("acme.azurecr.io", azure(), true),
            (ecr, google(), false),
            ("ghcr.io", aws(&["a"]), false),
            ("acme.azurecr.io.evil.com", azure(), false),
            ("acme.azurecr.io:5000", azure(), false),
            ("http://acme.azurecr.io", azure(), false),
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.com", aws(&["a"]), false),
        ] {
            assert_eq!(enabled(prefix, identity).is_ok(), fine, "{prefix}");
        }
    }

    #[test]
    fn an_identity_needs_projects() {
        let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
        assert!(enabled(ecr, aws(&[])).unwrap_err().contains("projects"));
        let every = enabled(ecr, aws(&["*"])).unwrap();
        assert_eq!(every.entries[0].projects, Projects::Every);
        let blank = enabled(ecr, aws(&[""])).unwrap();
        assert_eq!(blank.entries[0].projects, Projects::Only(vec![]), "nobody rather than everybody");
    }

    #[test]
    fn an_entry_whose_file_is_missing_breaks_alone() {
        let directory = tempfile::tempdir().unwrap();
        let good = directory.path().join("good");
        fs_err::write(&good, "p\n").unwrap();
        let config = |prefix: &str, file: &Path| EntryConfig {
            prefix: prefix.to_owned(),
            projects: vec![],
            username: Some("u".to_owned()),
            password: None,
            password_file: Some(file.to_owned()),
            token_file: None,
        };
        let configs = [config("a.corp", &good), config("b.corp", &directory.path().join("missing"))];
        let contents = entries(&configs).unwrap();
        assert!(
            matches!(&contents.entries[0].login, Login::Password { password, .. } if password.expose() == "p")
        );
        assert!(matches!(&contents.entries[1].login, Login::Broken(reason) if reason.contains("missing")));
    }

    #[test]
    fn an_entry_has_exactly_one_secret() {
        let config = EntryConfig {
            prefix: "a.corp".to_owned(),
            projects: vec![],
            username: None,
            password: None,
            password_file: None,
            token_file: None,
        };
        assert!(entries(std::slice::from_ref(&config)).is_err());
        let both = EntryConfig { password_file: Some("/a".into()), token_file: Some("/b".into()), ..config };
        assert!(entries(&[both]).is_err());
    }
}
