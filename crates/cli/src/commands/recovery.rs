//! `skein space new` with its recovery key, and `skein space recover`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::Path;

use serde_json::json;
use skein_app::control::{Answer, Request};
use skein_app::{Code, Fault};

use super::{Here, unexpected};
use crate::output::Stop;

/// Bytes read of a file with a key in it: a page of text around it, and no disk image.
const MAX_FILE: u64 = 64 * 1024;
/// What the line with the key begins with.
const KEY: &str = "SKEINKEY";

pub(super) async fn new(here: &Here, name: String, recovery: bool) -> Result<(), Stop> {
    let Answer::SpaceMade(made) = here.ask(Request::SpaceNew { name, recovery }).await? else {
        return Err(unexpected().into());
    };
    if made.recovery_key.is_some() && !here.out.json {
        here.out.say(
            "keep the recovery key on paper, away from your devices. whoever has it and the notes can become an owner. \
             it is not kept anywhere and cannot be shown again",
        );
    }
    let mut value = json!({ "space": made.space });
    if let Some(key) = &made.recovery_key {
        value["recovery_key"] = json!(key);
    }
    here.out.value(&value, || match &made.recovery_key {
        Some(key) => format!("{}\n{key}", made.space),
        None => made.space.to_string(),
    })
}

/// The key comes over standard input or from a file: an argument would stand in the shell's history and the list of
/// processes.
pub(super) async fn recover(here: &Here, file: &Path) -> Result<(), Stop> {
    let key = read(here, file).map_err(|why| {
        let message = format!(
            "the recovery key could not be read from {}: {why}. nothing was changed",
            file.display()
        );
        Fault::new(Code::FileFailed, message)
    })?;
    let Answer::Recovered(space) = here.ask(Request::SpaceRecover { key }).await? else {
        return Err(unexpected().into());
    };
    here.out
        .value(&json!({ "space": space.id, "name": space.name }), || {
            format!("this device is an owner of {} now", space.name)
        })
}

fn read(here: &Here, file: &Path) -> io::Result<String> {
    if file != Path::new("-") {
        return key_in(File::open(file)?);
    }
    let typed = io::stdin();
    if !typed.is_terminal() {
        return key_in(typed.lock());
    }
    here.out.say("type the recovery key, and Enter:");
    let mut line = String::new();
    typed.lock().take(MAX_FILE).read_line(&mut line)?;
    Ok(line)
}

/// The line with the key where there is one, else everything, which may be a key in several lines.
fn key_in(text: impl Read) -> io::Result<String> {
    let mut all = String::new();
    BufReader::new(text)
        .take(MAX_FILE)
        .read_to_string(&mut all)?;
    let begins = |line: &&str| line.trim().to_ascii_uppercase().starts_with(KEY);
    let mut lines = all.lines().filter(begins);
    let whole = lines.next().map(str::to_owned);
    // A line that ends in a dash goes on in the next.
    Ok(whole
        .filter(|line| !line.trim_end().ends_with('-'))
        .unwrap_or(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_found_among_other_lines_and_over_several() {
        let of = |text: &str| key_in(text.as_bytes()).unwrap();
        assert_eq!(
            of("Recovery key of Team\n\nSKEINKEY1-AB-CD\nKeep it.\n"),
            "SKEINKEY1-AB-CD"
        );
        assert_eq!(of("skeinkey1-ab-\ncd"), "skeinkey1-ab-\ncd");
        assert_eq!(of("nothing"), "nothing");
    }
}
