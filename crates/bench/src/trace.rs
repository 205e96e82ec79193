//! `trace`: somebody's real editing through edit, entry and store, then opening it again.
//!
//! First a window's replica makes the updates, one per patch; that is a page's work and its time is told apart.
//! Then they are pushed, and every one is checked, signed and saved. The text is compared with the trace's own end
//! after the profile was closed and opened again.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use flate2::read::GzDecoder;
use serde::Deserialize;
use skein_app::control::CatFormat;
use skein_app::{App, NoteId, SpaceId};

use crate::config::IN_FLIGHT;
use crate::error::BenchError;
use crate::measure::load_average;
use crate::report::{self, print};
use crate::window::{Window, options};

/// Options of a trace run.
#[derive(clap::Args)]
pub struct Args {
    /// The trace, a .json.gz of one author
    file: PathBuf,
    /// Run only the first edits
    #[arg(long)]
    edits: Option<usize>,
    /// Folder for the temporary profile: its disk is the one measured
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A trace as it is stored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recording {
    start_content: String,
    end_content: String,
    txns: Vec<Txn>,
}

#[derive(Deserialize)]
struct Txn {
    patches: Vec<Patch>,
}

/// Where, how many code points go, and what comes.
#[derive(Deserialize)]
struct Patch(usize, usize, String);

/// Runs it and prints the figures.
pub async fn run(args: &Args) -> Result<(), BenchError> {
    let recording = read(&args.file)?;
    let load_before = load_average();
    let home = match &args.dir {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    };
    let profile = home.path().join("profile");
    let app = App::open(options(&profile, "Writer", false)).await?;
    let space = app.find_space(None).await?;
    let note = app.new_note_id();
    let mut window = Window::open(&app, space, note).await?;

    let begun = Instant::now();
    let typed = type_all(&mut window, &recording, args.edits)?;
    let typing_ms = millis(begun);
    let update_bytes = typed.updates.iter().map(Vec::len).sum();

    let begun = Instant::now();
    save_all(&mut window, typed.updates).await?;
    let saving_ms = millis(begun);
    let edits = window.pushed();
    let open_file_bytes = database_bytes(&profile)?;
    drop(window);
    app.close().await;
    // The last handle keeps the app's threads.
    drop(app);

    let file_bytes = database_bytes(&profile)?;
    let (reopen_ms, open_note_ms) = reopen(&profile, space, note, &typed.text).await?;
    let report = report::Trace {
        edits,
        update_bytes,
        text_bytes: typed.text.len(),
        typing_ms,
        saving_ms,
        edits_per_s: edits as f64 / (saving_ms / 1_000.0).max(f64::EPSILON),
        open_file_bytes,
        file_bytes,
        reopen_ms,
        open_note_ms,
        whole: typed.whole,
        load_before,
        load_after: load_average(),
    };
    print(&report, args.json)
}

fn read(file: &Path) -> Result<Recording, BenchError> {
    let mut text = String::new();
    GzDecoder::new(File::open(file)?).read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}

/// What a page would have written.
struct Typed {
    updates: Vec<Vec<u8>>,
    /// The text they lead to, from a plain replay.
    text: String,
    /// Every patch of the trace is in it.
    whole: bool,
}

/// Makes an update of every patch, beside a plain replay on characters.
fn type_all(
    window: &mut Window,
    recording: &Recording,
    limit: Option<usize>,
) -> Result<Typed, BenchError> {
    let mut updates = vec![window.begin()?];
    let mut plain: Vec<char> = Vec::new();
    let start = Patch(0, 0, recording.start_content.clone());
    let start = (!recording.start_content.is_empty()).then_some(&start);
    let patches = recording.txns.iter().flat_map(|txn| &txn.patches);
    let total = patches.clone().count();
    let taken = limit.unwrap_or(total).min(total);
    // A patch that changes nothing would be no edit.
    let patches = start
        .into_iter()
        .chain(patches.take(taken))
        .filter(|Patch(_, gone, come)| *gone > 0 || !come.is_empty());
    for Patch(at, gone, come) in patches {
        let end = at + gone;
        if end > plain.len() {
            return Err(BenchError::Wrong("a patch lies past the text's end".into()));
        }
        let (offset, delete) = (utf16(&plain[..*at]), utf16(&plain[*at..end]));
        updates.push(window.keystroke(offset, delete, come)?);
        plain.splice(*at..end, come.chars());
    }
    let text: String = plain.into_iter().collect();
    if taken == total && text != recording.end_content {
        return Err(BenchError::Wrong(
            "the trace does not lead to its own end".into(),
        ));
    }
    if window.text() != text {
        return Err(BenchError::Wrong("the window shows another text".into()));
    }
    Ok(Typed {
        updates,
        text,
        whole: taken == total,
    })
}

/// Length in UTF-16 units, in which a window counts.
fn utf16(text: &[char]) -> u64 {
    text.iter().map(|c| c.len_utf16() as u64).sum()
}

/// Pushes everything and waits until the last is saved.
async fn save_all(window: &mut Window, updates: Vec<Vec<u8>>) -> Result<(), BenchError> {
    for update in updates {
        while window.pushed() - window.acked() >= IN_FLIGHT {
            let message = window.message().await?;
            window.take_in(&message)?;
        }
        window.push(update).await?;
    }
    window.saved().await
}

/// Opens the profile and the note again, and compares the text; the times in milliseconds.
async fn reopen(
    profile: &Path,
    space: SpaceId,
    note: NoteId,
    text: &str,
) -> Result<(f64, f64), BenchError> {
    let begun = Instant::now();
    let app = App::open(options(profile, "Writer", false)).await?;
    let reopen_ms = millis(begun);
    let begun = Instant::now();
    let opened = app.open_note(space, note, None).await?;
    let open_note_ms = millis(begun);
    let shown = skein_note::Writer::new(opened.client_id, &opened.state)?.text();
    let printed = app.cat(space, note, CatFormat::Text).await?;
    drop(opened);
    app.close().await;
    if shown != text || printed != text {
        return Err(BenchError::Wrong(
            "the text is another one after opening again".into(),
        ));
    }
    Ok((reopen_ms, open_note_ms))
}

fn database_bytes(profile: &Path) -> Result<u64, BenchError> {
    Ok(std::fs::metadata(profile.join(skein_app::profile::DATABASE))?.len())
}

fn millis(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1_000.0
}
