//! Where something went wrong, and the line there, from a file of this machine.

use std::path::{Path, PathBuf};

use generate::Location;

use crate::exit::Origin;

/// The longest line that is shown, in characters.
const WIDTH: usize = 160;

/// A place, in a file of this machine where it is one.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) location: Location,
    /// The file, if it can be read here.
    pub(super) file: Option<PathBuf>,
}

/// The file that a plugin calls `name`. A template's name begins with that of its chart.
fn find(name: &str, folder: Option<&Path>) -> Option<PathBuf> {
    let inner = name.split_once('/').map(|(_, inner)| inner);
    let candidates = match folder {
        Some(folder) => {
            let below = [Some(name), inner].into_iter().flatten().map(|name| folder.join(name));
            below.collect::<Vec<_>>()
        }
        None => vec![PathBuf::from(name)],
    };
    candidates.into_iter().find(|path| path.is_file())
}

// === impl Place ===

impl Place {
    pub(super) fn new(location: Location, origin: &Origin) -> Self {
        let file = find(&location.file, origin.folder.as_deref());
        Self { location, file }
    }

    /// The file as a program finds it: relative to where the command runs, where it can.
    pub(super) fn path(&self) -> String {
        let Some(file) = &self.file else { return self.location.file.clone() };
        let here = std::env::current_dir().ok().and_then(|folder| folder.canonicalize().ok());
        let absolute = file.canonicalize().unwrap_or_else(|_| file.clone());
        let relative = here.and_then(|folder| absolute.strip_prefix(folder).map(PathBuf::from).ok());
        relative.unwrap_or_else(|| file.clone()).display().to_string()
    }

    /// The line with its number, and a caret below its column.
    pub(super) fn excerpt(&self) -> Option<String> {
        let text = fs_err::read_to_string(self.file.as_ref()?).ok()?;
        let number = self.location.line;
        let line = text.lines().nth(usize::try_from(number).ok()?.checked_sub(1)?)?;
        let shown: String =
            line.chars().take(WIDTH).map(|letter| if letter == '\t' { ' ' } else { letter }).collect();
        let margin = " ".repeat(number.to_string().len());
        let mut excerpt = format!("{margin} |\n{number} | {shown}\n{margin} |");
        let column = usize::try_from(self.location.column).ok()?;
        if (1..=shown.chars().count() + 1).contains(&column) {
            excerpt.push_str(&format!("{}^", " ".repeat(column)));
        }
        Some(excerpt)
    }
}
