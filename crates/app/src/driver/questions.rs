//! What shells ask and are answered from memory.

use skein_space::{DeviceKey, Log, NoteId, Roster, SpaceId};
use skein_sync::{HeldError, NoteState as EngineState, PeerReceipt};

use super::Driver;
use crate::config::PREFIX_DIGITS;
use crate::control::CatFormat;
use crate::error::{AppError, Code};
use crate::view::{
    Head, MemberRow, NoteLine, NoteState, NoteStatus, Overview, PeerStatus, Role, SpaceRow,
    SpaceStatus, Standing, Status,
};

impl Driver {
    pub(crate) fn overview(&mut self) -> Overview {
        Overview {
            device: self.device(),
            person: self.settings.person.clone(),
            device_name: self.settings.device_name.clone(),
            spaces: self.space_rows(),
            default_space: self.default_space().ok(),
            offline: self.is_offline(),
            listening: self.listening(),
        }
    }

    pub(crate) fn space_rows(&mut self) -> Vec<SpaceRow> {
        let spaces = self.engine.spaces();
        spaces.into_iter().map(|id| self.space_row(id)).collect()
    }

    fn space_row(&mut self, id: SpaceId) -> SpaceRow {
        let roster = self.engine.roster(id);
        let members = roster.map(Roster::members).unwrap_or_default();
        let owner = Some(skein_space::Role::Owner);
        let standing = Standing {
            ownerless: !members.iter().any(|member| member.role == owner),
            recoverable: roster.is_some_and(Roster::has_recovery_key),
        };
        let members = members
            .iter()
            .filter(|member| member.role.is_some())
            .count();
        SpaceRow {
            id,
            name: self.space_name(id),
            role: self.engine.role(id).map(Role::from),
            left: self.engine.has_left_space(id),
            standing,
            members,
            notes: self.engine.rows(id).len(),
        }
    }

    /// The list of a space's notes, pinned ones first, then the latest.
    pub(crate) fn note_lines(&self, space: SpaceId) -> Vec<NoteLine> {
        let rows = self.engine.rows(space).into_iter();
        let mut lines: Vec<NoteLine> = rows
            .map(|(id, row)| NoteLine {
                id,
                title: row.summary.title.clone(),
                space,
                folder: row.summary.folder.clone(),
                tags: row.summary.tags.clone(),
                modified_ms: row.modified_ms,
                words: row.summary.words,
                state: note_state(row.state),
                preview: row.summary.preview.clone(),
                pinned: row.summary.pinned,
                trashed: row.summary.trashed,
                held_by_others: self.engine.held_by_others(space, id),
            })
            .collect();
        lines.sort_by_key(|line| (!line.pinned, std::cmp::Reverse(line.modified_ms), line.id));
        lines
    }

    pub(crate) fn member_rows(&self, space: SpaceId) -> Vec<MemberRow> {
        let me = self.device();
        let online = self.online(space);
        let left = self.engine.has_left_space(space);
        let members = self.engine.roster(space).map(|roster| roster.members());
        let members = members.unwrap_or_default().into_iter();
        members
            .map(|member| MemberRow {
                device: member.device,
                person: member.person,
                device_name: member.device_name,
                role: member
                    .role
                    .filter(|_| !(left && member.device == me))
                    .map(Role::from),
                online: member.device == me || online.contains(&member.device),
                last_seen_ms: self.last_seen(member.device),
                knows: member.device == me || self.engine.knows_roster(space, member.device),
                me: member.device == me,
            })
            .collect()
    }

    /// The members of a space that are connected now, this device not among them.
    pub(super) fn online(&self, space: SpaceId) -> Vec<DeviceKey> {
        self.net.online_in(space)
    }

    pub(crate) fn status(&mut self) -> Status {
        let spaces = self.engine.spaces();
        Status {
            device: self.device(),
            offline: self.is_offline(),
            disk_low: self.engine.disk_is_low(),
            spaces: spaces.into_iter().map(|id| self.space_status(id)).collect(),
        }
    }

    fn space_status(&mut self, id: SpaceId) -> SpaceStatus {
        let mut heads: Vec<Head> = self
            .engine
            .tips(id)
            .into_iter()
            .map(|(chain, tip)| Head {
                device: chain.device,
                incarnation: chain.incarnation,
                log: chain.log.into(),
                seq: tip.seq,
            })
            .collect();
        heads.sort_by_key(|head| (head.device, head.incarnation, head.log));
        let out = self.engine.role(id).is_none();
        SpaceStatus {
            id,
            name: self.space_name(id),
            heads,
            out,
            peers: if out {
                Vec::new()
            } else {
                let peers = self.engine.peers(&self.held, id).into_iter();
                peers.map(peer_status).collect()
            },
        }
    }

    /// The truth about one note.
    pub(crate) fn note_status_of(
        &mut self,
        space: SpaceId,
        note: NoteId,
    ) -> Result<NoteStatus, AppError> {
        let status = self.engine.status(&self.held, space, note);
        self.held.loading_done();
        let status = status
            .map_err(|error| unreadable(&error))?
            .ok_or_else(|| AppError::not_found(format!("note {note}")))?;
        Ok(NoteStatus {
            note,
            saved: status.saved,
            state: note_state(status.state),
            offline: self.is_offline(),
            disk_low: self.engine.disk_is_low(),
            set_aside: status.set_aside,
            waiting_for: status.waiting_for.map(|device| self.device_words(device)),
            peers: if self.engine.role(space).is_some() {
                status.peers.into_iter().map(peer_status).collect()
            } else {
                Vec::new()
            },
        })
    }

    /// A note in the form asked for.
    pub(crate) fn cat(
        &mut self,
        space: SpaceId,
        note: NoteId,
        format: CatFormat,
    ) -> Result<String, AppError> {
        let document = self.engine.note(&self.held, space, note);
        let content = document
            .map_err(|error| unreadable(&error))
            .and_then(|document| {
                let document =
                    document.ok_or_else(|| AppError::not_found(format!("note {note}")))?;
                Ok(match format {
                    CatFormat::Text => document.text(),
                    CatFormat::Markdown => skein_convert::to_markdown(&document.projection()),
                    CatFormat::Html => skein_convert::to_html(&document.projection()),
                    CatFormat::Json => document.canonical_json(),
                })
            });
        self.held.loading_done();
        content
    }

    /// The hash of a note's canonical content.
    pub(crate) fn hash(&mut self, space: SpaceId, note: NoteId) -> Result<[u8; 32], AppError> {
        let document = self.engine.note(&self.held, space, note);
        let hash = document
            .map_err(|error| unreadable(&error))
            .and_then(|document| {
                let document =
                    document.ok_or_else(|| AppError::not_found(format!("note {note}")))?;
                Ok(document.hash())
            });
        self.held.loading_done();
        hash
    }

    /// The space and id of the note that an id or the beginning of one names.
    pub(crate) fn find_note(&self, given: &str) -> Result<(SpaceId, NoteId), AppError> {
        let given = given.trim().to_ascii_lowercase();
        let hex = given.chars().all(|c| c.is_ascii_hexdigit());
        if !hex || given.len() < PREFIX_DIGITS || given.len() > 2 * NoteId::LEN {
            return Err(AppError::new(
                Code::BadArgument,
                format!(
                    "\"{given}\" is no note id: give 32 hex digits, or at least the first {PREFIX_DIGITS}"
                ),
            ));
        }
        let spaces = self.engine.spaces().into_iter();
        let notes = spaces.flat_map(|space| {
            let rows = self.engine.rows(space).into_iter();
            rows.map(move |(note, _)| (space, note)).collect::<Vec<_>>()
        });
        only_one(
            "note",
            &given,
            notes.filter(|(_, note)| note.to_string().starts_with(&given)),
        )
    }

    /// The space that an id, the beginning of one or a name means; the default space for none.
    pub(crate) fn find_space(&mut self, given: Option<&str>) -> Result<SpaceId, AppError> {
        let Some(given) = given else {
            return self.default_space();
        };
        let rows = self.space_rows();
        let named = rows
            .iter()
            .filter(|row| row.name == given)
            .map(|row| row.id);
        if named.clone().next().is_some() {
            return only_one("space", given, named);
        }
        let prefix = given.to_ascii_lowercase();
        let long_enough = prefix.len() >= PREFIX_DIGITS;
        let begins = |row: &&SpaceRow| long_enough && row.id.to_string().starts_with(&prefix);
        only_one("space", given, rows.iter().filter(begins).map(|row| row.id))
    }

    /// A member of a space, by its key, a prefix of it, or the device's name. Whoever is out is found as well.
    pub(crate) fn find_member(&self, space: SpaceId, given: &str) -> Result<DeviceKey, AppError> {
        let members = self.engine.roster(space).map(|roster| roster.members());
        let members = members.unwrap_or_default();
        let named = members.iter().filter(|member| member.device_name == given);
        let mut named = named.map(|member| member.device).peekable();
        if named.peek().is_some() {
            return only_one("member", given, named);
        }
        let prefix = given.to_ascii_lowercase();
        let long_enough = prefix.len() >= PREFIX_DIGITS;
        let devices = members.iter().map(|member| member.device);
        let begins = |device: &DeviceKey| long_enough && device.to_string().starts_with(&prefix);
        only_one("member", given, devices.filter(begins))
    }

    /// The default space: as set, else the first; one that this device is out of only where there is no other.
    pub(crate) fn default_space(&self) -> Result<SpaceId, AppError> {
        let all = self.engine.spaces();
        let inside = |space: &SpaceId| self.engine.role(*space).is_some();
        let mut spaces: Vec<SpaceId> = all.iter().copied().filter(inside).collect();
        if spaces.is_empty() {
            spaces = all;
        }
        let set = self
            .settings
            .default_space
            .filter(|space| spaces.contains(space));
        set.or_else(|| spaces.first().copied()).ok_or_else(|| {
            AppError::new(
                Code::NotFound,
                "this profile has no space. `skein init` makes one",
            )
        })
    }

    /// Whether a join may make its space the default one: the present one holds no note.
    pub(crate) fn default_space_is_empty(&self) -> bool {
        let space = self.default_space();
        space.map_or(true, |space| self.engine.rows(space).is_empty())
    }

    /// Reads what is committed, from any thread.
    pub(crate) fn reader(&self) -> skein_store::Reader {
        self.held.reader().clone()
    }

    /// Entries of a space that are durable here.
    pub(crate) fn entries_held(&self, space: SpaceId) -> u64 {
        self.engine.tips(space).iter().map(|(_, tip)| tip.seq).sum()
    }

    /// The last place in this device's own notes chain of a space, 0 when it is empty.
    pub(super) fn own_seq(&self, space: SpaceId) -> u64 {
        let me = self.device();
        let own = self.engine.tips(space).into_iter();
        let own = own.filter(|(chain, _)| chain.device == me && chain.log == Log::Notes);
        own.map(|(_, tip)| tip.seq).max().unwrap_or(0)
    }
}

fn only_one<T: PartialEq>(
    what: &str,
    given: &str,
    mut found: impl Iterator<Item = T>,
) -> Result<T, AppError> {
    let first = found
        .next()
        .ok_or_else(|| AppError::not_found(format!("{what} {given}")))?;
    match found.next() {
        None => Ok(first),
        Some(_) => Err(AppError::new(
            Code::Ambiguous,
            format!(
                "more than one {what} begins with {given}. nothing was changed. give more of it"
            ),
        )),
    }
}

pub(super) fn unreadable(error: &HeldError) -> AppError {
    AppError::new(
        Code::Storage,
        format!(
            "the note could not be read from disk: {error}. nothing was changed. run `skein verify`"
        ),
    )
}

pub(super) fn note_state(state: EngineState) -> NoteState {
    match state {
        EngineState::Ok => NoteState::Ok,
        EngineState::Waiting => NoteState::Waiting,
        EngineState::ReadOnly => NoteState::ReadOnly,
        EngineState::Broken => NoteState::Broken,
    }
}

fn peer_status(peer: PeerReceipt) -> PeerStatus {
    PeerStatus {
        device: peer.device,
        person: peer.person,
        device_name: peer.device_name,
        online: peer.online,
        behind: peer.behind,
        needs_newer: peer.needs_newer,
    }
}
