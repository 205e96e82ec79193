//! Starting at login: an entry in the person's own autostart folder (the XDG Desktop Application Autostart
//! Specification), and nothing beside it. The file is the setting, so what is shown is what will happen, whoever wrote,
//! changed or removed it.
//!
//! Written here and not by `auto-launch` or the plugin around it: 0.6.0 does not quote the command, so a folder with a space
//! starts nothing; looks in `~/.config` whatever `XDG_CONFIG_HOME` says; and takes an entry that a desktop's own settings
//! switched off for one that is on.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// What is started at login, and where that is written.
#[derive(Clone, Debug)]
pub struct Autostart {
    file: PathBuf,
    command: Vec<String>,
}

impl Autostart {
    /// For this program and one profile (`None`: the default one) with what else it was started with; `None` where
    /// this system starts nothing that way.
    pub fn of(profile: Option<&Path>, more: &[String]) -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let folder = directories::BaseDirs::new()?.config_dir().join("autostart");
        // In an AppImage the program itself lies in a folder that is gone after it ends.
        let program = std::env::var_os("APPIMAGE").map(PathBuf::from);
        let program = program.or_else(|| std::env::current_exe().ok())?;
        let profile = match profile {
            Some(profile) => Some(std::path::absolute(profile).ok()?),
            None => None,
        };
        let mut command = vec![utf8(program.into_os_string())?, "--hidden".to_owned()];
        if let Some(profile) = &profile {
            command.extend([
                "--profile".to_owned(),
                utf8(profile.clone().into_os_string())?,
            ]);
        }
        command.extend(more.iter().cloned());
        Some(Self {
            file: folder.join(file_name(profile.as_deref())),
            command,
        })
    }

    /// Whether the person's next login starts Skein.
    pub fn is_on(&self) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|text| starts(&text))
    }

    /// Writes the entry, or takes it away.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn set(&self, on: bool) -> io::Result<()> {
        if on {
            if let Some(folder) = self.file.parent() {
                std::fs::create_dir_all(folder)?;
            }
            return std::fs::write(&self.file, entry(&self.command));
        }
        match std::fs::remove_file(&self.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn utf8(text: OsString) -> Option<String> {
    text.into_string().ok()
}

/// One file for each profile, so that each has a switch of its own.
fn file_name(profile: Option<&Path>) -> String {
    match profile {
        None => "net.skein.notes.desktop".to_owned(),
        Some(profile) => {
            let hash = blake3::hash(profile.as_os_str().as_encoded_bytes()).to_hex();
            format!("net.skein.notes-{}.desktop", &hash[..12])
        }
    }
}

/// The entry that starts a command.
fn entry(command: &[String]) -> String {
    let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    format!(
        "[Desktop Entry]\nType=Application\nVersion=1.5\nName=Skein\n\
         Comment=Keeps notes in step with your other devices\nExec={}\nTerminal=false\nStartupNotify=false\n",
        words.join(" ")
    )
}

/// A word of the key `Exec`, as the Desktop Entry Specification wants it: quoted, then written as a string, with `%`
/// doubled because it begins a field code.
fn quoted(word: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in word.chars() {
        match letter {
            '"' | '`' | '$' => quoted.extend(["\\\\".to_owned(), letter.to_string()]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            '\n' => quoted.push_str("\\n"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether an entry starts anything: desktops switch one off by a line in it, and leave the file.
fn starts(text: &str) -> bool {
    let mut in_entry = false;
    let mut exec = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            in_entry = line == "[Desktop Entry]";
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| in_entry) else {
            continue;
        };
        match (key.trim(), value.trim()) {
            ("Hidden", "true") | ("X-GNOME-Autostart-enabled", "false") => return false,
            ("Exec", command) => exec = !command.is_empty(),
            _ => {}
        }
    }
    exec
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder(folder: &Path) -> Autostart {
        Autostart {
            file: folder.join("autostart/net.skein.notes.desktop"),
            command: vec!["/opt/My Apps/skein-desktop".into(), "--hidden".into()],
        }
    }

    #[test]
    fn the_file_is_the_setting() {
        let folder = tempfile::tempdir().unwrap();
        let autostart = in_folder(folder.path());
        assert!(!autostart.is_on());
        autostart.set(false).unwrap();
        autostart.set(true).unwrap();
        assert!(autostart.is_on());
        std::fs::remove_file(&autostart.file).unwrap();
        assert!(!autostart.is_on(), "the person took it away");
        autostart.set(true).unwrap();
        let text = std::fs::read_to_string(&autostart.file).unwrap();
        std::fs::write(&autostart.file, format!("{text}Hidden=true\n")).unwrap();
        assert!(!autostart.is_on(), "the desktop's settings switched it off");
        autostart.set(true).unwrap();
        assert!(autostart.is_on());
        autostart.set(false).unwrap();
        assert!(!autostart.file.exists());
    }

    #[test]
    fn a_line_of_another_group_switches_nothing_off() {
        let text = entry(&["skein".into()]) + "[Desktop Action New]\nHidden=true\n";
        assert!(starts(&text));
        assert!(!starts(
            &entry(&["skein".into()]).replace("Exec=", "X-Exec=")
        ));
        assert!(!starts(
            &(entry(&["skein".into()]) + "X-GNOME-Autostart-enabled=false")
        ));
    }

    #[test]
    fn words_keep_their_spaces_and_signs() {
        assert_eq!(quoted("/opt/My Apps/skein"), "\"/opt/My Apps/skein\"");
        assert_eq!(quoted("100%"), "\"100%%\"");
        assert_eq!(quoted("a$b`c\"d"), "\"a\\\\$b\\\\`c\\\\\"d\"");
        assert_eq!(quoted("a\\b"), "\"a\\\\\\\\b\"");
    }

    #[test]
    fn each_profile_has_a_file_of_its_own() {
        let names = [None, Some(Path::new("/a")), Some(Path::new("/b"))].map(file_name);
        assert_ne!(names[0], names[1]);
        assert_ne!(names[1], names[2]);
    }
}
