//! Reading secrets, tickets, drafts, settings and addresses.

use redb::{ReadableTable, TableHandle};
use skein_space::{NoteId, SecretLabel, SpaceId, TicketId};

use super::Reader;
use super::view::{View, nameless};
use crate::error::ReadError;
use crate::row::{
    BytesBody, DraftRow, GraphRow, NoteRow, PeerRow, SecretBody, SecretRow, TicketRow,
};
use crate::tables::{
    BY_NOTE, DRAFTS, FORMAT_NAME, GraphKey, LOCAL, META, NOTES, PEERS, QUARANTINE, SECRETS,
    TICKETS, get, read,
};

impl Reader {
    /// The row of one note.
    pub fn note(&self, space: SpaceId, note: NoteId) -> Result<Option<NoteRow>, ReadError> {
        self.view(|view| match view.space(space)? {
            Some(space) => get(&view.table(NOTES)?, (space, &note.0), &|index| {
                view.named(index)
            }),
            None => Ok(None),
        })
    }

    /// A setting of this device.
    pub fn local(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.view(|view| {
            let row: Option<BytesBody> = get(&view.table(LOCAL)?, key, &nameless)?;
            Ok(row.map(|row| row.0))
        })
    }

    /// All settings whose name begins like this, by name.
    pub fn locals(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, ReadError> {
        self.view(|view| {
            let table = view.table(LOCAL)?;
            let mut found = Vec::new();
            for item in ReadableTable::range::<&str>(&table, prefix..)? {
                let (key, value) = item?;
                let key = key.value();
                if !key.starts_with(prefix) {
                    break;
                }
                let row: BytesBody = read::<&str, _>(table.name(), &key, value.value(), &nameless)?;
                found.push((key.to_owned(), row.0));
            }
            Ok(found)
        })
    }

    /// A fact about this database, as [`crate::Op::Meta`] wrote it.
    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        if name == FORMAT_NAME {
            return Ok(None);
        }
        self.view(|view| {
            let row: Option<BytesBody> = get(&view.table(META)?, name, &nameless)?;
            Ok(row.map(|row| row.0))
        })
    }

    /// The secrets held of a space, by label.
    pub fn secrets(&self, space: SpaceId) -> Result<Vec<SecretRow>, ReadError> {
        self.view(|view| {
            let mut secrets = secrets(view)?;
            secrets.retain(|(of, _)| *of == space);
            Ok(secrets.into_iter().map(|(_, row)| row).collect())
        })
    }

    /// All tickets, used, ended or open.
    pub fn tickets(&self) -> Result<Vec<TicketRow>, ReadError> {
        self.view(|view| {
            let table = view.table(TICKETS)?;
            let mut tickets = Vec::new();
            for item in ReadableTable::iter(&table)? {
                let (key, value) = item?;
                tickets.push(read::<&'static [u8; 16], _>(
                    table.name(),
                    &key.value(),
                    value.value(),
                    &nameless,
                )?);
            }
            Ok(tickets)
        })
    }

    /// One ticket.
    pub fn ticket(&self, ticket: TicketId) -> Result<Option<TicketRow>, ReadError> {
        self.view(|view| get(&view.table(TICKETS)?, &ticket.0, &nameless))
    }

    /// All drafts.
    pub fn drafts(&self) -> Result<Vec<DraftRow>, ReadError> {
        self.view(|view| {
            let table = view.table(DRAFTS)?;
            let mut drafts = Vec::new();
            for item in ReadableTable::iter(&table)? {
                let (key, value) = item?;
                drafts.push(read::<(u32, &'static [u8; 16], &'static [u8; 16]), _>(
                    table.name(),
                    &key.value(),
                    value.value(),
                    &nameless,
                )?);
            }
            Ok(drafts)
        })
    }

    /// Where peers were last reached.
    pub fn peers(&self) -> Result<Vec<PeerRow>, ReadError> {
        self.view(|view| {
            let table = view.table(PEERS)?;
            let mut peers = Vec::new();
            for item in ReadableTable::iter(&table)? {
                let (key, value) = item?;
                peers.push(read::<&'static [u8; 32], _>(
                    table.name(),
                    &key.value(),
                    value.value(),
                    &nameless,
                )?);
            }
            Ok(peers)
        })
    }

    /// The entries of a space that the gate refused, with their notes and reasons.
    pub fn quarantined(&self, space: SpaceId) -> Result<Vec<(NoteId, GraphRow)>, ReadError> {
        self.view(|view| {
            let Some(space) = view.space(space)? else {
                return Ok(Vec::new());
            };
            let (marks, graph) = (view.table(QUARANTINE)?, view.table(BY_NOTE)?);
            let range = (space, &[0; 16], 0)..=(space, &[0xff; 16], u64::MAX);
            let mut refused = Vec::new();
            for item in ReadableTable::range(&marks, range)? {
                let (key, value) = item?;
                let key = key.value();
                read::<GraphKey, BytesBody>(marks.name(), &key, value.value(), &nameless)?;
                let body: Option<crate::row::GraphBody> =
                    get(&graph, key, &|index| view.named(index))?;
                let body = body.ok_or_else(|| {
                    ReadError::Damaged("table quarantine: a row of by_note is missing".into())
                })?;
                let chain = view.chain(body.chain)?.id;
                refused.push((NoteId(*key.1), body.row(key.2, chain)));
            }
            Ok(refused)
        })
    }
}

/// All secrets of all spaces, by space and label.
pub(super) fn secrets(view: &View<'_>) -> Result<Vec<(SpaceId, SecretRow)>, ReadError> {
    let table = view.table(SECRETS)?;
    let mut secrets = Vec::new();
    for item in ReadableTable::iter(&table)? {
        let (key, value) = item?;
        let key = key.value();
        let row: SecretBody =
            read::<(u32, &'static [u8; 32]), _>(table.name(), &key, value.value(), &nameless)?;
        let label = SecretLabel(*key.1);
        let secrets_of = SecretRow {
            label,
            secrets: row.0,
        };
        secrets.push((view.space_id(key.0)?, secrets_of));
    }
    Ok(secrets)
}
