//! `skein note …`

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use skein_app::control::{Answer, CatFormat, Request};
use skein_app::profile::Missing;
use skein_app::view::{NoteLine, Saved};
use skein_app::{Code, Fault, GivenNames};
use tokio::sync::mpsc;

use super::edit_line::EditLine;
use super::{Here, unexpected};
use crate::args::{Format, Note};
use crate::door::Door;
use crate::output::Stop;

pub(super) async fn carry_out(here: &Here, command: Note) -> Result<(), Stop> {
    match command {
        Note::New { title, from, space } => new(here, title, from, space).await,
        Note::List { space, trashed } => list(here, space, trashed).await,
        Note::Cat { note, format } => cat(here, note, format).await,
        Note::Append { note, text } => saved(here, Request::NoteAppend { note, text }).await,
        Note::Rename { note, title } => saved(here, Request::NoteRename { note, title }).await,
        Note::Edit { note, edits, pace } => edit(here, note, &edits, pace).await,
        Note::Move { note, space, copy } => move_note(here, note, space, copy).await,
        Note::Trash { note } => {
            saved(
                here,
                Request::NoteTrash {
                    note,
                    trashed: true,
                },
            )
            .await
        }
        Note::Untrash { note } => {
            saved(
                here,
                Request::NoteTrash {
                    note,
                    trashed: false,
                },
            )
            .await
        }
        Note::Hash { note } => hash(here, note).await,
    }
}

async fn new(
    here: &Here,
    title: Option<String>,
    from: Option<PathBuf>,
    space: Option<String>,
) -> Result<(), Stop> {
    let markdown = from.as_deref().map(read_text).transpose()?;
    let request = Request::NoteNew {
        space,
        title,
        markdown,
    };
    match here.ask(request).await? {
        Answer::Note(note) => here
            .out
            .value(&json!({ "note": note }), || note.to_string()),
        _ => Err(unexpected().into()),
    }
}

async fn list(here: &Here, space: Option<String>, trashed: bool) -> Result<(), Stop> {
    match here.ask(Request::NoteList { space, trashed }).await? {
        Answer::Notes(notes) => here.out.value(&notes, || {
            notes.iter().map(|note| line(note) + "\n").collect()
        }),
        _ => Err(unexpected().into()),
    }
}

fn line(note: &NoteLine) -> String {
    let title = match note.title.as_str() {
        "" => "(untitled)",
        title => title,
    };
    format!("{}  {title}", note.id)
}

async fn cat(here: &Here, note: String, format: Format) -> Result<(), Stop> {
    let (asked, name) = match format {
        Format::Text => (CatFormat::Text, "text"),
        Format::Markdown => (CatFormat::Markdown, "markdown"),
        Format::Html => (CatFormat::Html, "html"),
        Format::Json => (CatFormat::Json, "json"),
    };
    let request = Request::NoteCat {
        note,
        format: asked,
    };
    let Answer::Content { note, content } = here.ask(request).await? else {
        return Err(unexpected().into());
    };
    if !here.out.json {
        return here.out.exactly(content.as_bytes());
    }
    let content = match format {
        Format::Json => serde_json::from_str(&content).map_err(|_| unexpected())?,
        _ => serde_json::Value::String(content),
    };
    here.out
        .line(&json!({ "note": note, "format": name, "content": content }))
}

async fn hash(here: &Here, note: String) -> Result<(), Stop> {
    match here.ask(Request::NoteHash { note }).await? {
        Answer::Hash { note, hash } => here
            .out
            .value(&json!({ "note": note, "hash": hash }), || hash.clone()),
        _ => Err(unexpected().into()),
    }
}

async fn move_note(here: &Here, note: String, space: String, copy: bool) -> Result<(), Stop> {
    let request = Request::NoteMove { note, space, copy };
    let Answer::Moved(moved) = here.ask(request).await? else {
        return Err(unexpected().into());
    };
    if let Some(why) = &moved.kept {
        here.out
            .say(&format!("the note stays where it was as well: {why}"));
    }
    if !here.out.json {
        here.out.say(
            "all of the new note counts as written by this device; who wrote what is in the history of the old one",
        );
    }
    here.out.value(&moved, || moved.note.to_string())
}

async fn saved(here: &Here, request: Request) -> Result<(), Stop> {
    let saved = only_saved(here.ask(request).await?)?;
    here.out.value(&saved, || "saved".into())
}

fn only_saved(answer: Answer) -> Result<Saved, Fault> {
    match answer {
        Answer::Saved(saved) => Ok(saved),
        _ => Err(unexpected()),
    }
}

/// Carries out the lines in order, each acknowledged before the next is sent.
async fn edit(here: &Here, note: String, edits: &Path, pace: u64) -> Result<(), Stop> {
    let mut lines = read_lines(edits)?;
    let mut door = Door::open(&here.dir, Missing::Refuse, None, GivenNames::default()).await?;
    let result = edit_lines(here, &note, &mut lines, pace, &mut door).await;
    door.close().await;
    let count = result?;
    if !here.out.json {
        here.out
            .exactly(format!("{count} edits saved\n").as_bytes())?;
    }
    Ok(())
}

async fn edit_lines(
    here: &Here,
    note: &str,
    lines: &mut mpsc::Receiver<io::Result<String>>,
    pace: u64,
    door: &mut Door,
) -> Result<u64, Stop> {
    let mut count = 0;
    let mut number = 0u64;
    while let Some(line) = lines.recv().await {
        number += 1;
        let line = line.map_err(|error| at_line(number, Code::BadLine, &error.to_string()))?;
        if line.trim().is_empty() {
            continue;
        }
        if count > 0 && pace > 0 {
            tokio::time::sleep(Duration::from_millis(pace)).await;
        }
        let edit = EditLine::read(&line)
            .map_err(|why| at_line(number, Code::BadLine, &format!("it is malformed: {why}")))?;
        let request = Request::NoteEdit {
            note: note.to_owned(),
            at: edit.at,
            delete: edit.delete,
            insert: edit.insert,
        };
        let answer = door.ask(request).await;
        let saved = answer
            .and_then(only_saved)
            .map_err(|fault| at_line(number, fault.code, &fault.message))?;
        count += 1;
        if here.out.json {
            here.out
                .line(&json!({ "line": number, "seq": saved.seq, "saved": true }))?;
        }
    }
    Ok(count)
}

fn at_line(number: u64, code: Code, why: &str) -> Fault {
    Fault::new(
        code,
        format!(
            "line {number}: {why}. the lines before it are saved, this one and those after it are not"
        ),
    )
}

/// Reads lines on a thread of its own, so that each is carried out as soon as it is there.
fn read_lines(path: &Path) -> Result<mpsc::Receiver<io::Result<String>>, Fault> {
    let reader: Box<dyn BufRead + Send> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        Box::new(BufReader::new(file))
    };
    let (send, receive) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in reader.lines() {
            let failed = line.is_err();
            if send.blocking_send(line).is_err() || failed {
                return;
            }
        }
    });
    Ok(receive)
}

fn read_text(path: &Path) -> Result<String, Fault> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        io::stdin().read_to_string(&mut text)
    } else {
        File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|error| unreadable(path, &error))?;
    Ok(text)
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    Fault::new(
        Code::NotFound,
        format!(
            "{} cannot be read: {error}. nothing was changed",
            path.display()
        ),
    )
}
