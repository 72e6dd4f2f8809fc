//! The line that an error is about, from a file of this machine.

use std::path::{Path, PathBuf};

use super::diagnostic::Place;

/// The longest line that is shown, in characters.
const WIDTH: usize = 160;

/// The file that a plugin calls `name`. A template's name begins with that of its chart.
pub(super) fn find(name: &str, folder: Option<&Path>) -> Option<PathBuf> {
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

/// The line with its number, and a caret below its column.
pub(super) fn excerpt(place: &Place) -> Option<String> {
    let text = fs_err::read_to_string(place.file.as_ref()?).ok()?;
    let number = place.location.line;
    let line = text.lines().nth(usize::try_from(number).ok()?.checked_sub(1)?)?;
    let shown: String =
        line.chars().take(WIDTH).map(|letter| if letter == '\t' { ' ' } else { letter }).collect();
    let margin = " ".repeat(number.to_string().len());
    let mut excerpt = format!("{margin} |\n{number} | {shown}\n{margin} |");
    let column = usize::try_from(place.location.column).ok()?;
    if (1..=shown.chars().count() + 1).contains(&column) {
        excerpt.push_str(&format!("{}^", " ".repeat(column)));
    }
    Some(excerpt)
}
