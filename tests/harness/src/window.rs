//! A window: a replica of one note with numbered pushes, as the page keeps it (formats.md, Window).

use std::collections::BTreeMap;

use skein_note::{Block, EditError, Writer};
use skein_space::NoteId;

use crate::ledger::{Change, Ledger};
use crate::plan::Act;

/// A push that is kept until it is acknowledged.
#[derive(Clone, Debug)]
pub struct Push {
    /// The bytes.
    pub update: Vec<u8>,
    /// The last delivery applied when it was made.
    pub last_delivery: u64,
    /// What it did.
    pub change: Change,
}

/// One window on one note.
pub struct Window {
    /// The note.
    pub note: NoteId,
    /// Which of the device's windows on it.
    pub number: u8,
    /// The replica, once the note is open.
    pub writer: Option<Writer>,
    /// Whether it may be written.
    pub can_write: bool,
    /// Pushes made.
    pub pushed: u64,
    /// Pushes not acknowledged.
    pub kept: BTreeMap<u64, Push>,
    /// The last delivery applied.
    pub delivered: u64,
    /// What was erased last.
    erased: String,
    /// When the last message to it arrives; none overtakes another.
    pub in_ms: u64,
    /// The same towards the engine.
    pub out_ms: u64,
    /// The next push is lost on the way.
    pub lose_next: bool,
}

impl Window {
    /// A window that has asked for its note.
    pub fn new(note: NoteId, number: u8) -> Self {
        Self {
            note,
            number,
            writer: None,
            can_write: false,
            pushed: 0,
            kept: BTreeMap::new(),
            delivered: 0,
            erased: String::new(),
            in_ms: 0,
            out_ms: 0,
            lose_next: false,
        }
    }

    /// Updates of others; the number of the delivery.
    ///
    /// # Errors
    /// When numbers have a gap or the replica cannot take one.
    pub fn deliver(&mut self, number: u64, updates: &[Vec<u8>]) -> Result<(), String> {
        if number != self.delivered + 1 {
            return Err(format!("delivery {number} came after {}", self.delivered));
        }
        self.delivered = number;
        let Some(writer) = &mut self.writer else {
            return Err("a delivery came before the note was open".into());
        };
        for update in updates {
            writer.apply(update).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Everything up to here is saved.
    pub fn acked(&mut self, sequence: u64) {
        self.kept.remove(&sequence);
    }

    /// A person does something; the number of the push it became, if it became one.
    pub fn act(&mut self, act: Act, pick: u64, ledger: &mut Ledger) -> Option<u64> {
        let (update, change) = self.edited(act, pick, ledger)?;
        self.pushed += 1;
        let push = Push {
            update,
            last_delivery: self.delivered,
            change,
        };
        self.kept.insert(self.pushed, push);
        Some(self.pushed)
    }

    fn edited(&mut self, act: Act, pick: u64, ledger: &mut Ledger) -> Option<(Vec<u8>, Change)> {
        if !self.can_write {
            return None;
        }
        let writer = self.writer.as_mut()?;
        let text: Vec<char> = writer.text().chars().collect();
        let at = (pick % (text.len() as u64 + 1)) as usize;
        let mut ids = block_ids(writer.client(), self.pushed);
        if text.is_empty() && !matches!(act, Act::Title) {
            // Whoever finds an empty note makes its first block; two may do so at once.
            if let Ok(update) = writer.create(&ids()) {
                return Some((update, Change::default()));
            }
        }
        let mut change = Change::default();
        let update = match act {
            Act::Type(many) => {
                let typed = ledger.fresh_text(many);
                change.typed = typed.chars().collect();
                writer.edit(at as u64, 0, &typed, &mut ids)
            }
            Act::Paste(kib) => {
                let (first, last) = (ledger.fresh(), ledger.fresh());
                let line = "x".repeat(1_023) + "\n";
                let typed = format!("{first}{}{last}", line.repeat(kib as usize));
                change.typed = vec![first, last];
                writer.edit(at as u64, 0, &typed, &mut ids)
            }
            Act::Split => writer.edit(at as u64, 0, "\n", &mut ids),
            Act::Join => {
                let at = (at..text.len()).find(|at| text[*at] == '\n')?;
                writer.edit(at as u64, 1, "", &mut ids)
            }
            Act::Erase(many) => {
                let end = (at + many as usize).min(text.len());
                change.erased = ours(&text[at..end]);
                self.erased = change.erased.iter().collect();
                writer.edit(at as u64, (end - at) as u64, "", &mut ids)
            }
            Act::Undo => {
                let back = std::mem::take(&mut self.erased);
                ledger.put_back.extend(back.chars());
                if back.is_empty() {
                    return None;
                }
                writer.edit(at as u64, 0, &back, &mut ids)
            }
            Act::Title => {
                change.erased = ours(&writer.title().chars().collect::<Vec<_>>());
                let title = ledger.fresh_text(3);
                change.typed = title.chars().collect();
                writer.set_title(&title)
            }
            Act::Unknown => {
                let typed = ledger.fresh_text(2);
                change.typed = typed.chars().collect();
                writer.append_blocks(&[Block::text_block(ids(), "hologram", &typed)])
            }
            Act::Close | Act::Reload => return None,
        };
        match update {
            Ok(update) => Some((update, change)),
            // Text meant for a divider, or a body that cannot be written by position: nothing was done.
            Err(EditError::Broken(error)) => panic!("a window's replica broke: {error}"),
            Err(_) => None,
        }
    }
}

fn ours(text: &[char]) -> Vec<char> {
    let ours = text.iter().copied();
    ours.filter(|letter| Ledger::is_ours(*letter)).collect()
}

fn block_ids(client: u64, pushed: u64) -> impl FnMut() -> String {
    let mut number = 0u32;
    move || {
        number += 1;
        format!("b{client:x}-{pushed}-{number:06}")
    }
}
