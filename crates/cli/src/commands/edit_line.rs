//! One line of the file that `skein note edit --edits` reads.

use serde::Deserialize;

/// One line of `--edits`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditLine {
    /// Offset in UTF-16 units of what `cat --format text` prints.
    pub at: u64,
    /// UTF-16 units to delete there.
    #[serde(default)]
    pub delete: u64,
    /// Text to insert there.
    #[serde(default)]
    pub insert: String,
}

impl EditLine {
    /// Reads one line: an object with these fields and no others.
    pub fn read(line: &str) -> Result<Self, String> {
        // Without this, a list of the three values would pass too.
        if !line.trim_start().starts_with('{') {
            return Err("it is no object".into());
        }
        serde_json::from_str(line).map_err(|error| error.to_string())
    }
}
