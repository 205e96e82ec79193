//! What a start reads: devices and notes, never the entries of notes.

use std::sync::Arc;

use redb::{ReadableTable, TableHandle};
use skein_space::{Entry, NoteId, SpaceId};

use super::Reader;
use super::small::secrets;
use super::view::{View, nameless};
use crate::error::ReadError;
use crate::row::{ChainRow, LogBody, NoteRow, SecretRow, SpaceRow};
use crate::tables::{NOTES, NoteKey, ROSTER, read};

/// Everything the engine needs to begin with.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// All chains with their tips, one row per branch.
    pub chains: Vec<ChainRow>,
    /// All Member entries, in arrival order within each space.
    pub roster: Vec<Arc<Entry>>,
    /// The rows of all notes.
    pub notes: Vec<(SpaceId, NoteId, NoteRow)>,
    /// The spaces.
    pub spaces: Vec<SpaceRow>,
    /// The secrets of all spaces.
    pub secrets: Vec<(SpaceId, SecretRow)>,
    /// Notes whose row is damaged. Rows are derived: rebuild these from their entries.
    pub damaged: Vec<(SpaceId, NoteId)>,
}

impl Reader {
    /// Reads chains, rosters, notes and spaces.
    pub fn load(&self) -> Result<Loaded, ReadError> {
        self.view(|view| {
            let mut loaded = Loaded {
                spaces: view.spaces()?.to_vec(),
                roster: roster(view)?,
                secrets: secrets(view)?,
                ..Loaded::default()
            };
            let chains = view.chains()?;
            for body in &chains {
                // A parent that is not held is found by verification; the branch stands alone then.
                let parent = chains.get(body.parent as usize).map_or(0, |p| p.branch);
                loaded
                    .chains
                    .push(body.row(view.space_id(body.space)?, parent));
            }
            notes(view, &mut loaded)?;
            Ok(loaded)
        })
    }
}

fn roster(view: &View<'_>) -> Result<Vec<Arc<Entry>>, ReadError> {
    let table = view.table(ROSTER)?;
    let mut entries = Vec::new();
    for item in ReadableTable::iter(&table)? {
        let (key, value) = item?;
        let key = key.value();
        let place: LogBody = read::<(u32, u64), _>(table.name(), &key, value.value(), &nameless)?;
        let entry = view.entry(place.chain, place.seq)?.ok_or_else(|| {
            ReadError::Damaged(format!(
                "table roster, space {}, arrival {}: its entry is not held",
                key.0, key.1
            ))
        })?;
        entries.push(Arc::new(entry));
    }
    Ok(entries)
}

fn notes(view: &View<'_>, loaded: &mut Loaded) -> Result<(), ReadError> {
    let table = view.table(NOTES)?;
    for item in ReadableTable::iter(&table)? {
        let (key, value) = item?;
        let key = key.value();
        let (space, note) = (view.space_id(key.0)?, NoteId(*key.1));
        match read::<NoteKey, NoteRow>(table.name(), &key, value.value(), &|index| {
            view.named(index)
        }) {
            Ok(row) => loaded.notes.push((space, note, row)),
            Err(error) => {
                tracing::warn!(%note, %error, "a note's row is damaged");
                loaded.damaged.push((space, note));
            }
        }
    }
    Ok(())
}
