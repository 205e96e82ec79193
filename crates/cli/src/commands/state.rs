//! `skein watch`, `status`, `wait` and `verify`.

use skein_app::control::{Answer, Client, Request};
use skein_app::view::{NoteStatus, PeerStatus, Status, Verified};
use skein_app::{Code, Fault};

use super::{Here, unexpected};
use crate::args::Wait;
use crate::output::Stop;

/// The same words as the notice.
const DISK_LOW: &str =
    "less than 1 GiB of the disk is free: what others write is not taken in for now\n";

/// Prints events until the running peer ends.
pub(super) async fn watch(here: &Here) -> Result<(), Stop> {
    let mut watching = Client::connect(&here.dir).await?.watch().await?;
    while let Some(event) = watching.next().await? {
        here.out.line(&event)?;
    }
    Err(Fault::new(
        Code::Stopping,
        "the running skein has ended. what it called saved is on disk",
    )
    .into())
}

pub(super) async fn status(here: &Here, note: Option<String>) -> Result<(), Stop> {
    match here.ask(Request::Status { note }).await? {
        Answer::Status(status) => here.out.value(&status, || status_text(&status)),
        Answer::NoteStatus(status) => here.out.value(&status, || note_text(&status)),
        _ => Err(unexpected().into()),
    }
}

fn status_text(status: &Status) -> String {
    let mut text = format!("device {}\n", status.device);
    if status.offline {
        text.push_str("offline: changes are saved here\n");
    }
    if status.disk_low {
        text.push_str(DISK_LOW);
    }
    for space in &status.spaces {
        text.push_str(&format!("{}  {}\n", space.id, space.name));
        for peer in &space.peers {
            text.push_str(&format!("  {}\n", peer_text(peer)));
        }
    }
    text
}

fn note_text(status: &NoteStatus) -> String {
    let mut text = String::from(if status.saved {
        "saved on this device\n"
    } else {
        "not saved yet\n"
    });
    if status.disk_low {
        text.push_str(DISK_LOW);
    }
    if let Some(author) = &status.waiting_for {
        text.push_str(&format!(
            "waiting for words of {author} that nobody here holds\n"
        ));
    }
    for peer in &status.peers {
        text.push_str(&format!("{}\n", peer_text(peer)));
    }
    text
}

fn peer_text(peer: &PeerStatus) -> String {
    let who = format!("{}'s {}", peer.person, peer.device_name);
    match peer.behind {
        _ if peer.needs_newer => format!("{who} has it, but needs a newer Skein to show it"),
        Some(0) => format!("{who} has everything"),
        Some(1) => format!("{who} is 1 edit behind"),
        Some(edits) => format!("{who} is {edits} edits behind"),
        None => format!("{who} has not said yet what it has"),
    }
}

/// Needs a running peer: whoever is not connected sees no heads.
pub(super) async fn wait(here: &Here, options: Wait) -> Result<(), Stop> {
    let request = Request::WaitHeadsEqual {
        peers: options.peers,
        timeout_ms: u64::try_from(options.timeout.as_millis()).unwrap_or(u64::MAX),
    };
    let mut client = Client::connect(&here.dir).await?;
    match client.ask(&request).await? {
        Answer::Waited(waited) => here
            .out
            .value(&waited, || format!("{} others hold the same", waited.peers)),
        _ => Err(unexpected().into()),
    }
}

/// Prints what was found; problems are exit code 1.
pub(super) async fn verify(here: &Here) -> Result<(), Stop> {
    let Answer::Verified(found) = here.ask(Request::Verify).await? else {
        return Err(unexpected().into());
    };
    here.out.value(&found, || verify_text(&found))?;
    if found.ok {
        return Ok(());
    }
    Err(Fault::new(
        Code::VerifyFailed,
        format!(
            "{} problems were found. nothing was changed. keep a copy of the profile before anything else",
            found.problems.len()
        ),
    )
    .into())
}

fn verify_text(found: &Verified) -> String {
    let mut text = format!(
        "{} entries, {} notes; waiting: {}, set aside: {}, refused: {}\n",
        found.entries, found.notes, found.waiting, found.set_aside, found.refused
    );
    for problem in &found.problems {
        text.push_str(problem);
        text.push('\n');
    }
    text
}
