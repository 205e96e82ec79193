//! Rows of the store and rows of the engine: different types, converted here and nowhere else.

use std::collections::BTreeMap;
use std::sync::Arc;

use skein_note::Summary;
use skein_space::{Entry, SpaceId, TicketId};
use skein_store::Op;
use skein_sync::{GraphRow, HeldSnapshot, NoteRow, NoteState, StartChain, StartSpace, StoreOp};

/// What the store is asked to write for what the engine wants durable. `made_ms`: now, Unix milliseconds, for
/// drafts.
pub fn op(op: StoreOp, made_ms: i64) -> Op {
    match op {
        StoreOp::Append {
            entry,
            end_clock,
            refused,
            forks: false,
        } => Op::Append {
            entry,
            end_clock,
            refused,
        },
        StoreOp::Append {
            entry,
            end_clock,
            refused,
            forks: true,
        } => Op::Fork {
            entry,
            end_clock,
            refused,
        },
        StoreOp::Space {
            space,
            incarnation,
            left,
        } => Op::Space {
            space,
            incarnation,
            left,
        },
        StoreOp::Secrets {
            space,
            label,
            secrets,
        } => Op::Secrets {
            space,
            label,
            secrets,
        },
        StoreOp::NoteRow { space, note, row } => Op::NoteRow(space, note, stored_row(row)),
        StoreOp::TicketBound { ticket, device } => Op::TicketBound {
            ticket: TicketId(ticket),
            device,
        },
        StoreOp::Draft {
            space,
            note,
            update,
            text,
            reason,
        } => Op::Draft(skein_store::DraftRow {
            space,
            note,
            made_ms,
            update,
            text,
            reason,
        }),
    }
}

/// A graph row as the engine reads it.
pub fn graph_row(row: skein_store::GraphRow) -> GraphRow {
    GraphRow {
        chain: row.chain,
        seq: row.seq,
        hash: row.hash,
        kind: row.kind,
        session: row.session,
        end_clock: row.end_clock,
        refused: row.refused.is_some(),
        deps: row.deps,
    }
}

/// A snapshot as the engine reads it.
pub fn held_snapshot(snapshot: skein_store::Snapshot) -> HeldSnapshot {
    HeldSnapshot {
        state: snapshot.state,
        covers: snapshot.covers,
    }
}

fn stored_row(row: NoteRow) -> skein_store::NoteRow {
    skein_store::NoteRow {
        title: row.summary.title,
        preview: row.summary.preview,
        folder: row.summary.folder,
        tags: row.summary.tags,
        pinned: row.summary.pinned,
        trashed: row.summary.trashed,
        words: row.summary.words,
        len_utf16: row.summary.len_utf16,
        modified_ms: row.modified_ms,
        state: match row.state {
            NoteState::Ok => skein_store::NoteState::Ok,
            NoteState::Waiting => skein_store::NoteState::Waiting,
            NoteState::ReadOnly => skein_store::NoteState::ReadOnly,
            NoteState::Broken => skein_store::NoteState::Broken,
        },
        frontier: row.frontier,
        tips: row.tips,
        set_aside: row.set_aside,
        refused: row.refused,
        summary_stale: row.summary_stale,
    }
}

/// A note's row as the engine keeps it.
pub fn note_row(row: skein_store::NoteRow) -> NoteRow {
    NoteRow {
        summary: Summary {
            title: row.title,
            folder: row.folder,
            tags: row.tags,
            pinned: row.pinned,
            trashed: row.trashed,
            words: row.words,
            preview: row.preview,
            len_utf16: row.len_utf16,
        },
        modified_ms: row.modified_ms,
        state: match row.state {
            skein_store::NoteState::Ok => NoteState::Ok,
            skein_store::NoteState::Waiting => NoteState::Waiting,
            skein_store::NoteState::ReadOnly => NoteState::ReadOnly,
            skein_store::NoteState::Broken => NoteState::Broken,
        },
        frontier: row.frontier,
        tips: row.tips,
        set_aside: row.set_aside,
        refused: row.refused,
        summary_stale: row.summary_stale,
    }
}

/// What the engine begins with, one per space this device is in.
pub fn start_spaces(loaded: skein_store::Loaded) -> Vec<StartSpace> {
    let mut rosters: BTreeMap<SpaceId, Vec<Arc<Entry>>> = BTreeMap::new();
    for entry in loaded.roster {
        rosters
            .entry(entry.header().chain.space)
            .or_default()
            .push(entry);
    }
    let mut spaces: BTreeMap<SpaceId, StartSpace> = loaded
        .spaces
        .into_iter()
        .map(|row| {
            let start = StartSpace {
                space: row.space,
                incarnation: row.incarnation,
                left: row.left,
                secrets: Vec::new(),
                roster: rosters.remove(&row.space).unwrap_or_default(),
                chains: Vec::new(),
                notes: Vec::new(),
            };
            (row.space, start)
        })
        .collect();
    for (space, row) in loaded.secrets {
        if let Some(start) = spaces.get_mut(&space) {
            let each = row.secrets.into_iter();
            start.secrets.extend(each.map(|secret| (row.label, secret)));
        }
    }
    for row in loaded.chains {
        if let Some(start) = spaces.get_mut(&row.chain.space) {
            start.chains.push(StartChain {
                chain: row.chain,
                branch: row.branch,
                parent: row.parent,
                first_own: row.fork_seq,
                seq: row.tip_seq,
                hash: row.tip_hash,
            });
        }
    }
    for (space, note, row) in loaded.notes {
        if let Some(start) = spaces.get_mut(&space) {
            start.notes.push((note, note_row(row)));
        }
    }
    spaces.into_values().collect()
}
