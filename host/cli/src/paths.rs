//! Where things are kept between runs.

use std::path::PathBuf;

use crate::args::Global;
use crate::config::Config;

/// The cache: the flag, the configuration, the user's cache folder, the temporary folder.
pub(crate) fn cache(global: &Global, config: &Config) -> PathBuf {
    let user = || {
        let home = global.home.as_ref().map(|home| home.join(".cache"));
        global.xdg_cache_home.clone().or(home).map(|folder| folder.join("tiphys"))
    };
    let configured = || config.cache.path.as_ref().map(PathBuf::from);
    global
        .cache
        .clone()
        .or_else(configured)
        .or_else(user)
        .unwrap_or_else(|| std::env::temp_dir().join("tiphys"))
}
